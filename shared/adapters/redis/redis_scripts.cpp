#include "adapters/redis/redis_scripts.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "base/embedded_file.h"
#include "codec/base64url.h"
#include "crypto/hash.h"

#define EMBED(name) VESTIBULE_EMBED(vestibule_redis_##name, "schema/redis/" #name ".lua")

#define FOR_EACH_SCRIPT(DO) \
    DO(acquire_lease)       \
    DO(cache)               \
    DO(cached)              \
    DO(consume_once)        \
    DO(end_sid)             \
    DO(end_sub)             \
    DO(erase)               \
    DO(erase_if_unchanged)  \
    DO(find)                \
    DO(insert)              \
    DO(is_consumed)         \
    DO(list)                \
    DO(prove_writable)      \
    DO(purge)               \
    DO(release_lease)       \
    DO(replace)             \
    DO(schema)              \
    DO(server_time)         \
    DO(statistics)          \
    DO(subs_of_sid)         \
    DO(touch)

FOR_EACH_SCRIPT(EMBED)

namespace vestibule {

std::span<const RedisScript> redis_scripts() {
    static const std::vector<RedisScript> scripts = [] {
        std::vector<RedisScript> all;
#define ADD(name) all.push_back({#name, vestibule_redis_##name, hex_encode(sha1(vestibule_redis_##name))});
        FOR_EACH_SCRIPT(ADD)
#undef ADD
        return all;
    }();
    return scripts;
}

const RedisScript& redis_script(std::string_view name) {
    const auto scripts = redis_scripts();
    const auto found =
        std::find_if(scripts.begin(), scripts.end(), [&](const RedisScript& script) { return script.name == name; });
    if (found == scripts.end()) throw std::logic_error("no script of that name in schema/redis/");
    return *found;
}

}  // namespace vestibule
