#include "functions/login/id_token_hint.h"

#include "http/respond.h"
#include "session/live_session.h"

namespace vestibule {
namespace {

// A script reads the address it is answered with, and an injected one must find no ID token in it. A pushed request
// goes past the browser.
bool stays_unread(const Request& request, const ProviderWorld& world) {
    if (is_navigation(request)) return true;
    const auto metadata = world.provider.metadata();
    return metadata && metadata->pushes_requests;
}

}  // namespace

std::optional<Secret> id_token_hint(const Request& request, const LoginRequest& asked, const ProviderWorld& world) {
    if (!world.config.provider.id_token_hint || asked.prompt != "none") return std::nullopt;
    if (!stays_unread(request, world)) return std::nullopt;
    const auto session = find_live_session(request, world.store, world.keys, world.clock.now());
    if (!session || !*session) return std::nullopt;
    const auto tokens = (*session)->tokens(world.keys);
    return tokens ? tokens->id_token : std::nullopt;
}

}  // namespace vestibule
