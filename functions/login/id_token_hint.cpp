#include "functions/login/id_token_hint.h"

#include "session/live_session.h"

namespace vestibule {

std::optional<Secret> id_token_hint(const Request& request, const LoginRequest& asked, const ProviderWorld& world) {
    if (!world.config.provider.id_token_hint || asked.prompt != "none") return std::nullopt;
    const auto session = find_live_session(request, world.store, world.keys, world.clock.now());
    if (!session || !*session) return std::nullopt;
    const auto tokens = (*session)->tokens(world.keys);
    return tokens ? tokens->id_token : std::nullopt;
}

}  // namespace vestibule
