#include "oauth/userinfo_response.h"

#include "oauth/json_body.h"

namespace vestibule {

Result<Json> parse_userinfo_response(const OutboundResponse& response, std::string_view subject) {
    const auto rejected = [](std::string detail) {
        return failure(ErrorCode::identity_rejected, "userinfo: " + std::move(detail));
    };
    if (response.status != 200) return rejected("status " + std::to_string(response.status));
    auto claims = json_object(response.headers, response.body);
    if (!claims) return rejected(claims.error().detail);
    // "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token; if they
    // do not match, the UserInfo Response values MUST NOT be used" (Core §5.3.2).
    if (claims->string_at("sub") != subject) return rejected("sub is missing or another one's");
    return claims;
}

}  // namespace vestibule
