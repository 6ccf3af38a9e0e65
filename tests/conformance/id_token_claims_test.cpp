// Checklist I16–I44: what an ID token says, what else is no ID token, and what becomes of it afterwards.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>
#include <set>

#include "functions/checksession/handler.h"
#include "functions/logout/handler.h"
#include "functions/refresh/handler.h"
#include "functions/userinfo/handler.h"
#include "tests/conformance/login_outcome.h"

using namespace vestibule;

namespace {

std::string rejected() { return "identity_rejected"; }

std::int64_t seconds_now(const LoginOutcome& login) { return login.clock.now().time_since_epoch().count(); }

std::string session_of(const Response& response) { return cookie_set_by(response, kSessionCookieName); }

std::string kept_id_token(LoginOutcome& login, const std::string& cookie) {
    const auto session =
        find_live_session(fetch_request("GET", "/", cookie), login.store, login.keys, login.clock.now());
    return session->value().tokens(login.keys)->id_token.value().reveal();
}

// The last ID token that the provider gave out.
std::string last_id_token(const LoginOutcome& login) {
    const auto secrets = login.op.issued_secrets();
    const auto last =
        std::find_if(secrets.rbegin(), secrets.rend(), [](const std::string& s) { return s.starts_with("ey"); });
    return *last;
}

}  // namespace

Test(id_token_claims, I16_I17_I18_I19_I20_I21_I22_I23_I24_I25_I29_a_claim_that_is_wrong_ends_the_login) {
    LoginOutcome now;
    const std::int64_t t = seconds_now(now);
    const std::tuple<const char*, const char*, Json> table[] = {
        {"I16", "iss", "https://id.example/"},
        {"I16", "iss", nullptr},
        {"I17", "aud", Json::array()},
        {"I17", "aud", nullptr},
        {"I18", "aud", Json::array({"spa", "other"})},
        {"I19", "azp", "other"},
        {"I20", "exp", t - 360},
        {"I20", "exp", nullptr},
        {"I20", "exp", (t + 300) * 1000},
        {"I21", "iat", nullptr},
        {"I21", "iat", std::to_string(t)},
        {"I22", "iat", t + 61},
        {"I22", "iat", t - 3600},
        {"I23", "nbf", t + 3600},
        {"I24", "sub", nullptr},
        {"I24", "sub", std::string(256, 'a')},
        {"I24", "sub", 7},
        {"I25", "nonce", nullptr},
        {"I25", "nonce", "another"},
        {"I29", "at_hash", "AAAAAAAAAAAAAAAAAAAAAA"},
        {"I29", "at_hash", 7},
    };
    for (const auto& [id, name, value] : table) {
        LoginOutcome login;
        login.with_claim(name, value);
        cr_expect(eq(str, login.outcome(), rejected()), "%s %s", id, name);
    }
}

Test(id_token_claims, I22_I23_I30_I34_a_claim_that_is_unusual_does_not) {
    LoginOutcome now;
    const std::int64_t t = seconds_now(now);
    const std::pair<const char*, Json> table[] = {
        {"iat", t + 8},
        {"nbf", t},
        {"exp", static_cast<double>(t) + 300.5},
        {"aud", Json::array({"spa"})},
        {"azp", "spa"},
        {"exp", 4102444800},
        {"x", Json::object({{"y", Json::array({1, nullptr})}})},
    };
    for (const auto& [name, value] : table) {
        LoginOutcome login;
        login.with_claim(name, value);
        cr_expect(eq(str, login.outcome(), text("")), "%s", name);
    }
}

Test(id_token_claims, I26_the_id_token_of_another_transaction_is_refused) {
    LoginOutcome login;
    std::string first;
    login.op.knobs.change_jws = [&](std::string& jws) { first.empty() ? first = jws : jws = first; };
    cr_expect(eq(str, login.outcome(), text("")));
    cr_expect(eq(str, login.outcome(), rejected()), "the nonce died with its login");
    cr_expect(login.reason().find("nonce") != std::string::npos);
}

Test(id_token_claims, I27_I28_what_was_asked_for_must_have_been_done) {
    const std::tuple<const char*, const char*, Json, bool> table[] = {
        {"max_age=60", "auth_time", nullptr, false},         {"max_age=60", "auth_time", 1, false},
        {"max_age=60", "auth_time", "now", false},           {"max_age=60", "name", "A", true},
        {"acr_values=silver%20gold", "acr", "gold", true},   {"acr_values=silver%20gold", "acr", "platinum", false},
        {"acr_values=silver%20gold", "acr", nullptr, false},
    };
    for (const auto& [asked, claim, value, accepted] : table) {
        LoginOutcome login;
        login.with_claim(claim, value);
        const Response response = login.come_back(login.log_in(std::string("/auth/login?") + asked));
        cr_expect(eq(str, login.error_of(response), accepted ? text("") : rejected()), "%s %s", asked, claim);
        cr_expect(login.sessions() == (accepted ? 1u : 0u));
    }
}

