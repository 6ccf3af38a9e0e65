// The real world of a function that also talks to the provider or to upstreams.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/curl/curl_http_client.h"
#include "base/result.h"
#include "provider/oidc_provider.h"
#include "world/make_session_world.h"
#include "world/world.h"

namespace vestibule {

// Owns what a ProviderWorld borrows.
class OwnedProviderWorld {
public:
    // As OwnedSessionWorld::make. Asks the provider nothing yet. Certificates are held against the system's, or against
    // those in the file that SSL_CERT_FILE names.
    static tl::expected<std::unique_ptr<OwnedProviderWorld>, std::string> make(std::string_view function);

    OwnedProviderWorld(const OwnedProviderWorld&) = delete;
    OwnedProviderWorld& operator=(const OwnedProviderWorld&) = delete;

    // Before every request: session/shared_clock.h.
    void keep_in_step() { session_->keep_in_step(); }
    ProviderWorld borrow() { return {session_->borrow(), http_, provider_, in_flight_, client_, dpop_nonces_}; }

private:
    explicit OwnedProviderWorld(std::unique_ptr<OwnedSessionWorld> session);

    const std::unique_ptr<OwnedSessionWorld> session_;
    CurlHttpClient http_;
    ClientCredentials client_;
    OidcProvider provider_;
    InFlight in_flight_;
    DpopNonces dpop_nonces_;
};

}  // namespace vestibule
