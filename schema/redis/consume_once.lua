#!lua
-- True for the first who asks, until his expires_at.
--   KEYS  {prefix:once:<kind>:<id>}
--   ARGV  expires_at, now
--   gives 1 for the first, else 0
local until_when = redis.call("GET", KEYS[1])
if until_when and tonumber(until_when) > tonumber(ARGV[2]) then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "EX",
    string.format("%.0f", math.min(math.max(tonumber(ARGV[1]) - tonumber(ARGV[2]), 0) + 60, 3153600000)))
return 1
