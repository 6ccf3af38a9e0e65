// A server's side of DPoP, for tests: every proof is held against all of RFC 9449 §4.3, and none is taken twice.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "tests/support/scripted_http_client.h"

namespace vestibule {

// What a server makes of its nonces.
enum class NonceDemand {
    none,
    steady,   // one that must be shown
    turning,  // every answer brings another one, and only that is taken
    endless,  // nothing that is shown is good enough
};

// Thread-safe.
class DpopVerifier {
public:
    explicit DpopVerifier(const Clock& clock, std::string name = "nonce") : clock_(clock), name_(std::move(name)) {}

    NonceDemand demand = NonceDemand::none;

    // The thumbprint of the key that signed the request's proof. `access_token`: that goes with it; then `ath` must be
    // there, else it must not. bad_request with what is wrong; with the detail "use_dpop_nonce" where that is all.
    Result<std::string> verify(const RecordedRequest& request, const std::optional<std::string>& access_token);

    // DPoP-Nonce of the next answer; nothing where no nonces are given out.
    std::optional<std::string> nonce_to_give();
    // As a server that changes them now and then does.
    void turn_nonce();
    std::size_t proofs_taken() const;

private:
    Result<std::string> check(const RecordedRequest& request, const std::optional<std::string>& access_token);
    bool is_wanted(const std::optional<std::string>& nonce) const;

    const Clock& clock_;
    const std::string name_;
    mutable std::mutex mutex_;
    int nonces_ = 1;
    std::set<std::string> seen_;  // every jti, of refused proofs too
    std::size_t taken_ = 0;
};

}  // namespace vestibule
