// Checklist D01–D18: where the provider's addresses and keys come from, seen from whole logins.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <set>

#include "functions/refresh/handler.h"
#include "functions/userinfo/handler.h"
#include "tests/conformance/login_outcome.h"

using namespace vestibule;

namespace {

std::string rejected() { return "identity_rejected"; }

std::size_t key_fetches(const LoginOutcome& login) { return login.http.count(login.op.keys_url()); }

// What a test calls a second version of the provider's metadata: every endpoint is somewhere else.
Json moved(const Json& metadata) {
    Json::Object members;
    for (const auto& [name, value] : metadata.as_object()) {
        const bool url = value.is_string() && name != "issuer";
        members.emplace_back(name, url ? Json("https://new.example" + value.as_string().substr(18)) : value);
    }
    return Json(members);
}

}  // namespace

Test(discovery, D01_nothing_the_browser_says_chooses_the_issuer) {
    LoginOutcome login;
    const Response response = handle_login(
        request_of(
            "GET /auth/login?iss=https%3A%2F%2Fattacker.example&issuer=https%3A%2F%2Fattacker.example HTTP/1.1\r\n"
            "Host: attacker.example\r\nX-Forwarded-Host: attacker.example\r\nForwarded: host=attacker.example\r\n"
            "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n\r\n"),
        login.world);
    cr_expect(eq(int, +response.status, 303));
    cr_expect(header_of(response, "Location").starts_with(login.op.authorization_endpoint()));
    cr_expect(text_of(response).find("attacker") == std::string::npos);
    cr_expect(eq(sz, login.http.count("https://attacker.example/*"), 0u));
}

Test(discovery, third_party_initiated_login_is_refused_and_named_in_the_log) {
    LoginOutcome login;
    const Response response = handle_login(
        navigation_request("/auth/login?iss=https%3A%2F%2Fid.example&login_hint=alice", {}, "cross-site"), login.world);
    cr_expect(eq(int, +response.status, 403));
    cr_expect(
        login.log.last("login.refused")->text("reason").find("third-party-initiated login is not in this build") !=
        std::string::npos);
    cr_expect(login.http.requests().empty());
}

Test(discovery, D02_D15_a_provider_that_cannot_be_used_stops_the_login_before_it_begins) {
    const std::pair<const char*, Json> table[] = {
        {"issuer", "https://id.example/"},
        {"issuer", "https://ID.example"},
        {"token_endpoint", "http://id.example/token"},
        {"require_signed_request_object", true},
        {"response_modes_supported", Json::array({"query.jwt"})},
        {"id_token_signing_alg_values_supported", Json::array({"HS256"})},
        {"code_challenge_methods_supported", Json::array({"plain"})},
    };
    for (const auto& [member, value] : table) {
        LoginOutcome login;
        login.op.metadata.set(member, value);
        const Response response = handle_login(fetch_request("GET", "/auth/login"), login.world);
        cr_expect(eq(int, +response.status, 503), "%s", member);
        cr_expect(eq(str, code_of(response), text("provider_unavailable")), "%s", member);
        cr_expect(login.log.text().find(member) != std::string::npos, "%s is not in the log", member);
        cr_expect(text_of(response).find(member) == std::string::npos, "the browser need not know");
    }
}

Test(discovery, D03_D06_only_the_configured_place_and_the_endpoints_it_names_are_ever_asked) {
    LoginOutcome login;
    login.config.session.userinfo = true;
    cr_assert(eq(str, login.outcome(), text("")));
    const std::string cookie = cookie_set_by(login.come_back(login.log_in()), kSessionCookieName);
    login.clock.advance(Seconds{30});
    (void)handle_refresh(fetch_request("POST", "/auth/refresh", cookie), login.world);
    (void)handle_userinfo(fetch_request("GET", "/auth/userinfo", cookie), login.world);
    std::set<std::string> known{"https://id.example/.well-known/openid-configuration"};
    for (const auto& [name, value] : login.op.metadata.as_object()) {
        if (value.is_string()) known.insert(value.as_string());
    }
    std::set<std::string> asked;
    for (const RecordedRequest& request : login.http.requests()) asked.insert(request.url);
    for (const std::string& url : asked) cr_expect(known.contains(url), "%s", url.c_str());
    cr_expect(ge(sz, asked.size(), 4u));
}

