#!lua flags=allow-oom
-- What time it is here. Whoever calls the other scripts brings its own time, and sets it by this one (schema/README.md).
-- Changes nothing.
--   KEYS  {prefix:sessions}:schema
--   gives seconds since 1970, decimal
return redis.call("TIME")[1]
