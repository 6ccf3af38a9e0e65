#!lua flags=allow-oom
-- Permission to refresh.
--   KEYS  {prefix:sessions}:session:<key>
--   ARGV  key, lease_until, now
--   gives {"gone"}, {"held", until}, {"backoff", until}, or {"granted", fence, and what find.lua gives}
local base = string.match(KEYS[1], "^{.-}")
local session = base .. ":session:" .. ARGV[1]
local now = tonumber(ARGV[3])
local state = redis.call("HMGET", session, "idle_expires_at", "lease_until", "retry_at")
if not state[1] or tonumber(state[1]) <= now then return {"gone"} end
if tonumber(state[2]) > now then return {"held", state[2]} end
if tonumber(state[3]) > now then return {"backoff", state[3]} end
redis.call("HSET", session, "lease_until", ARGV[2])
redis.call("HINCRBY", session, "fence", 1)
local row = redis.call("HMGET", session, "version", "sid", "sub", "browser", "created_at", "idle_expires_at",
    "expires_at", "access_expires_at", "access_lifetime", "claims", "access_token", "refresh_and_id_token", "fence")
return {"granted", row[13], ARGV[1], unpack(row, 1, 12)}