// What else a provider signs, and what clients sign: each as it would look if it came in the place of an ID token.
Test(id_token_claims, I31_I32_no_other_jwt_passes_for_an_id_token) {
    struct Other {
        const char* name;
        const char* typ;  // "" for none
        std::function<void(Json& claims)> change;
    };
    const auto without = [](std::set<std::string> names) {
        return [names = std::move(names)](Json& claims) {
            Json::Object kept;
            for (const auto& member : claims.as_object()) {
                if (!names.contains(member.first)) kept.push_back(member);
            }
            claims = Json(kept);
        };
    };
    const auto nothing = [](Json&) {};
    const Other table[] = {
        {"access token (RFC 9068)", "at+jwt", nothing},
        {"access token, long typ", "application/at+jwt", nothing},
        {"logout token", "logout+jwt", nothing},
        {"logout token without typ", "",
         [](Json& claims) {
             claims.set("events",
                        Json::object({{"http://schemas.openid.net/event/backchannel-logout", Json::object()}}));
         }},
        {"DPoP proof", "dpop+jwt", nothing},
        {"request object", "oauth-authz-req+jwt", nothing},
        {"request object without typ", "",
         [](Json& claims) {
             claims.set("iss", "spa");
             claims.set("aud", "https://id.example");
         }},
        {"client assertion", "client-authentication+jwt", nothing},
        {"client assertion without typ", "JWT",
         [](Json& claims) {
             claims.set("iss", "spa");
             claims.set("sub", "spa");
             claims.set("aud", "https://id.example");
         }},
        {"JARM response", "", without({"sub", "iat", "nonce", "auth_time"})},
        {"signed UserInfo", "", without({"exp", "iat", "nonce", "auth_time", "at_hash"})},
        {"introspection answer", "token-introspection+jwt", nothing},
        {"security event", "secevent+jwt", nothing},
        {"verifiable credential", "vc+sd-jwt", nothing},
    };
    for (const Other& other : table) {
        LoginOutcome login;
        login.op.knobs.change_claims = other.change;
        const std::string typ = *other.typ == 0 ? "" : R"(,"typ":")" + std::string(other.typ) + '"';
        login.with_header(R"({"alg":"ES256","kid":")" + login.op.kid() + '"' + typ + '}');
        cr_expect(eq(str, login.outcome(), rejected()), "%s", other.name);
    }
    for (const char* typ : {"JWT", "jwt", "application/jwt"}) {
        LoginOutcome login;
        login.op.knobs.change_header = [typ](Json& header) { header.set("typ", typ); };
        cr_expect(eq(str, login.outcome(), text("")), "%s", typ);
    }
}

Test(id_token_claims, I33_strings_are_compared_by_code_point) {
    LoginOutcome escaped;
    escaped.op.knobs.change_jws = [&](std::string& jws) {
        const std::string header = base64url_decode(jws.substr(0, jws.find('.'))).value();
        std::string claims =
            base64url_decode(jws.substr(jws.find('.') + 1, jws.rfind('.') - jws.find('.') - 1)).value();
        claims.replace(claims.find("\"spa\""), 5, R"("\u0073pa")");
        jws = sign_jws(escaped.op.key(), escaped.op.algorithm(), header, claims);
    };
    cr_expect(eq(str, escaped.outcome(), text("")));
    LoginOutcome decomposed;
    decomposed.with_claim("aud", "spa\xCC\x81");
    cr_expect(eq(str, decomposed.outcome(), rejected()));
}

// The same redirect for everything that can be wrong with a token; what it was stands in the log alone.
Test(id_token_claims, I37_G06_outside_every_cause_looks_the_same) {
    std::set<std::string> answers;
    std::set<std::string> reasons;
    const std::function<void(LoginOutcome&)> causes[] = {
        [](LoginOutcome& login) { login.with_claim("iss", "https://attacker.example"); },
        [](LoginOutcome& login) { login.with_claim("nonce", "x"); },
        [](LoginOutcome& login) { login.with_claim("exp", 1); },
        [](LoginOutcome& login) { login.with_claim("at_hash", "x"); },
        [](LoginOutcome& login) { login.op.knobs.change_header = [](Json& h) { h.set("alg", "none"); }; },
        [](LoginOutcome& login) { login.op.knobs.change_jws = [](std::string& jws) { jws = "a.b.c.d.e"; }; },
        [](LoginOutcome& login) { login.with_signature([](const std::string&) { return std::string(64, 'x'); }); },
    };
    for (const auto& cause : causes) {
        LoginOutcome login;
        cause(login);
        answers.insert(text_of(login.come_back(login.log_in())));
        reasons.insert(login.reason());
    }
    cr_expect(eq(sz, answers.size(), 1u));
    cr_expect(eq(sz, reasons.size(), std::size(causes)));
}

