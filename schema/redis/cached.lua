#!lua flags=allow-oom
-- A document of the provider's.
--   KEYS  {prefix:cache:<name>}
--   gives {sealed, stored_at}, or nothing
local document = redis.call("HMGET", KEYS[1], "sealed", "stored_at")
if not document[1] then return {} end
return document
