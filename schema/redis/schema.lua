#!lua flags=allow-oom
-- What version the layout has. Writes the version where there is none yet.
--   KEYS  {prefix:sessions}:schema
--   ARGV  version, works_from: of the program that asks
--   gives {version, works_from} as they stand
local schema = KEYS[1]
redis.call("HSETNX", schema, "version", ARGV[1])
redis.call("HSETNX", schema, "works_from", ARGV[2])
return redis.call("HMGET", schema, "version", "works_from")
