#!lua
-- Keeps a document of the provider's; the last writer wins.
--   KEYS  {prefix:cache:<name>}
--   ARGV  sealed, stored_at
--   gives 1
redis.call("HSET", KEYS[1], "sealed", ARGV[1], "stored_at", ARGV[2])
return 1
