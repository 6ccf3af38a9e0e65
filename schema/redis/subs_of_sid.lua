#!lua flags=allow-oom
-- Whose the live sessions of some sids are.
--   KEYS  {prefix:sessions}:sid:<sid> of each
--   ARGV  now
--   gives the subs, each once
local base = string.match(KEYS[1], "^{.-}")
local subs, met = {}, {}
for _, set in ipairs(KEYS) do
    for _, key in ipairs(redis.call("SMEMBERS", set)) do
        local row = redis.call("HMGET", base .. ":session:" .. key, "idle_expires_at", "sub")
        if row[1] and tonumber(row[1]) > tonumber(ARGV[1]) and not met[row[2]] then
            met[row[2]] = true
            table.insert(subs, row[2])
        end
    end
end
return subs
