#!lua flags=allow-oom
-- Gives the lease back; with retry_at nobody refreshes before then.
--   KEYS  {prefix:sessions}:session:<key>
--   ARGV  key, fence, retry_at or "", now
--   gives 1 if the lease was this one, else 0
local base = string.match(KEYS[1], "^{.-}")
local session = base .. ":session:" .. ARGV[1]
local row = redis.call("HMGET", session, "idle_expires_at", "fence")
if not row[1] or tonumber(row[1]) <= tonumber(ARGV[4]) or row[2] ~= ARGV[2] then return 0 end
redis.call("HSET", session, "lease_until", "0")
if ARGV[3] ~= "" then redis.call("HSET", session, "retry_at", ARGV[3]) end
return 1
