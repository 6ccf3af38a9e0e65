// The claims of a logout token (oauth/logout_token.h). The input is the claims.
#include "oauth/logout_token.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(logout_token) {
    static const LogoutTokenRules kRules{"https://id.example", "spa", LogoutTyp::may_be_absent, Seconds{30},
                                         WallTime{Seconds{1'767'225'600}}};
    static const Json kHeader = Json::object({{"alg", "RS256"}, {"typ", "logout+jwt"}});
    const auto claims = Json::parse(input);
    if (!claims || !claims->is_object()) return;
    const auto checked = check_logout_token(kHeader, *claims, kRules);
    if (!checked) return require(checked.error().code == ErrorCode::identity_rejected, "one error");
    require(claims->string_at("iss") == kRules.issuer, "the issuer");
    require(claims->find("nonce") == nullptr, "no ID token");
    require(!claims->string_at("jti").value_or("").empty(), "an id");
    require(claims->find("sub") != nullptr || claims->find("sid") != nullptr, "somebody");
    const Json* events = claims->find("events");
    require(events != nullptr && events->is_object(), "events");
    const Json* event = events->find("http://schemas.openid.net/event/backchannel-logout");
    require(event != nullptr && event->is_object(), "the event");
    require(claims->find("exp")->as_double() > 1'767'225'570, "not over");
}
