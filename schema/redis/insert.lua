#!lua
-- A login: writes the session, ends what it replaces, purges a little.
--   KEYS  {prefix:sessions}:session:<key>, …:created, …:expiry
--   ARGV  now, flow_started_at, purge_at_most,
--         how many browsers, how many limited subs, limit (0: none), replaced key or "",
--         key, version, sid or "", sub, browser, created_at, idle_expires_at, expires_at, access_expires_at,
--         access_lifetime, claims, access_token, refresh_and_id_token,
--         the browsers whose sessions end, the subs whose sessions count against the limit
--   gives "inserted", "ended_meanwhile" or "key_taken"
local base = string.match(KEYS[1], "^{.-}")
local now, flow_started_at = tonumber(ARGV[1]), tonumber(ARGV[2])
local browsers, limited, limit = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local key, sid, sub, browser = ARGV[8], ARGV[10], ARGV[11], ARGV[12]
local created_at, idle_expires_at, expires_at = ARGV[13], ARGV[14], ARGV[15]
if tonumber(idle_expires_at) > tonumber(expires_at) then idle_expires_at = expires_at end

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

local function sid_ended(only_of)
    local until_when = redis.call("GET", base .. ":ended-sid:" .. sid .. ":" .. only_of)
    return until_when and tonumber(until_when) > now
end

local function sub_ended(whose)
    local ended = redis.call("HMGET", base .. ":ended-sub:" .. whose, "ended_at", "remembered_until")
    return ended[1] and tonumber(ended[2]) > now and flow_started_at <= tonumber(ended[1])
end

if sid ~= "" and (sid_ended("") or sid_ended(sub)) then return "ended_meanwhile" end
if sub_ended(sub) or sub_ended("") then return "ended_meanwhile" end
local there = redis.call("HGET", base .. ":session:" .. key, "idle_expires_at")
if there and tonumber(there) > now then return "key_taken" end
if there then forget(key, now) end

if ARGV[7] ~= "" then forget(ARGV[7], now) end
for i = 21, 20 + browsers do
    for _, other in ipairs(redis.call("SMEMBERS", base .. ":browser:" .. ARGV[i])) do forget(other, now) end
    redis.call("DEL", base .. ":browser:" .. ARGV[i])
end

-- The server drops the key an hour after it is over at the latest; what is live is decided by the times within.
local session = base .. ":session:" .. key
local kept = string.format("%.0f", math.min(math.max(tonumber(expires_at) - now, 0) + 3600, 3153600000))
redis.call("HSET", session, "version", ARGV[9], "fence", "0", "lease_until", "0", "retry_at", "0",
    "idle_expires_at", idle_expires_at, "expires_at", expires_at, "created_at", created_at,
    "access_expires_at", ARGV[16], "access_lifetime", ARGV[17], "sub", sub, "browser", browser,
    "claims", ARGV[18], "access_token", ARGV[19], "refresh_and_id_token", ARGV[20])
if sid ~= "" then redis.call("HSET", session, "sid", sid) end
redis.call("EXPIRE", session, kept)
redis.call("ZADD", base .. ":created", -tonumber(created_at), key)
redis.call("ZADD", base .. ":expiry", idle_expires_at, key)
for kind, hash in pairs({sid = sid, sub = sub, browser = browser}) do
    if hash ~= "" then
        local set = base .. ":" .. kind .. ":" .. hash
        redis.call("SADD", set, key)
        if redis.call("TTL", set) < tonumber(kept) then redis.call("EXPIRE", set, kept) end
    end
end

-- The user's oldest beyond the limit; the new one is none of them, whatever its created_at.
if limit > 0 then
    local others, met = {}, {}
    for i = 21 + browsers, 20 + browsers + limited do
        local set = base .. ":sub:" .. ARGV[i]
        for _, other in ipairs(redis.call("SMEMBERS", set)) do
            local row = redis.call("HMGET", base .. ":session:" .. other, "created_at", "idle_expires_at")
            if not row[1] then
                redis.call("SREM", set, other)
            elseif other ~= key and not met[other] and tonumber(row[2]) > now then
                met[other] = true
                table.insert(others, {created_at = tonumber(row[1]), key = other})
            end
        end
    end
    table.sort(others, function(a, b)
        if a.created_at ~= b.created_at then return a.created_at > b.created_at end
        return a.key < b.key
    end)
    for i = limit, #others do forget(others[i].key, now) end
end

for _, over in ipairs(redis.call("ZRANGEBYSCORE", base .. ":expiry", "-inf", ARGV[1], "LIMIT", 0, ARGV[3])) do
    forget(over, now)
end
return "inserted"
