#!lua flags=allow-oom
-- Moves the idle limit forward.
--   KEYS  {prefix:sessions}:session:<key>, …:expiry
--   ARGV  key, idle_expires_at, now
--   gives 1 if the session is live, else 0
local base = string.match(KEYS[1], "^{.-}")
local session = base .. ":session:" .. ARGV[1]
local row = redis.call("HMGET", session, "idle_expires_at", "expires_at")
if not row[1] or tonumber(row[1]) <= tonumber(ARGV[3]) then return 0 end
local moved = ARGV[2]
if tonumber(moved) > tonumber(row[2]) then moved = row[2] end
if tonumber(moved) > tonumber(row[1]) then
    redis.call("HSET", session, "idle_expires_at", moved)
    redis.call("ZADD", base .. ":expiry", moved, ARGV[1])
end
return 1
