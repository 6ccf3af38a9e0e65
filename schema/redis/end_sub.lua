#!lua flags=allow-oom
-- Ends every session of some subs but one, and refuses logins of theirs that began at or before now. The sub "" is everybody: none
-- of its sessions end, as none has it.
--   KEYS  {prefix:sessions}:created, …:expiry, …:sub:<sub> of each
--   ARGV  now, remembered_until, the key of the session that is spared or empty, the subs
--   gives how many live sessions ended
if #ARGV < 4 or #ARGV ~= #KEYS + 1 then return redis.error_reply("ERR now, until when, the session that is spared or \"\", the subs") end
local base = string.match(KEYS[1], "^{.-}")
local now = tonumber(ARGV[1])
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

local function later(a, b)
    if a and tonumber(a) > tonumber(b) then return a end
    return b
end

local ended = 0
for i = 4, #ARGV do
    local mark = base .. ":ended-sub:" .. ARGV[i]
    local before = redis.call("HMGET", mark, "ended_at", "remembered_until")
    local remembered_until = later(before[2], ARGV[2])
    redis.call("HSET", mark, "ended_at", later(before[1], ARGV[1]), "remembered_until", remembered_until)
    redis.call("EXPIRE", mark,
        string.format("%.0f", math.min(math.max(tonumber(remembered_until) - now, 0) + 3600, 3153600000)))
    local set = base .. ":sub:" .. ARGV[i]
    for _, key in ipairs(redis.call("SMEMBERS", set)) do
        if key ~= ARGV[3] then
            if forget(key, now) then ended = ended + 1 end
            redis.call("SREM", set, key)
        end
    end
end
return ended
