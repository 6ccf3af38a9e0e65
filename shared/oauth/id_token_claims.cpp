#include "oauth/id_token_claims.h"

#include <algorithm>

#include "oauth/jwt_claims.h"

namespace vestibule {
namespace {

using Verdict = Result<void>;

// "The iat Claim can be used to reject tokens that were issued too far away from the current time" (Core §3.1.3.7-10).
constexpr Seconds kIssuedInTheFuture{60};
constexpr Seconds kIssuedLongBeforeLogin{10 * 60};
constexpr std::size_t kLongestSubject = 255;

tl::unexpected<Error> rejected(std::string detail) {
    return failure(ErrorCode::identity_rejected, "id token: " + std::move(detail));
}

// RFC 8725 §3.11, §3.12.
Verdict check_kind(const IdTokenParts& token) {
    if (const char* sign = sign_of_another_kind(token.header, token.claims)) return rejected(sign);
    return {};
}

// "The Issuer Identifier … MUST exactly match the value of the iss (issuer) Claim" (Core §3.1.3.7-2).
Verdict check_issuer(const Json& claims, const IdTokenRules& rules) {
    if (claims.string_at("iss") != rules.issuer) return rejected("iss is not the configured issuer");
    return {};
}

// "The Client MUST validate that the aud (audience) Claim contains its client_id value … The ID Token MUST be rejected
// if the ID Token does not list the Client as a valid audience, or if it contains additional audiences not trusted by
// the Client" (Core §3.1.3.7-3). Nobody else is trusted, so every audience is us.
Verdict check_audience(const Json& claims, const IdTokenRules& rules) {
    const auto is_us = [&](const Json& item) { return item.is_string() && item.as_string() == rules.client_id; };
    const Json* audience = claims.find("aud");
    if (audience == nullptr) return rejected("aud is missing");
    if (audience->is_array()) {
        const auto& all = audience->as_array();
        if (all.empty() || !std::all_of(all.begin(), all.end(), is_us)) return rejected("aud is not this client alone");
    } else if (!is_us(*audience)) {
        return rejected("aud is not this client");
    }
    // "If an azp Claim is present, the Client SHOULD verify that its client_id is the Claim Value" (§3.1.3.7-5).
    const Json* authorized_party = claims.find("azp");
    if (authorized_party != nullptr && !is_us(*authorized_party)) return rejected("azp is not this client");
    return {};
}

// "sub … MUST NOT exceed 255 ASCII characters in length" (Core §2). "The sub Claim Value MUST be the same as in the ID
// Token issued when the original authentication occurred" (§12.2).
Verdict check_subject(const Json& claims, const IdTokenRules& rules) {
    const auto subject = claims.string_at("sub");
    if (!subject || subject->empty()) return rejected("sub is missing");
    const bool ascii = std::all_of(subject->begin(), subject->end(), [](char c) { return (c & 0x80) == 0; });
    if (subject->size() > kLongestSubject || !ascii) return rejected("sub is no 255 ASCII characters");
    if (rules.subject && *subject != *rules.subject) return rejected("sub is not who logged in");
    const Json* sid = claims.find("sid");
    if (sid != nullptr && !sid->is_string()) return rejected("sid is no string");
    return {};
}

Verdict check_times(const Json& claims, const IdTokenRules& rules) {
    const double now = seconds_of(rules.now), skew = seconds_of(rules.clock_skew);
    // "The current time MUST be before the time represented by the exp Claim" (Core §3.1.3.7-9).
    const auto expires = date_at(claims, "exp");
    if (!expires) return rejected("exp is missing or no date");
    if (!(now < *expires + skew)) return rejected("exp is over");

    const auto issued = date_at(claims, "iat");
    if (!issued) return rejected("iat is missing or no date");
    if (*issued > now + std::max(skew, seconds_of(kIssuedInTheFuture))) return rejected("iat lies in the future");
    const bool is_login = rules.nonce.has_value();
    if (is_login && *issued < now - skew - seconds_of(kIssuedLongBeforeLogin)) return rejected("iat is long ago");

    // "the current date/time MUST be after or equal to the not-before date/time" (RFC 7519 §4.1.5).
    if (claims.find("nbf") == nullptr) return {};
    const auto not_before = date_at(claims, "nbf");
    if (!not_before) return rejected("nbf is no date");
    if (*not_before > now + skew) return rejected("nbf lies in the future");
    return {};
}

// "a nonce Claim MUST be present and its value checked to verify that it is the same value as the one that was sent in
// the Authentication Request" (Core §3.1.3.7-11).
Verdict check_nonce(const Json& claims, const IdTokenRules& rules) {
    if (!rules.nonce) return {};
    const auto nonce = claims.string_at("nonce");
    if (!nonce || !equal_in_constant_time(*nonce, *rules.nonce)) return rejected("nonce is not the one of this login");
    return {};
}

// "If the auth_time Claim was requested, … the Client SHOULD check the auth_time Claim value and request
// re-authentication if it determines too much time has elapsed" (Core §3.1.3.7-13).
Verdict check_authentication_time(const Json& claims, const IdTokenRules& rules) {
    if (!rules.max_age) return {};
    const auto authenticated = date_at(claims, "auth_time");
    if (!authenticated) return rejected("auth_time is missing or no date, though max_age was asked for");
    const double now = seconds_of(rules.now), skew = seconds_of(rules.clock_skew);
    if (*authenticated > now + std::max(skew, seconds_of(kIssuedInTheFuture)))
        return rejected("auth_time lies in the future");
    if (now - *authenticated > seconds_of(*rules.max_age) + skew) return rejected("auth_time is older than max_age");
    return {};
}

// "If the acr Claim was requested, the Client SHOULD check that the asserted Claim Value is appropriate"
// (Core §3.1.3.7-12). One of those asked for, never "higher than".
Verdict check_authentication_class(const Json& claims, const IdTokenRules& rules) {
    if (rules.acr_values.empty()) return {};
    const auto acr = claims.string_at("acr");
    if (!acr || std::find(rules.acr_values.begin(), rules.acr_values.end(), *acr) == rules.acr_values.end())
        return rejected("acr is none of those asked for");
    return {};
}

// at_hash binds the access token to this ID token (Core §3.1.3.8). Optional in the code flow.
Verdict check_access_token_hash(const IdTokenParts& token, const IdTokenRules& rules) {
    const Json* hash = token.claims.find("at_hash");
    if (hash == nullptr || !rules.access_token) return {};
    const std::string expected = token_hash(*rules.access_token, token.algorithm);
    if (!hash->is_string() || !equal_in_constant_time(hash->as_string(), expected))
        return rejected("at_hash is not of this access token");
    return {};
}

}  // namespace

Result<void> check_id_token_claims(const IdTokenParts& token, const IdTokenRules& rules) {
    return check_kind(token)
        .and_then([&] { return check_issuer(token.claims, rules); })
        .and_then([&] { return check_audience(token.claims, rules); })
        .and_then([&] { return check_subject(token.claims, rules); })
        .and_then([&] { return check_times(token.claims, rules); })
        .and_then([&] { return check_nonce(token.claims, rules); })
        .and_then([&] { return check_authentication_time(token.claims, rules); })
        .and_then([&] { return check_authentication_class(token.claims, rules); })
        .and_then([&] { return check_access_token_hash(token, rules); });
}

}  // namespace vestibule