// One that looks like a JWT about somebody else and long over, one that is no JWT: both are only handed on.
Test(id_token_claims, I38_the_access_token_is_never_read) {
    for (const char* token : {"eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IiLCJleHAiOjF9.", "opaque-~+/=", "x"}) {
        LoginOutcome login;
        login.config.session.userinfo = false;
        login.op.knobs.change_token_answer = [token](Json& answer) { answer.set("access_token", token); };
        const std::string cookie = session_of(login.come_back(login.log_in()));
        cr_assert(not(cookie.empty()), "%s", token);
        const Json seen = json_of(handle_checksession(fetch_request("GET", "/auth/checksession", cookie), login.world));
        cr_expect(eq(str, member(seen, "user").string_at("sub").value(), text("alice")));
        cr_expect(member(seen, "session").integer_at("accessTokenExpiresIn") == 300, "expires_in counts, not its exp");
    }
}

Test(id_token_claims, I39_I40_userinfo_of_another_person_or_form_ends_the_login_that_needs_it) {
    const std::function<void(TestProviderKnobs&)> faults[] = {
        [](TestProviderKnobs& knobs) { knobs.change_userinfo = [](Json& claims) { claims.set("sub", "bob"); }; },
        [](TestProviderKnobs& knobs) { knobs.change_userinfo = [](Json& claims) { claims.set("sub", nullptr); }; },
        [](TestProviderKnobs& knobs) { knobs.signed_userinfo = true; },
        [](TestProviderKnobs& knobs) {
            knobs.change_userinfo_response = [](ScriptedAnswer& response) { response.body = "<html>"; };
        },
    };
    for (const auto& fault : faults) {
        LoginOutcome login;
        login.config.session.userinfo = true;
        fault(login.op.knobs);
        cr_expect(eq(str, login.outcome(), rejected()));
    }
    LoginOutcome signed_answer;
    signed_answer.config.session.userinfo = true;
    signed_answer.config.provider.userinfo_algorithms = {JwsAlgorithm::ES256};
    cr_expect(eq(str, signed_answer.outcome(), rejected()), "plain JSON where a signature was negotiated");
    signed_answer.op.knobs.signed_userinfo = true;
    cr_expect(eq(str, signed_answer.outcome(), text("")));
}

Test(id_token_claims, I40_the_userinfo_function_answers_502_for_a_form_it_was_not_promised) {
    LoginOutcome login;
    const std::string cookie = session_of(login.come_back(login.log_in()));
    const auto ask = [&] { return handle_userinfo(fetch_request("GET", "/auth/userinfo", cookie), login.world); };
    cr_expect(eq(int, +ask().status, 200));
    login.config.provider.userinfo_algorithms = {JwsAlgorithm::ES256};
    const Response refused = ask();
    cr_expect(eq(int, +refused.status, 502));
    cr_expect(eq(str, code_of(refused), text("upstream_invalid")));
    cr_expect(login.leaks_nothing(refused));
    login.op.knobs.signed_userinfo = true;
    cr_expect(eq(int, +ask().status, 200));
    cr_expect(login.opens(cookie));
}

Test(id_token_claims, I43_the_session_outlives_its_id_token) {
    LoginOutcome login;
    login.op.knobs.id_token_lifetime = Seconds{60};
    const std::string cookie = session_of(login.come_back(login.log_in()));
    login.clock.advance(Seconds{600});
    cr_expect(login.opens(cookie));
    const Json seen = json_of(handle_checksession(fetch_request("GET", "/auth/checksession", cookie), login.world));
    cr_expect(seen.bool_at("loggedIn") == true);
}

Test(id_token_claims, I44_the_raw_id_token_is_kept_and_follows_a_refresh) {
    LoginOutcome login;
    login.config.provider.id_token_hint = true;
    const std::string cookie = session_of(login.come_back(login.log_in()));
    const std::string first = kept_id_token(login, cookie);
    cr_expect(eq(str, text(first), last_id_token(login)));
    const auto refresh = [&] {
        login.clock.advance(Seconds{30});
        return handle_refresh(fetch_request("POST", "/auth/refresh", cookie), login.world).status;
    };
    cr_assert(eq(int, +refresh(), 200));
    const std::string second = kept_id_token(login, cookie);
    cr_expect(second != first && second == last_id_token(login));
    login.op.knobs.id_token_at_refresh = false;
    cr_assert(eq(int, +refresh(), 200));
    cr_expect(eq(str, kept_id_token(login, cookie), text(second)), "none came: the old one stays");
    const Json ended = json_of(handle_logout(fetch_request("POST", "/auth/logout", cookie), login.world));
    cr_expect(ended.string_at("logoutUrl").value().find("id_token_hint=" + second) != std::string::npos);
}
