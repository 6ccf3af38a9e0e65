#include "world/open_store.h"

#include <algorithm>
#include <string_view>
#include <vector>

// The Makefile says which there are. A store is its block here, its folder in shared/adapters/ and its line in the
// Makefile.
#ifdef VESTIBULE_STORE_REDIS
#include "adapters/redis/redis_session_store.h"
#endif
#ifdef VESTIBULE_STORE_SQLITE
#include "adapters/sqlite/sqlite_session_store.h"
#endif
#ifdef VESTIBULE_STORE_POSTGRES
#include "adapters/postgres/postgres_session_store.h"
#endif

namespace vestibule {
namespace {

struct Store {
    std::string_view name;  // as in STORES=
    std::vector<std::string_view> schemes;
    Result<std::unique_ptr<SessionStore>> (*open)(const Config& config);
};

// Of a process: as many as its threads could use, up to what the configuration allows.
[[maybe_unused]] std::size_t connections_of(const Config& config) {
    return static_cast<std::size_t>(std::min(config.serving.threads, config.serving.store_connections));
}

#ifdef VESTIBULE_STORE_POSTGRES
Result<std::unique_ptr<SessionStore>> open_postgres(const Config& config) {
    PostgresStoreOptions options;
    options.connections = connections_of(config);
    options.tls = config.allow_insecure_store ? StoreTls::as_the_address_says : StoreTls::proves_the_host;
    return open_postgres_store(config.store, options);
}
#endif

#ifdef VESTIBULE_STORE_REDIS
Result<std::unique_ptr<SessionStore>> open_redis(const Config& config) {
    RedisStoreOptions options;
    options.connections = connections_of(config);
    if (config.allow_insecure_store) options.plain_beyond_this_host = PlainRedis::accepted;
    return open_redis_store(config.store, options);
}
#endif

const std::vector<Store>& built_in() {
    static const std::vector<Store> stores{
#ifdef VESTIBULE_STORE_SQLITE
        {"sqlite",
         {"sqlite:"},
         [](const Config& config) {
             return open_sqlite_store(config.store.substr(std::string_view("sqlite:").size()));
         }},
#endif
#ifdef VESTIBULE_STORE_POSTGRES
        {"postgres", {"postgresql:", "postgres:"}, open_postgres},
#endif
#ifdef VESTIBULE_STORE_REDIS
        {"redis", {"redis://", "rediss://"}, open_redis},
#endif
    };
    return stores;
}

bool opens(const Store& store, std::string_view address) {
    return std::any_of(store.schemes.begin(), store.schemes.end(),
                       [&](std::string_view scheme) { return address.starts_with(scheme); });
}

}  // namespace

std::string stores_of_this_build() {
    std::string names;
    for (const Store& store : built_in()) names.append(names.empty() ? "" : " ").append(store.name);
    return names;
}

Result<std::unique_ptr<SessionStore>> open_store(const Config& config) {
    const auto& stores = built_in();
    const auto found =
        std::find_if(stores.begin(), stores.end(), [&](const Store& store) { return opens(store, config.store); });
    if (found != stores.end()) return found->open(config);
    return failure(ErrorCode::internal,
                   "store: \"" + config.store.substr(0, config.store.find(':')) +
                       ":\" is a kind of store that is not in this build, which has: " + stores_of_this_build());
}

}  // namespace vestibule
