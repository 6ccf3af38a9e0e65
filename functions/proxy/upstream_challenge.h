// What an upstream's 401 means for us (RFC 6750 §3.1, RFC 9449 §7.1, §9, RFC 9470 §3; checklist A15, P29–P31).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace vestibule {

enum class Complaint {
    nonce_wanted,    // DPoP, error="use_dpop_nonce": the proof lacks the server's nonce, the token may be good
    token_rejected,  // Bearer or DPoP, error="invalid_token"
    stronger_login,  // error="insufficient_user_authentication"
    something_else,  // no challenge we know: it does not take our tokens at all
};

struct UpstreamChallenge {
    Complaint complaint = Complaint::something_else;
    std::optional<std::string> acr_values;  // with stronger_login: what the upstream asks for, where it is well formed
    std::optional<std::string> max_age;
};

UpstreamChallenge read_challenge(const HeaderFields& upstream);

// The login function's path with what the challenge asks for.
std::string login_url(std::string_view login_path, const UpstreamChallenge& challenge);

}  // namespace vestibule
