// A login under way. It lives in `state` itself, sealed and bound to the browser and the issuer, so that any number of
// tabs work, nothing piles up, and a flood of logins writes nothing (DESIGN §1 "login"; checklist L07–L12, L22, L24,
// L30, L31).
//
// `nonce`, the PKCE verifier and the DPoP key are derived from the flow id and the key ring (the key also from the
// browser's part, for it outlives the login), so they are stored nowhere. The
// browser's part is one small cookie for all its logins, `__Host-Http-login`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/config.h"
#include "crypto/key_ring.h"
#include "http/login_message.h"
#include "http/message.h"
#include "session/store.h"

namespace vestibule {

inline constexpr std::string_view kLoginCookieName = "__Host-Http-login";
inline constexpr Seconds kLoginFlowLifetime{600};
// What the verifier and the nonce are made of, with the key ring: 256 bits of the system's own (RFC 7636 §7.1;
// checklist L05, L13).
inline constexpr std::size_t kFlowIdOctets = 32;

// 32 random octets that say "the same browser": they come back with every tab's login, Lax as their cookie is, and so
// find the session that another tab has made meanwhile.
class BrowserBinding {
public:
    // The one the request shows, or a new one where it shows none that is well-formed and single.
    static BrowserBinding of_or_new(const Request& request, Random& random);
    static std::optional<BrowserBinding> of(const Request& request);

    const Secret& octets() const { return octets_; }
    // Renews the ten minutes. Lax, or None where the provider answers by a form: a browser posts that from the
    // provider's page, and sends no Lax cookie with it (checklist L32, L33).
    std::string set_cookie(ResponseMode mode = ResponseMode::query) const;

private:
    explicit BrowserBinding(Secret octets) : octets_(std::move(octets)) {}
    Secret octets_;
};

struct LoginFlow {
    std::string id;  // kFlowIdOctets random octets
    WallTime started_at{};
    std::string return_to;           // validated when it was put in, and again when it is used
    std::optional<Seconds> max_age;  // what was asked, to be verified in the answer
    std::vector<std::string> acr_values;
    std::optional<SessionKey> replaces;  // the session of this browser at the time
    AnswerBy answer_by = AnswerBy::redirect;
    bool silent = false;  // prompt=none: nobody is asked, so that nobody notices who is logged in then
};

// What a flow sends and later proves; the same for the same flow.
struct FlowSecrets {
    std::string nonce;     // 43 characters
    Secret code_verifier;  // 43 characters of the unreserved set, 256 bits (RFC 7636 §4.1)
    Secret dpop_key;       // a P-256 scalar: what this login's tokens will be bound to, where DPoP is used
};

struct StartedFlow {
    std::string state;  // base64url
    FlowSecrets secrets;
};
StartedFlow start_flow(const LoginFlow& flow, const KeyRing& keys, Random& random, const BrowserBinding& browser,
                       std::string_view issuer);

struct ResumedFlow {
    LoginFlow flow;
    FlowSecrets secrets;
    BrowserBinding browser;  // that began it, and shows itself again
};
// flow_invalid: not made here, for this browser and this issuer; flow_expired: older than kLoginFlowLifetime.
Result<ResumedFlow> resume_flow(std::string_view state, const KeyRing& keys, const BrowserBinding& browser,
                                std::string_view issuer, WallTime now);

}  // namespace vestibule
