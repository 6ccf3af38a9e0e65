#!lua flags=allow-oom
-- Ends every session of some sids, of some subs only where there are any, and remembers the sids.
--   KEYS  {prefix:sessions}:created, …:expiry, …:sid:<sid> of each
--   ARGV  now, remembered_until, how many sids, the sids, the subs
--   gives how many live sessions ended
local base = string.match(KEYS[1], "^{.-}")
local now, sids = tonumber(ARGV[1]), tonumber(ARGV[3])
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

-- Of two times it keeps the later.
local function remember(sid, only_of)
    local mark = base .. ":ended-sid:" .. sid .. ":" .. only_of
    local before = redis.call("GET", mark)
    if before and tonumber(before) >= tonumber(ARGV[2]) then return end
    local kept = string.format("%.0f", math.min(math.max(tonumber(ARGV[2]) - now, 0) + 3600, 3153600000))
    redis.call("SET", mark, ARGV[2], "EX", kept)
end

local only_of = {}
for i = 4 + sids, #ARGV do only_of[ARGV[i]] = true end
local ended = 0
for i = 4, 3 + sids do
    local sid = ARGV[i]
    if next(only_of) == nil then remember(sid, "") end
    for sub in pairs(only_of) do remember(sid, sub) end
    for _, key in ipairs(redis.call("SMEMBERS", base .. ":sid:" .. sid)) do
        local sub = redis.call("HGET", base .. ":session:" .. key, "sub")
        if not sub then
            redis.call("SREM", base .. ":sid:" .. sid, key)
        elseif (next(only_of) == nil or only_of[sub]) and forget(key, now) then
            ended = ended + 1
        end
    end
end
return ended
