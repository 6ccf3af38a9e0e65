#include "oauth/userinfo_response.h"

#include <algorithm>

#include "oauth/json_body.h"
#include "oauth/jwt_claims.h"

namespace vestibule {
namespace {

using Verdict = Result<void>;

constexpr std::string_view kJwt = "application/jwt";

tl::unexpected<Error> rejected(std::string detail) {
    return failure(ErrorCode::identity_rejected, "userinfo: " + std::move(detail));
}

Verdict check_status(const OutboundResponse& response) {
    if (response.status != 200) return rejected("status " + std::to_string(response.status));
    return {};
}

// "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token; if they
// do not match, the UserInfo Response values MUST NOT be used" (Core §5.3.2).
Verdict check_subject(const Json& claims, std::string_view subject) {
    if (claims.string_at("sub") != subject) return rejected("sub is missing or another one's");
    return {};
}

// Whom the signed answer is from and for (Core §5.3.2). Another audience beside us is no fault: unlike an ID token this
// came straight from the endpoint that we asked.
Verdict check_parties(const Json& claims, const SignedUserinfoRules& rules) {
    const auto is_us = [&](const Json& item) { return item.is_string() && item.as_string() == rules.client_id; };
    if (claims.string_at("iss") != rules.issuer) return rejected("iss is not the configured issuer");
    const Json* audience = claims.find("aud");
    if (audience == nullptr) return rejected("aud is missing");
    if (audience->is_array()) {
        const auto& all = audience->as_array();
        return std::any_of(all.begin(), all.end(), is_us) ? Verdict{} : rejected("aud is not this client");
    }
    return is_us(*audience) ? Verdict{} : rejected("aud is not this client");
}

// Neither is required of UserInfo, but a JWT that has one means it (RFC 7519 §4.1.4, §4.1.5).
Verdict check_times(const Json& claims, const SignedUserinfoRules& rules) {
    const double now = seconds_of(rules.now), skew = seconds_of(rules.clock_skew);
    const auto expires = date_at(claims, "exp"), not_before = date_at(claims, "nbf");
    if (claims.find("exp") != nullptr && !(expires && now < *expires + skew)) return rejected("exp is over or no date");
    if (claims.find("nbf") != nullptr && !(not_before && *not_before <= now + skew))
        return rejected("nbf lies in the future or is no date");
    return {};
}

}  // namespace

Result<Json> parse_userinfo_response(const OutboundResponse& response, std::string_view subject) {
    if (auto status = check_status(response); !status) return failure(std::move(status.error()));
    if (has_media_type(response.headers, kJwt)) {
        return rejected(
            "it is signed or encrypted (application/jwt), but \"userinfoAlgorithms\" is empty. Name what the provider "
            "signs it with there, or remove userinfo_signed_response_alg of this client at the provider.");
    }
    auto claims = json_object(response.headers, response.body);
    if (!claims) return rejected(claims.error().detail);
    if (auto same = check_subject(*claims, subject); !same) return failure(std::move(same.error()));
    return claims;
}

Result<std::string> signed_userinfo_of(const OutboundResponse& response) {
    if (auto status = check_status(response); !status) return failure(std::move(status.error()));
    if (has_media_type(response.headers, kJwt)) return response.body;
    return rejected(
        "it is not signed (application/jwt), but \"userinfoAlgorithms\" asks for it. Set userinfo_signed_response_alg "
        "of "
        "this client at the provider, or remove \"userinfoAlgorithms\".");
}

Result<Json> check_signed_userinfo(const VerifiedJws& jws, const SignedUserinfoRules& rules) {
    if (const char* sign = sign_of_another_kind(jws.header(), jws.claims())) return rejected(sign);
    return check_parties(jws.claims(), rules)
        .and_then([&] { return check_subject(jws.claims(), rules.subject); })
        .and_then([&] { return check_times(jws.claims(), rules); })
        .map([&] { return jws.claims(); });
}

}  // namespace vestibule