Test(discovery, D10_D12_D13_keys_that_change_between_logins_are_noticed_and_withdrawn_ones_stop) {
    LoginOutcome login;
    login.op.keys_headers.set("Cache-Control", "max-age=300");
    cr_expect(eq(str, login.outcome(), text("")));
    login.op.rotate_keys();
    cr_expect(eq(str, login.outcome(), text("")), "D10: a new kid");
    login.clock.advance(Seconds{10});
    login.op.replace_key_under_its_kid();
    cr_expect(eq(str, login.outcome(), text("")), "D12: the same kid");
    cr_expect(eq(sz, key_fetches(login), 3u));
    // The provider withdraws the key; whoever has it goes on signing.
    login.op.publish_keys(jwk_set({SigningKey::generate(KeyType::ec_p256).public_jwk("another")}));
    login.clock.advance(Seconds{300});
    cr_expect(eq(str, login.outcome(), rejected()), "D13");
}

// A thousand logins with made-up kids, in three processes on one store (D18), then a real rotation.
Test(discovery, D11_D18_random_kids_cost_two_fetches_whatever_process_sees_them) {
    LoginOutcome login;
    OidcProvider second(
        {login.config, login.http, login.store, login.keys, login.clock, login.random, login.log, login.client});
    OidcProvider third(
        {login.config, login.http, login.store, login.keys, login.clock, login.random, login.log, login.client});
    const auto process_of = [&](Provider& provider) {
        const ProviderWorld& own = login.world;
        return ProviderWorld{own, own.http, provider, own.in_flight, own.client, own.dpop_nonces};
    };
    const ProviderWorld worlds[] = {login.world, process_of(second), process_of(third)};
    int kid = 0;
    login.op.knobs.change_header = [&](Json& header) { header.set("kid", "random-" + std::to_string(++kid)); };
    for (int i = 0; i < 1000; ++i) {
        const Response response = handle_callback(
            navigation_request("/auth/callback?" + login.log_in(), login.login_cookie, "cross-site"), worlds[i % 3]);
        cr_assert(not(login.error_of(response).empty()));
    }
    cr_expect(eq(int, kid, 1000));
    cr_expect(le(sz, key_fetches(login), 2u), "%zu fetches", key_fetches(login));
    cr_expect(login.sessions() == 0);
    login.op.knobs.change_header = nullptr;
    login.op.rotate_keys();
    login.clock.advance(Seconds{10});
    cr_expect(eq(str, login.outcome(), text("")), "D10 still holds");
    cr_expect(le(sz, key_fetches(login), 3u));
}

Test(discovery, D17_a_provider_that_moves_between_two_logins_is_followed_as_a_whole) {
    LoginOutcome login;
    cr_assert(eq(str, login.outcome(), text("")));
    const Json old = login.op.metadata;
    login.op.metadata = moved(old);
    login.clock.advance(std::chrono::hours{2});
    login.http.forget_requests();
    cr_expect(login.begin().starts_with("https://new.example/authorize"));
    for (const RecordedRequest& request : login.http.requests())
        cr_expect(request.url == login.op.metadata_url(), "%s", request.url.c_str());
}

// The metadata change, and the cached copy becomes stale, while the token request is under way: the keys and whatever
// else the same answer needs still come from the version it began with.
Test(discovery, D17_a_change_in_the_middle_of_a_login_does_not_mix_two_versions) {
    LoginOutcome login;
    login.op.metadata_headers.set("Cache-Control", "max-age=60");
    const std::string way_back = login.log_in();
    login.clock.advance(Seconds{55});
    bool changed = false;
    login.http.before_every_answer([&](const RecordedRequest& request) {
        if (request.url != login.op.token_endpoint() || changed) return;
        changed = true;
        login.op.metadata = moved(login.op.metadata);
        login.clock.advance(Seconds{6});
    });
    const Response response = login.come_back(way_back);
    cr_expect(eq(str, login.error_of(response), text("")), "%s", login.log.text().c_str());
    cr_expect(changed);
    cr_expect(eq(sz, key_fetches(login), 1u));
    cr_expect(eq(sz, login.http.count("https://new.example/*"), 0u));
    cr_expect(login.begin().starts_with("https://new.example/authorize"), "the next login goes by the new one");
}

Test(discovery, D09_metadata_and_keys_of_the_last_good_time_carry_a_whole_login) {
    LoginOutcome login;
    cr_assert(eq(str, login.outcome(), text("")));
    login.http.answer(login.op.metadata_url(), failing_answer(ErrorCode::upstream_unreachable));
    login.http.answer(login.op.keys_url(), failing_answer(ErrorCode::upstream_timeout));
    login.clock.advance(std::chrono::hours{3});
    cr_expect(eq(str, login.outcome(), text("")));
    login.clock.advance(std::chrono::hours{48});
    cr_expect(eq(int, +handle_login(fetch_request("GET", "/auth/login"), login.world).status, 503), "but not for ever");
}
