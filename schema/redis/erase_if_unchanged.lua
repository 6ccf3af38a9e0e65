#!lua flags=allow-oom
-- Ends a session whose refresh token is dead, unless somebody was faster.
--   KEYS  {prefix:sessions}:session:<key>, …:created, …:expiry
--   ARGV  key, expected version, fence, now
--   gives "replaced" (it was ended), "stale" or "gone"
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

local row = redis.call("HMGET", base .. ":session:" .. ARGV[1], "idle_expires_at", "version", "fence")
if not row[1] or tonumber(row[1]) <= tonumber(ARGV[4]) then return "gone" end
if row[2] ~= ARGV[2] or row[3] ~= ARGV[3] then return "stale" end
forget(ARGV[1], ARGV[4])
return "replaced"
