#include "oauth/id_token_continuity.h"

#include "base/secret.h"

namespace vestibule {
namespace {

tl::unexpected<Error> rejected(const char* what) {
    return failure(ErrorCode::identity_rejected, std::string("id token at refresh: ") + what);
}

constexpr double kClocksDiffer = 60;  // seconds, among the provider's own machines

bool is_earlier(const Json& original, const Json& fresh, std::string_view name) {
    const Json* before = original.find(name);
    const Json* after = fresh.find(name);
    return before != nullptr && after != nullptr && before->is_number() && after->is_number() &&
           after->as_double() + kClocksDiffer < before->as_double();
}

}  // namespace

Result<void> check_continuity(const Json& original, const Json& fresh) {
    // "its iat Claim MUST represent the time that the new ID Token is issued" (Core §12.2).
    if (is_earlier(original, fresh, "iat")) return rejected("iat is before the login's");
    // "if the ID Token contains an auth_time Claim, its value MUST represent the time of the original authentication".
    if (is_earlier(original, fresh, "auth_time")) return rejected("auth_time is before the login's");
    // "it SHOULD NOT have a nonce Claim, even when the ID Token issued at the time of the original authentication
    // contained nonce; however, if it is present, its value MUST be the same".
    if (fresh.find("nonce") != nullptr) {
        const auto before = original.string_at("nonce"), after = fresh.string_at("nonce");
        // `original` may itself have come with a refresh, and without a nonce.
        if (!after || (before && !equal_in_constant_time(*before, *after))) return rejected("nonce is another");
    }
    return {};
}

}  // namespace vestibule
