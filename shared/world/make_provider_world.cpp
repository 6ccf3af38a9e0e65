#include "world/make_provider_world.h"

#include <cstdlib>
#include <utility>

#include "adapters/system/config_sources.h"

namespace vestibule {
namespace {

TlsTrust trust_of_environment() {
    const char* file = std::getenv("SSL_CERT_FILE");
    return {file ? file : ""};
}

ProviderContext context_of(const SessionWorld& world, HttpClient& http, ClientCredentials& client) {
    return {world.config, http, world.store, world.keys, world.clock, world.random, world.log, client};
}

}  // namespace

OwnedProviderWorld::OwnedProviderWorld(std::unique_ptr<OwnedSessionWorld> session)
    : session_(std::move(session)),
      http_(trust_of_environment()),
      client_(session_->borrow().config.provider.auth, session_->borrow().config.profile, system_config_sources(),
              session_->borrow().clock, session_->borrow().log),
      provider_(context_of(session_->borrow(), http_, client_)),
      in_flight_(session_->borrow().config.serving.max_in_flight_per_session),
      dpop_nonces_(context_of(session_->borrow(), http_, client_)) {}

tl::expected<std::unique_ptr<OwnedProviderWorld>, std::string> OwnedProviderWorld::make(std::string_view function) {
    auto session = OwnedSessionWorld::make(function);
    if (!session) return tl::make_unexpected(session.error());
    return std::unique_ptr<OwnedProviderWorld>(new OwnedProviderWorld(std::move(*session)));
}

}  // namespace vestibule
