#include "oauth/dpop_nonce.h"

#include <algorithm>

#include "oauth/token_response.h"
#include "oauth/www_authenticate.h"

namespace vestibule {
namespace {

constexpr std::size_t kLongestNonce = 1024;
constexpr std::string_view kUseNonce = "use_dpop_nonce";

bool is_nonce_character(char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; }  // NQCHAR

}  // namespace

std::optional<std::string> dpop_nonce(const HeaderFields& answer) {
    const auto nonce = answer.single("DPoP-Nonce");
    if (!nonce || nonce->empty() || nonce->size() > kLongestNonce) return std::nullopt;
    if (!std::all_of(nonce->begin(), nonce->end(), is_nonce_character)) return std::nullopt;
    return std::string(*nonce);
}

bool asks_for_dpop_nonce(const OutboundResponse& answer) { return token_error(answer) == kUseNonce; }

bool challenges_for_dpop_nonce(const HeaderFields& answer) {
    for (const std::string_view value : answer.all("WWW-Authenticate")) {
        for (const Challenge& challenge : parse_www_authenticate(value)) {
            if (challenge.scheme == "dpop" && challenge.find("error") == kUseNonce) return true;
        }
    }
    return false;
}

}  // namespace vestibule
