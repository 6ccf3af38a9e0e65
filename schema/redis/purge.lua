#!lua flags=allow-oom
-- Removes sessions that are over. Ids and marks expire by themselves.
--   KEYS  {prefix:sessions}
--   ARGV  at most, now
--   gives how many it removed
-- Removes a session from everywhere. Whether it was live. (The same lines in every script that ends sessions.)
local function forget(key, now)
    local row = redis.call("HMGET", KEYS[1] .. ":session:" .. key, "idle_expires_at", "sid", "sub", "browser")
    redis.call("DEL", KEYS[1] .. ":session:" .. key)
    for i, kind in ipairs({"sid", "sub", "browser"}) do
        if row[i + 1] then redis.call("SREM", KEYS[1] .. ":" .. kind .. ":" .. row[i + 1], key) end
    end
    redis.call("ZREM", KEYS[1] .. ":created", key)
    redis.call("ZREM", KEYS[1] .. ":expiry", key)
    return row[1] and tonumber(row[1]) > tonumber(now)
end
-- (end of the same lines)

local over = redis.call("ZRANGEBYSCORE", KEYS[1] .. ":expiry", "-inf", ARGV[2], "LIMIT", 0, ARGV[1])
for _, key in ipairs(over) do forget(key, ARGV[2]) end
return #over
