#!lua flags=allow-oom
-- A session. (A script that says nothing of "no-writes" is refused by a replica, whose answer might be of yesterday.)
--   KEYS  {prefix:sessions}:session:<key>
--   ARGV  key, now
--   gives the thirteen fields in the order below (sid may be nil), or nothing
local base = string.match(KEYS[1], "^{.-}")
local row = redis.call("HMGET", base .. ":session:" .. ARGV[1], "version", "sid", "sub", "browser", "created_at",
    "idle_expires_at", "expires_at", "access_expires_at", "access_lifetime", "claims", "access_token",
    "refresh_and_id_token")
if not row[6] or tonumber(row[6]) <= tonumber(ARGV[2]) then return {} end
return {ARGV[1], unpack(row, 1, 12)}
