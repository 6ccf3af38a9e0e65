#!lua flags=allow-oom
-- How many sessions are live, and how many are over and not purged.
--   KEYS  {prefix:sessions}:expiry
--   ARGV  now
--   gives {live, over}
local expiry = KEYS[1]
return {redis.call("ZCOUNT", expiry, "(" .. ARGV[1], "+inf"), redis.call("ZCOUNT", expiry, "-inf", ARGV[1])}
