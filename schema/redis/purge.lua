#!lua flags=allow-oom
-- Removes sessions that are over. Ids and marks expire by themselves.
--   KEYS  {prefix:sessions}:created, …:expiry
--   ARGV  at most, now
--   gives how many it removed
local base = string.match(KEYS[1], "^{.-}")
-- Removes a session from everywhere. Whether it was live. (The same lines in every script that ends sessions.)
local function forget(key, now)
    local row = redis.call("HMGET", base .. ":session:" .. key, "idle_expires_at", "sid", "sub", "browser")
    redis.call("DEL", base .. ":session:" .. key)
    for i, kind in ipairs({"sid", "sub", "browser"}) do
        if row[i + 1] then redis.call("SREM", base .. ":" .. kind .. ":" .. row[i + 1], key) end
    end
    redis.call("ZREM", base .. ":created", key)
    redis.call("ZREM", base .. ":expiry", key)
    return row[1] and tonumber(row[1]) > tonumber(now)
end
-- (end of the same lines)

local over = redis.call("ZRANGEBYSCORE", base .. ":expiry", "-inf", ARGV[2], "LIMIT", 0, ARGV[1])
for _, key in ipairs(over) do forget(key, ARGV[2]) end
return #over
