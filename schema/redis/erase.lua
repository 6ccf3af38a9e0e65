#!lua flags=allow-oom
-- Ends a session.
--   KEYS  {prefix:sessions}:session:<key>, …:created, …:expiry
--   ARGV  key, now
--   gives 1 if a live one was there, else 0
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

if forget(ARGV[1], ARGV[2]) then return 1 end
return 0
