#!lua flags=allow-oom
-- Ends a session.
--   KEYS  {prefix:sessions}:session:<key>, …:created, …:expiry
--   ARGV  key, now
--   gives what find.lua would have given
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

local row = redis.call("HMGET", base .. ":session:" .. ARGV[1], "version", "sid", "sub", "browser", "created_at",
    "idle_expires_at", "expires_at", "access_expires_at", "access_lifetime", "claims", "access_token",
    "refresh_and_id_token")
if not forget(ARGV[1], ARGV[2]) then return {} end
return {ARGV[1], unpack(row, 1, 12)}
