#!lua flags=allow-oom
-- Whether somebody consumed it. Changes nothing.
--   KEYS  {prefix:once:<kind>:<id>}
--   ARGV  now
--   gives 1 or 0
local until_when = redis.call("GET", KEYS[1])
if until_when and tonumber(until_when) > tonumber(ARGV[1]) then return 1 end
return 0
