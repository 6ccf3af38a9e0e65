#!lua flags=allow-oom
-- Live sessions, newest first, ties by key, without what is sealed; a page of them.
--   KEYS  {prefix:sessions}:created, …:expiry
--   ARGV  now, at most, created_at and key of the last one of the page before ("" and "": from the beginning), the subs
--         (none: of everybody)
--   gives for each the first ten of what find.lua gives, one row after the other
local base = string.match(KEYS[1], "^{.-}")
local now, at_most = tonumber(ARGV[1]), tonumber(ARGV[2])
local answer, listed = {}, 0
local last_score, last_key = -math.huge, ""
if ARGV[3] ~= "" then last_score, last_key = -tonumber(ARGV[3]), ARGV[4] end

local function is_later(score, key) return score > last_score or (score == last_score and key > last_key) end

-- Adds the session if it is live and of a page to come.
local function add(key)
    local row = redis.call("HMGET", base .. ":session:" .. key, "version", "sid", "sub", "browser", "created_at",
        "idle_expires_at", "expires_at", "access_expires_at", "access_lifetime")
    if not row[6] or tonumber(row[6]) <= now or not is_later(-tonumber(row[5]), key) then return end
    table.insert(answer, key)
    for i = 1, 9 do table.insert(answer, row[i]) end
    listed = listed + 1
end

if #ARGV == 4 then
    local offset = 0
    local from = ARGV[3] == "" and "-inf" or last_score
    while listed < at_most do
        local keys = redis.call("ZRANGEBYSCORE", base .. ":created", from, "+inf", "LIMIT", offset, 200)
        for _, key in ipairs(keys) do
            if listed < at_most then add(key) end
        end
        if #keys < 200 then break end
        offset = offset + #keys
    end
    return answer
end

local found, met = {}, {}
for i = 5, #ARGV do
    for _, key in ipairs(redis.call("SMEMBERS", base .. ":sub:" .. ARGV[i])) do
        local row = redis.call("HMGET", base .. ":session:" .. key, "created_at", "idle_expires_at")
        if not row[1] then
            redis.call("SREM", base .. ":sub:" .. ARGV[i], key)
        elseif not met[key] and tonumber(row[2]) > now and is_later(-tonumber(row[1]), key) then
            met[key] = true
            table.insert(found, {created_at = tonumber(row[1]), key = key})
        end
    end
end
table.sort(found, function(a, b)
    if a.created_at ~= b.created_at then return a.created_at > b.created_at end
    return a.key < b.key
end)
for i = 1, math.min(#found, at_most) do add(found[i].key) end
return answer
