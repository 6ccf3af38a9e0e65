#include "oauth/logout_token.h"

#include <algorithm>
#include <string_view>

#include "http/message.h"

namespace vestibule {
namespace {

using Verdict = Result<void>;

constexpr std::string_view kLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
constexpr Seconds kIssuedInTheFuture{60};
// "It is RECOMMENDED that … the exp … be … preferably at most two minutes in the future" (§4). A day is for providers
// that think otherwise; what is remembered against replay is bounded by it (checklist B08, X17).
constexpr double kLongestLife = 24.0 * 60 * 60;
constexpr double kLastDate = 253402300799.0;  // the last second of the year 9999
constexpr std::size_t kLongestSubject = 255;
constexpr std::size_t kLongestName = 1024;  // of a sid or a jti

tl::unexpected<Error> rejected(const char* what) {
    return failure(ErrorCode::identity_rejected, std::string("logout token: ") + what);
}

double number_of(Seconds seconds) { return static_cast<double>(seconds.count()); }

// NumericDate (RFC 7519 §2), as a double: 1e300 has no place in an integer.
std::optional<double> date_at(const Json& claims, std::string_view name) {
    const Json* member = claims.find(name);
    if (member == nullptr || !member->is_number()) return std::nullopt;
    const double seconds = member->as_double();
    if (!(seconds >= 0 && seconds <= kLastDate)) return std::nullopt;
    return seconds;
}

// "It is RECOMMENDED that … typ … be … logout+jwt"; "requiring explicitly typed Logout Tokens … will break most
// existing deployments" (§2.4, §4.1). What is there must be right.
Verdict check_type(const Json& header, LogoutTyp required) {
    const Json* typ = header.find("typ");
    if (typ == nullptr) return required == LogoutTyp::required ? Verdict(rejected("typ is missing")) : Verdict{};
    const std::string type = typ->is_string() ? typ->as_string() : std::string{};
    // A media type, compared without case; "application/" may be left out (RFC 7515 §4.1.9).
    if (equal_ignoring_case(type, "logout+jwt") || equal_ignoring_case(type, "application/logout+jwt")) return {};
    const bool is_generic = equal_ignoring_case(type, "JWT") || equal_ignoring_case(type, "application/JWT");
    if (required == LogoutTyp::may_be_absent && is_generic) return {};
    return rejected("typ is not logout+jwt");
}

// "Validate the iss, aud, iat, and exp Claims in the same way they are validated in ID Tokens" (§2.6-4).
Verdict check_issuer_and_audience(const Json& claims, const LogoutTokenRules& rules) {
    if (claims.string_at("iss") != rules.issuer) return rejected("iss is not the configured issuer");
    const auto is_us = [&](const Json& item) { return item.is_string() && item.as_string() == rules.client_id; };
    const Json* audience = claims.find("aud");
    if (audience == nullptr) return rejected("aud is missing");
    if (!audience->is_array()) return is_us(*audience) ? Verdict{} : Verdict(rejected("aud is not this client"));
    const auto& all = audience->as_array();
    if (all.empty() || !std::all_of(all.begin(), all.end(), is_us)) return rejected("aud is not this client alone");
    return {};
}

Verdict check_times(const Json& claims, const LogoutTokenRules& rules) {
    const double now = number_of(rules.now.time_since_epoch()), skew = number_of(rules.clock_skew);
    const auto expires = date_at(claims, "exp");
    if (!expires) return rejected("exp is missing or no date");
    if (!(now < *expires + skew)) return rejected("exp is over");
    const auto issued = date_at(claims, "iat");
    if (!issued) return rejected("iat is missing or no date");
    if (*issued > now + std::max(skew, number_of(kIssuedInTheFuture))) return rejected("iat lies in the future");
    if (*issued + kLongestLife < now) return rejected("iat is more than a day ago");
    return {};
}

// "sub OPTIONAL … sid OPTIONAL … A Logout Token MUST contain either a sub or a sid Claim, and MAY contain both" (§2.4).
Verdict check_whose(const Json& claims) {
    const Json* subject = claims.find("sub");
    const Json* sid = claims.find("sid");
    if (subject == nullptr && sid == nullptr) return rejected("neither sub nor sid");
    const auto is_name = [](const Json* name, std::size_t longest) {
        return name == nullptr ||
               (name->is_string() && !name->as_string().empty() && name->as_string().size() <= longest);
    };
    if (!is_name(subject, kLongestSubject)) return rejected("sub is no name");
    if (!is_name(sid, kLongestName)) return rejected("sid is no name");
    return {};
}

// "events REQUIRED. Claim whose value is a JSON object containing the member name
// http://schemas.openid.net/event/backchannel-logout … The corresponding member value MUST be a JSON object" (§2.4).
Verdict check_event(const Json& claims) {
    const Json* events = claims.find("events");
    if (events == nullptr || !events->is_object()) return rejected("events is missing or no object");
    const Json* event = events->find(kLogoutEvent);
    if (event == nullptr || !event->is_object()) return rejected("events has no backchannel-logout object");
    return {};
}

// "A nonce Claim MUST NOT be present" (§2.4): an ID token is no logout token. "jti REQUIRED".
Verdict check_nonce_and_id(const Json& claims) {
    if (claims.find("nonce") != nullptr) return rejected("nonce belongs to an ID token");
    const auto jti = claims.string_at("jti");
    if (!jti || jti->empty() || jti->size() > kLongestName) return rejected("jti is missing or no name");
    return {};
}

WallTime over_at(const Json& claims, const LogoutTokenRules& rules) {
    const double lives_until = std::min(*date_at(claims, "exp"), *date_at(claims, "iat") + kLongestLife);
    return WallTime{Seconds{static_cast<std::int64_t>(lives_until) + 1}} + rules.clock_skew;
}

}  // namespace

Result<void> check_logout_token(const Json& header, const Json& claims, const LogoutTokenRules& rules) {
    return check_type(header, rules.typ)
        .and_then([&] { return check_issuer_and_audience(claims, rules); })
        .and_then([&] { return check_times(claims, rules); })
        .and_then([&] { return check_whose(claims); })
        .and_then([&] { return check_event(claims); })
        .and_then([&] { return check_nonce_and_id(claims); });
}

Result<VerifiedLogoutToken> verify_logout_token(const VerifiedJws& jws, const LogoutTokenRules& rules) {
    auto checked = check_logout_token(jws.header(), jws.claims(), rules);
    if (!checked) return failure(std::move(checked.error()));
    VerifiedLogoutToken token;
    token.sid_ = jws.claims().string_at("sid");
    token.subject_ = jws.claims().string_at("sub");
    token.jti_ = jws.claims().string_at("jti").value();
    token.over_at_ = over_at(jws.claims(), rules);
    return token;
}

}  // namespace vestibule
