#!lua flags=allow-oom
-- The outcome of a refresh: written if the session is live and nobody was faster.
--   KEYS  {prefix:sessions}:session:<key>
--   ARGV  key, now, expected version, fence, access_expires_at, access_lifetime, claims, access_token,
--         refresh_and_id_token
--   gives "replaced", "stale" or "gone"
local base = string.match(KEYS[1], "^{.-}")
local session = base .. ":session:" .. ARGV[1]
local row = redis.call("HMGET", session, "idle_expires_at", "version", "fence")
if not row[1] or tonumber(row[1]) <= tonumber(ARGV[2]) then return "gone" end
if row[2] ~= ARGV[3] or row[3] ~= ARGV[4] then return "stale" end
redis.call("HINCRBY", session, "version", 1)
redis.call("HSET", session, "lease_until", "0", "retry_at", "0", "access_expires_at", ARGV[5],
    "access_lifetime", ARGV[6], "claims", ARGV[7], "access_token", ARGV[8], "refresh_and_id_token", ARGV[9])
return "replaced"
