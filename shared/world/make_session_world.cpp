#include "world/make_session_world.h"

#include <utility>

#include "adapters/sqlite/sqlite_session_store.h"
#include "adapters/system/config_sources.h"
#include "adapters/system/key_file.h"
#include "config/read_config.h"

namespace vestibule {

Result<std::unique_ptr<SessionStore>> open_store(const std::string& address) {
    constexpr std::string_view kSqlite = "sqlite:";
    if (address.starts_with(kSqlite)) return open_sqlite_store(address.substr(kSqlite.size()));
    return failure(ErrorCode::internal, "store: only sqlite:/path is there");
}

OwnedSessionWorld::OwnedSessionWorld(std::string_view function, Config config, KeyRing keys,
                                     std::unique_ptr<SessionStore> store)
    : config_(std::move(config)), log_(std::string(function)), keys_(std::move(keys)), store_(std::move(store)) {
    if (config_.keys_file.empty()) return;
    keys_.follow(std::make_unique<KeyFile>(config_.keys_file, system_config_sources(), log_), clock_);
}

tl::expected<std::unique_ptr<OwnedSessionWorld>, std::string> OwnedSessionWorld::make(std::string_view function) {
    auto config = load_config(system_config_sources());
    if (!config) return tl::make_unexpected("the configuration is not usable\n" + print_problems(config.error()));
    auto keys = KeyRing::parse(config->keys);
    if (!keys) return tl::make_unexpected("the keys are not usable: " + keys.error().detail);
    auto store = open_store(config->store);
    if (!store) return tl::make_unexpected(store.error().detail);
    return std::unique_ptr<OwnedSessionWorld>(
        new OwnedSessionWorld(function, std::move(*config), std::move(*keys), std::move(*store)));
}

}  // namespace vestibule
