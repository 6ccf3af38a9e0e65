#!lua
-- Changes nothing and needs all that a login needs: a primary, enough replicas, a disk that takes writes, free memory.
--   KEYS  {prefix:sessions}:schema
--   gives 1
redis.call("HINCRBY", KEYS[1], "version", 0)
return 1
