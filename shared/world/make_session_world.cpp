#include "world/make_session_world.h"

#include <utility>

#include "adapters/system/config_sources.h"
#include "adapters/system/key_file.h"
#include "config/read_config.h"
#include "world/open_store.h"

namespace vestibule {

OwnedSessionWorld::OwnedSessionWorld(std::string_view function, Config config, KeyRing keys,
                                     std::unique_ptr<SessionStore> store)
    : config_(std::move(config)), log_(std::string(function)), keys_(std::move(keys)), store_(std::move(store)) {
    if (config_.keys_file.empty()) return;
    keys_.follow(std::make_unique<KeyFile>(config_.keys_file, system_config_sources(), log_), host_clock_);
}

tl::expected<std::unique_ptr<OwnedSessionWorld>, std::string> OwnedSessionWorld::make(std::string_view function) {
    auto config = load_config(system_config_sources());
    if (!config) return tl::make_unexpected("the configuration is not usable\n" + print_problems(config.error()));
    auto keys = KeyRing::parse(config->keys);
    if (!keys) return tl::make_unexpected("the keys are not usable: " + keys.error().detail);
    auto store = open_store(*config);
    if (!store) return tl::make_unexpected(store.error().detail);
    return std::unique_ptr<OwnedSessionWorld>(
        new OwnedSessionWorld(function, std::move(*config), std::move(*keys), std::move(*store)));
}

}  // namespace vestibule
