#include "oauth/logout_token.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <functional>

#include "tests/shared/oauth/signed_claims.h"

using namespace vestibule;

namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr const char* kEvent = "http://schemas.openid.net/event/backchannel-logout";

LogoutTokenRules rules(LogoutTyp typ = LogoutTyp::may_be_absent) {
    return {"https://id.example", "spa", typ, Seconds{30}, WallTime{Seconds{kNow}}};
}

Json claims() {
    return Json::object({{"iss", "https://id.example"},
                         {"aud", "spa"},
                         {"iat", kNow},
                         {"exp", kNow + 120},
                         {"jti", "token-1"},
                         {"sub", "alice"},
                         {"sid", "session-1"},
                         {"events", Json::object({{kEvent, Json::object()}})}});
}

Json without(std::string_view name) {
    Json rest = Json::object();
    const Json all = claims();
    for (const auto& [member, value] : all.as_object()) {
        if (member != name) rest.set(member, value);
    }
    return rest;
}

Json with(std::string_view name, const Json& value) {
    Json changed = claims();
    changed.set(std::string(name), value);
    return changed;
}

bool accepted(const Json& claims, const Json& header = Json::object(), LogoutTyp typ = LogoutTyp::may_be_absent) {
    const auto token = verify_logout_token(signed_claims(claims, header), rules(typ));
    if (!token) cr_assert(token.error().code == ErrorCode::identity_rejected);
    return token.has_value();
}

Json typed(const Json& typ) { return Json::object({{"typ", typ}}); }

}  // namespace

Test(logout_token, B05_says_whose_sessions_end) {
    const auto token = verify_logout_token(signed_claims(claims()), rules());
    cr_assert(token.has_value());
    cr_expect(token->sid() == "session-1");
    cr_expect(token->subject() == "alice");
    cr_expect(token->jti() == "token-1");
    cr_expect(token->over_at() >= WallTime{Seconds{kNow + 150}}, "exp and the skew");
    cr_expect(not(verify_logout_token(signed_claims(without("sid")), rules())->sid().has_value()));
    cr_expect(not(verify_logout_token(signed_claims(without("sub")), rules())->subject().has_value()));
}

Test(logout_token, B04_issuer_audience_and_times_are_those_of_an_id_token) {
    const struct {
        const char* name;
        Json claims;
        bool good;
    } rows[] = {
        {"as issued", claims(), true},
        {"wrong iss", with("iss", "https://id.example/"), false},
        {"no iss", without("iss"), false},
        {"wrong aud", with("aud", "other"), false},
        {"no aud", without("aud"), false},
        {"aud a list of us", with("aud", Json::array({"spa"})), true},
        {"aud us and a stranger", with("aud", Json::array({"spa", "other"})), false},
        {"aud an empty list", with("aud", Json::array({})), false},
        {"no exp", without("exp"), false},
        {"exp within the skew", with("exp", kNow - 29), true},
        {"exp over", with("exp", kNow - 30), false},
        {"exp a text", with("exp", "1800000120"), false},
        {"exp in the year 30000", with("exp", 1e300), false},
        {"no iat", without("iat"), false},
        {"iat a minute ahead", with("iat", kNow + 60), true},
        {"iat two minutes ahead", with("iat", kNow + 121), false},
        {"iat two days ago", with("iat", kNow - 172'800), false},
    };
    for (const auto& row : rows) cr_expect(accepted(row.claims) == row.good, "%s", row.name);
}

Test(logout_token, B08_what_is_remembered_against_replay_is_bounded) {
    const auto token = verify_logout_token(signed_claims(with("exp", kNow + 10'000'000)), rules());
    cr_assert(token.has_value());
    cr_expect(token->over_at() <= WallTime{Seconds{kNow + 86'400 + 31}});
}

Test(logout_token, B05_names_somebody) {
    Json neither = without("sub"), empty = without("sub");
    Json nobody = Json::object();
    for (const auto& [name, value] : neither.as_object()) {
        if (name != "sid") nobody.set(name, value);
    }
    cr_expect(not(accepted(nobody)));
    cr_expect(accepted(without("sub")) && accepted(without("sid")));
    for (const Json& bad : {Json(""), Json(7), Json(), Json(std::string(256, 'a')), Json::array({"alice"})}) {
        cr_expect(not(accepted(with("sub", bad))), "sub %s", bad.print().c_str());
    }
    for (const Json& bad : {Json(""), Json(7), Json(), Json(std::string(1025, 'a'))}) {
        cr_expect(not(accepted(with("sid", bad))), "sid %s", bad.print().c_str());
    }
}

Test(logout_token, B06_events_holds_the_logout_event_as_an_object) {
    const Json bad[] = {Json(),
                        Json(true),
                        Json(kEvent),
                        Json::array({kEvent}),
                        Json::object(),
                        Json::object({{kEvent, true}}),
                        Json::object({{kEvent, Json()}}),
                        Json::object({{kEvent, Json::array({})}}),
                        Json::object({{"http://schemas.openid.net/event/frontchannel-logout", Json::object()}})};
    for (const Json& events : bad) cr_expect(not(accepted(with("events", events))), "%s", events.print().c_str());
    cr_expect(not(accepted(without("events"))));
    cr_expect(accepted(with("events", Json::object({{"urn:more", true}, {kEvent, Json::object({{"a", 1}})}}))));
}

Test(logout_token, B07_has_no_nonce_not_even_null) {
    cr_expect(not(accepted(with("nonce", "n"))));
    cr_expect(not(accepted(with("nonce", Json()))));
}

Test(logout_token, B08_has_a_jti) {
    cr_expect(not(accepted(without("jti"))));
    cr_expect(not(accepted(with("jti", ""))));
    cr_expect(not(accepted(with("jti", 7))));
    cr_expect(not(accepted(with("jti", std::string(1025, 'j')))));
}

Test(logout_token, B09_typ_may_be_absent_but_not_wrong) {
    for (const char* typ : {"logout+jwt", "application/logout+jwt", "LOGOUT+JWT", "JWT", "application/jwt"})
        cr_expect(accepted(claims(), typed(typ)), "%s", typ);
    cr_expect(accepted(claims()));
    for (const Json& typ : {Json("at+jwt"), Json("dpop+jwt"), Json("")})
        cr_expect(not(accepted(claims(), typed(typ))), "%s", typ.print().c_str());
}

Test(logout_token, B09_typ_can_be_required) {
    cr_expect(accepted(claims(), typed("logout+jwt"), LogoutTyp::required));
    cr_expect(accepted(claims(), typed("application/logout+jwt"), LogoutTyp::required));
    cr_expect(not(accepted(claims(), Json::object(), LogoutTyp::required)));
    cr_expect(not(accepted(claims(), typed("JWT"), LogoutTyp::required)));
}

Test(logout_token, B10_unknown_claims_are_ignored) { cr_expect(accepted(with("ignored_claim", "x"))); }
