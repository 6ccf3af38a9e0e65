// What a login is for the browser that goes through it, from its first request to its last.
#include <algorithm>

#include "functions/checksession/handler.h"
#include "functions/refresh/handler.h"
#include "functions/userinfo/handler.h"
#include "oauth/pkce.h"
#include "tests/conformance/rejected_login.h"
#include "tests/support/vector_lines.h"

using namespace vestibule;

namespace {

Form asked_in(const std::string& url) { return Form::parse(url.substr(url.find('?') + 1)).value(); }

std::set<std::string> names_in(const Form& form) {
    std::set<std::string> names;
    for (const auto& [name, value] : form.parameters()) names.insert(name);
    return names;
}

LiveSession session_of(CallbackBench& b, const std::string& cookie) {
    return find_live_session(fetch_request("GET", "/", cookie), b.store, b.keys, b.clock.now()).value().value();
}

Request with_body(Request request, const std::string& type, const std::string& body) {
    request.headers.set("Content-Type", type);
    request.body = body_of(body);
    request.content_length = body.size();
    return request;
}

}  // namespace

// --- what is asked of the provider ---

Test(login_of_a_browser, L01_the_provider_gives_tokens_to_our_credentials_only) {
    CallbackBench b;
    b.config.provider.auth.secret = Secret(std::string("not-the-secret-that-was-registered"));
    cr_expect(eq(str, b.error_of(b.come_back(b.log_in())), text("exchange_failed")));
    cr_expect(b.sessions() == 0);
    b.config.provider.auth.secret = Secret(b.op.client_secret);
    cr_expect(b.error_of(b.come_back(b.log_in())).empty());
    cr_expect(b.http.last_to(b.op.token_endpoint()).header("Authorization").starts_with("Basic "));
}

Test(login_of_a_browser, L02_L03_there_is_no_other_grant_than_the_code_and_its_refresh) {
    CallbackBench b;
    const std::string url = b.begin();
    cr_expect(eq(str, asked_in(url).single("response_type").value().value(), text("code")));
    const std::string session = cookie_set_by(b.come_back(b.op.log_in(url)), kSessionCookieName);
    b.clock.advance(Seconds{280});
    (void)handle_refresh(fetch_request("POST", "/auth/refresh", session), b.world);
    std::set<std::string> grants;
    for (const RecordedRequest& request : b.http.requests_to(b.op.token_endpoint()))
        grants.insert(request.parameter("grant_type"));
    cr_expect(grants == set_of({"authorization_code", "refresh_token"}));
}

Test(login_of_a_browser, L15_no_parameter_of_a_link_reaches_the_provider_but_those_of_the_contract) {
    CallbackBench b;
    const Form plain = asked_in(b.begin());
    const Form asked = asked_in(b.begin(
        "/auth/login?scope=admin&client_id=evil&redirect_uri=https%3A%2F%2Fevil.example&response_type=token&state=evil&"
        "nonce=evil&code_challenge=evil&code_challenge_method=plain&response_mode=fragment&resource=https%3A%2F%2Fevil&"
        "request=evil&request_uri=https%3A%2F%2Fevil.example&claims=evil&iss=https%3A%2F%2Fevil.example&"
        "target_link_uri=https%3A%2F%2Fevil.example"));
    cr_expect(names_in(asked) == names_in(plain));
    cr_expect(eq(str, asked.single("scope").value().value(), text(b.config.provider.scope)));
    for (const auto& [name, value] : asked.parameters())
        cr_expect(value.find("evil") == std::string::npos && value != "admin", "%s=%s", name.c_str(), value.c_str());
}

Test(login_of_a_browser, L07_a_login_after_one_that_failed_has_other_secrets) {
    CallbackBench b;
    const Form first = asked_in(b.begin());
    b.http.answer_next(b.op.token_endpoint(), failing_answer(ErrorCode::upstream_timeout));
    const std::string url = b.begin();
    (void)b.come_back(b.op.log_in(url));
    const Form third = asked_in(b.begin());
    for (const char* name : {"state", "nonce", "code_challenge"}) {
        std::set<std::string> values;
        for (const Form& form : {first, asked_in(url), third}) values.insert(form.single(name).value().value());
        cr_expect(eq(sz, values.size(), 3), "%s", name);
    }
}

Test(login_of_a_browser, L05_L06_C17_the_verifier_that_is_presented_belongs_to_the_challenge_that_was_sent) {
    CallbackBench b;
    const std::string url = b.begin();
    (void)b.come_back(b.op.log_in(url));
    const RecordedRequest request = b.http.last_to(b.op.token_endpoint());
    const std::string verifier = request.parameter("code_verifier");
    cr_expect(eq(sz, verifier.size(), 43));
    cr_expect(eq(str, asked_in(url).single("code_challenge").value().value(), code_challenge_s256(Secret(verifier))));
    cr_expect(names_in(request.form()) == set_of({"grant_type", "code", "redirect_uri", "code_verifier"}));
    cr_expect(eq(str, request.parameter("redirect_uri"), asked_in(url).single("redirect_uri").value().value()));
}

Test(login_of_a_browser, L09_without_announced_pkce_state_and_nonce_protect_all_the_same) {
    CallbackBench b;
    Json little = Json::object({});
    for (const auto& [name, value] : b.op.metadata.as_object()) {
        if (name != "code_challenge_methods_supported") little.set(name, value);
    }
    b.op.metadata = little;
    const std::string query = b.log_in();
    cr_expect(eq(str, b.error_of(b.come_back(with(query, "state", "evil"))), text("flow_invalid")));
    cr_expect(eq(int, b.token_requests(), 0));
    b.op.knobs.change_claims = [](Json& claims) { claims.set("nonce", "evil"); };
    cr_expect(eq(str, b.error_of(b.come_back(query)), text("identity_rejected")));
    b.op.knobs = {};
    cr_expect(b.error_of(b.come_back(b.log_in())).empty());
}

Test(login_of_a_browser, L10_a_state_has_more_than_128_random_bits_and_serves_once) {
    CallbackBench b;
    std::set<std::string> states;
    for (int i = 0; i < 500; ++i) states.insert(asked_in(b.begin()).single("state").value().value());
    cr_expect(eq(sz, states.size(), 500));
    const std::string query = b.log_in();
    cr_expect(not(cookie_set_by(b.come_back(query), kSessionCookieName).empty()));
    cr_expect(cookie_set_by(b.come_back(query), kSessionCookieName).empty());
    cr_expect(eq(int, b.token_requests(), 1));
}

Test(login_of_a_browser, L12_L13_the_nonce_is_long_enough_and_no_longer_than_64_characters) {
    CallbackBench b;
    const std::string nonce = asked_in(b.begin()).single("nonce").value().value();
    cr_expect(ge(sz, nonce.size(), 43));
    cr_expect(le(sz, nonce.size(), 64));
}

Test(login_of_a_browser, L21_where_max_age_was_asked_for_a_token_without_auth_time_is_rejected) {
    CallbackBench b;
    b.op.knobs.change_claims = [](Json& claims) { claims.set("auth_time", Json{}); };
    cr_expect(eq(str, b.error_of(b.come_back(b.log_in("/auth/login?max_age=600"))), text("identity_rejected")));
    cr_expect(b.error_of(b.come_back(b.log_in())).empty(), "where it was not, nobody misses it");
}

Test(login_of_a_browser, I26_an_id_token_serves_the_login_it_was_made_for_and_no_other) {
    CallbackBench b;
    std::string first;
    b.op.knobs.change_jws = [&](std::string& compact) { first = compact; };
    cr_expect(b.error_of(b.come_back(b.log_in())).empty());
    b.op.knobs.change_jws = [&](std::string& compact) { compact = first; };
    cr_expect(eq(str, b.error_of(b.come_back(b.log_in())), text("identity_rejected")));
    cr_expect(b.sessions() == 1);
}

// --- where it leads ---

Test(login_of_a_browser, C9_L23_no_return_url_of_the_corpus_begins_a_login, .timeout = 60) {
    CallbackBench b;
    const std::vector<std::string> corpus = vector_lines("return_paths/refused.txt");
    cr_assert(ge(sz, corpus.size(), 90));
    for (const std::string& path : corpus) {
        Form query;
        query.add("returnTo", path);
        if (path.empty()) continue;  // absent
        const Response response = handle_login(navigation_request("/auth/login?" + query.encode()), b.world);
        cr_expect(eq(int, +response.status, 400), "%s", visible(path).c_str());
        cr_expect(header_of(response, "Location").empty(), "%s", visible(path).c_str());
        cr_expect(response.headers.all("Set-Cookie").empty(), "%s", visible(path).c_str());
    }
    cr_expect(eq(sz, b.http.requests().size(), 0), "nobody was asked");
}

// A key of ours that somebody stole would be needed for this; the path is looked at again all the same.
Test(login_of_a_browser, L24_a_return_path_is_checked_again_when_it_is_used) {
    for (const std::string& path : vector_lines("return_paths/refused.txt")) {
        CallbackBench b;
        (void)b.begin();
        const auto browser = BrowserBinding::of(navigation_request("/auth/login", b.login_cookie)).value();
        LoginFlow flow;
        flow.id = b.random.octets(16);
        flow.started_at = b.clock.now();
        flow.return_to = path;
        const StartedFlow started = start_flow(flow, b.keys, b.random, browser, b.op.issuer());
        Form asked;
        asked.add("client_id", b.op.client_id).add("response_type", "code").add("state", started.state);
        asked.add("nonce", started.secrets.nonce).add("scope", "openid");
        asked.add("code_challenge", code_challenge_s256(started.secrets.code_verifier));
        asked.add("redirect_uri", b.config.url_of(b.config.paths.callback));
        const Response response = b.come_back(b.op.log_in("https://id.example/authorize?" + asked.encode()));
        cr_expect(header_of(response, "Location") == "https://app.example.com/", "%s", visible(path).c_str());
        cr_expect(not(cookie_set_by(response, kSessionCookieName).empty()), "%s", visible(path).c_str());
    }
}

Test(login_of_a_browser, L41_H23_H24_what_login_answers_is_not_stored_and_tells_no_referrer) {
    CallbackBench b;
    const std::vector<Response> answers{
        handle_login(navigation_request("/auth/login"), b.world),
        handle_login(fetch_request("GET", "/auth/login"), b.world),
        handle_login(navigation_request("/auth/login?returnTo=//evil.example"), b.world),
        handle_login(navigation_request("/auth/login", {}, "cross-site"), b.world),
        handle_login(fetch_request("POST", "/auth/login"), b.world),
        b.come_back(b.log_in()),
        b.come_back("code=x")};
    for (const Response& response : answers) {
        cr_expect(header_of(response, "Cache-Control").find("no-store") != std::string::npos, "%d", response.status);
        cr_expect(header_of(response, "Referrer-Policy") == "no-referrer", "%d", response.status);
        cr_expect(header_of(response, "X-Content-Type-Options") == "nosniff", "%d", response.status);
        cr_expect(header_of(response, "Connection").empty() && header_of(response, "Transfer-Encoding").empty());
        cr_expect(b.leaks_nothing(response));
    }
}

Test(login_of_a_browser, C31_H02_H25_it_ends_in_a_303_to_an_absolute_address_without_code_and_state) {
    CallbackBench b;
    const std::string query = b.log_in();
    const Response response = b.come_back(query);
    cr_expect(eq(int, +response.status, 303));
    cr_expect(eq(str, header_of(response, "Location"), text("https://app.example.com/inbox")));
    for (const char* name : {"code", "state"})
        cr_expect(text_of(response).find(value_in(query, name)) == std::string::npos, "%s", name);
}

// --- whose session it becomes ---

Test(login_of_a_browser, C28_S18_S20_a_planted_session_cookie_never_becomes_the_session) {
    CallbackBench b;
    FixedRandom attackers(99);
    const std::string planted = cookie_pair(SessionCookie::create(attackers));
    const std::string query = b.log_in("/auth/login", planted);
    const Response response = b.come_back(query, b.login_cookie + "; " + planted);
    const std::string cookie = cookie_set_by(response, kSessionCookieName);
    cr_assert(not(cookie.empty()));
    cr_expect(cookie != planted);
    cr_expect(not(b.opens(planted)));
    cr_expect(b.opens(cookie));
    cr_expect(b.sessions() == 1);
}

Test(login_of_a_browser, C29_no_session_is_taken_from_a_query_or_a_body) {
    CallbackBench b;
    const std::string cookie = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const std::string value = cookie.substr(cookie.find('=') + 1);
    Form form;
    for (const char* name : {"__Host-Http-session", "session", "sid", "session_id", "token"}) form.add(name, value);
    const std::string target = "?" + form.encode();
    const auto posted = [&](Request request) {
        return with_body(std::move(request), "application/x-www-form-urlencoded", form.encode());
    };
    const Response refreshed = handle_refresh(posted(fetch_request("POST", "/auth/refresh" + target)), b.world);
    cr_expect(eq(int, +refreshed.status, 401));
    cr_expect(eq(int, +handle_userinfo(fetch_request("GET", "/auth/userinfo" + target), b.world).status, 401));
    const SessionWorld& plain = b.world;
    const Response seen = handle_checksession(fetch_request("GET", "/auth/checksession" + target), plain);
    cr_expect(json_of(seen).bool_at("loggedIn") == std::optional(false));
    Request bearer = fetch_request("GET", "/auth/userinfo");
    bearer.headers.set("Authorization", "Bearer " + value);
    cr_expect(eq(int, +handle_userinfo(bearer, b.world).status, 401), "H16: nor from Authorization");
}

Test(login_of_a_browser, H16_the_browsers_authorization_changes_nothing) {
    CallbackBench b;
    const std::string query = b.log_in();
    Request request = navigation_request("/auth/callback?" + query, b.login_cookie, "cross-site");
    request.headers.set("Authorization", "Basic ZXZpbDpldmls");
    cr_expect(not(cookie_set_by(handle_callback(request, b.world), kSessionCookieName).empty()));
    for (const RecordedRequest& call : b.http.requests())
        cr_expect(call.header("Authorization").find("ZXZpbDpldmls") == std::string::npos, "%s", call.url.c_str());
}

Test(login_of_a_browser, C40_the_same_email_of_another_subject_is_another_user) {
    CallbackBench b;
    const auto log_in_as = [&](const std::string& subject) {
        b.login_cookie.clear();
        b.op.knobs.subject = subject;
        return cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    };
    const auto sub_of = [&](const std::string& cookie) { return session_of(b, cookie).row().sub.octets; };
    const std::string alice = log_in_as("alice");
    const std::string also_alice = log_in_as("alice");
    const std::string other = log_in_as("Alice");  // with the same e-mail address
    cr_expect(sub_of(alice) == sub_of(also_alice));
    cr_expect(sub_of(alice) != sub_of(other));
    const IndexKey elsewhere = sub_index_key(b.keys, "https://other.example", "alice");
    cr_expect(sub_of(alice) != elsewhere.octets, "nor is the same subject of another issuer");
}

Test(login_of_a_browser, C25_a_smaller_scope_is_borne_and_what_was_granted_is_what_counts) {
    CallbackBench b;
    b.op.knobs.refresh_tokens = false;
    b.op.knobs.change_token_answer = [](Json& answer) { answer.set("scope", "openid"); };
    const std::string cookie = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    cr_assert(not(cookie.empty()));
    cr_expect(not(session_of(b, cookie).tokens(b.keys)->refresh_token.has_value()), "no offline_access, no refresh");
    b.op.knobs.change_token_answer = [](Json& answer) { answer.set("scope", Json{}); };
    cr_expect(b.error_of(b.come_back(b.log_in())).empty(), "absent: as asked for");
}

Test(login_of_a_browser, L30_five_tabs_land_in_any_order) {
    CallbackBench b;
    std::vector<std::string> queries;
    for (int i = 0; i < 5; ++i) queries.push_back(b.log_in("/auth/login?returnTo=/tab" + std::to_string(i)));
    for (const int i : {3, 0, 4, 2, 1}) {
        const Response response = b.come_back(queries[static_cast<std::size_t>(i)]);
        cr_expect(header_of(response, "Location") == "https://app.example.com/tab" + std::to_string(i), "tab %d", i);
        cr_expect(b.opens(cookie_set_by(response, kSessionCookieName)), "tab %d", i);
    }
    cr_expect(b.sessions() == 1);
}

Test(login_of_a_browser, H30_two_people_who_log_in_in_turn_never_see_each_other) {
    CallbackBench b;
    const std::string alices_query = b.log_in();
    const std::string alices_browser = b.login_cookie;
    b.login_cookie.clear();
    b.op.knobs.subject = "bob";
    const std::string bobs_query = b.log_in();
    cr_expect(eq(str, b.error_of(b.come_back(alices_query)), text("flow_invalid")));
    const std::string bob = cookie_set_by(b.come_back(bobs_query), kSessionCookieName);
    b.op.knobs.subject = "alice";
    const std::string alice = cookie_set_by(b.come_back(alices_query, alices_browser), kSessionCookieName);
    cr_expect(eq(str, session_of(b, alice).claims().string_at("sub").value(), text("alice")));
    cr_expect(eq(str, session_of(b, bob).claims().string_at("sub").value(), text("bob")));
    cr_expect(session_of(b, alice).tokens(b.keys)->access_token.reveal() !=
              session_of(b, bob).tokens(b.keys)->access_token.reveal());
}

// --- two providers ---

// Two deployments on one store with one key ring, as somebody might have them: A's login, B's answer.
Test(login_of_a_browser, L22_C18_a_response_of_one_provider_never_takes_its_code_to_the_other) {
    CallbackBench a;
    TestProvider evil(a.http, a.clock, "https://evil.example");
    for (int i = 0; i < 10; ++i) (void)evil.issue_tokens();  // so that its codes have other names
    const std::string ours = a.log_in();
    const std::string theirs =
        evil.log_in("https://evil.example/authorize?client_id=spa&response_type=code&state=" + value_in(ours, "state") +
                    "&nonce=x&redirect_uri=x&code_challenge=x&scope=openid");
    cr_expect(eq(str, a.error_of(a.come_back(theirs)), text("flow_invalid")), "their iss");
    cr_expect(eq(str, a.error_of(a.come_back(without(theirs, "iss"))), text("flow_invalid")), "no iss");
    cr_expect(eq(int, a.token_requests(), 0));
    const std::string disguised = with(theirs, "iss", a.op.issuer());
    cr_expect(eq(str, a.error_of(a.come_back(disguised)), text("exchange_failed")), "a code of somebody else");
    cr_expect(eq(sz, a.http.count(evil.token_endpoint()), 0));
    cr_expect(a.sessions() == 0);
}

// --- the cookies ---

Test(login_of_a_browser, S01_S02_S03_S04_S05_S06_S10_S12_every_cookie_is_as_tight_as_it_can_be) {
    CallbackBench b;
    const Response started = handle_login(navigation_request("/auth/login"), b.world);
    const Response ended = b.come_back(b.log_in());
    const auto attributes = [](const Response& response) { return header_of(response, "Set-Cookie") + ";"; };
    for (const std::string& cookie : {attributes(started), attributes(ended)}) {
        for (const char* attribute : {"; Secure;", "; HttpOnly;", "; Path=/;"})
            cr_expect(cookie.find(attribute) != std::string::npos, "%s", attribute);
        cr_expect(cookie.find("Domain") == std::string::npos);
        cr_expect(cookie.starts_with("__Host-Http-"));
        cr_expect(lt(sz, cookie.find(';'), 128));
    }
    cr_expect(attributes(ended).find("; SameSite=Strict;") != std::string::npos);
    cr_expect(attributes(ended).find("Max-Age") == std::string::npos, "it ends with the browser");
    cr_expect(attributes(started).find("; SameSite=Lax;") != std::string::npos);
    cr_expect(attributes(started).find("; Max-Age=600;") != std::string::npos);
}

Test(login_of_a_browser, S11_L31_a_hundred_logins_leave_one_login_cookie) {
    CallbackBench b;
    std::set<std::string> cookies;
    for (int i = 0; i < 100; ++i) {
        (void)b.begin();
        cookies.insert(b.login_cookie);
    }
    cr_expect(eq(sz, cookies.size(), 1));
}

Test(login_of_a_browser, S14_without_its_login_cookie_a_browser_is_asked_to_begin_again) {
    CallbackBench b;
    const std::string query = b.log_in();
    const Response response = b.come_back(query, "");
    cr_expect(eq(str, header_of(response, "Location"), text("https://app.example.com/?auth_error=flow_invalid")));
    cr_expect(eq(int, b.token_requests(), 0));
}

Test(login_of_a_browser, S16_S17_session_ids_are_long_random_and_say_nothing) {
    CallbackBench b;
    std::set<std::string> values;
    for (int i = 0; i < 200; ++i) values.insert(cookie_pair(SessionCookie::create(b.random)));
    cr_expect(eq(sz, values.size(), 200));
    for (const std::string& value : values) cr_expect(eq(sz, value.size() - value.find('=') - 1, 64));
    cr_expect(values.begin()->find("alice") == std::string::npos);
}

Test(login_of_a_browser, C03_X14_no_octet_of_the_browsers_binding_may_differ_and_all_faults_look_alike) {
    CallbackBench b;
    const std::string query = b.log_in();
    std::set<std::string> answers;
    const std::size_t first = b.login_cookie.find('=') + 1;
    for (std::size_t i = first; i + 1 < b.login_cookie.size(); ++i) {  // the last character has spare bits
        std::string other = b.login_cookie;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        answers.insert(text_of(b.come_back(query, other)));
    }
    cr_expect(eq(sz, answers.size(), 1));
    cr_expect(answers.begin()->find("flow_invalid") != std::string::npos);
    cr_expect(eq(int, b.token_requests(), 0));
    cr_expect(not(cookie_set_by(b.come_back(query), kSessionCookieName).empty()), "and the right one still does");
}

Test(login_of_a_browser, H17_our_own_addresses_are_the_configured_ones_whatever_the_request_says) {
    CallbackBench b;
    const std::string query = b.log_in();
    Request request = navigation_request("/auth/callback?" + query, b.login_cookie, "cross-site");
    for (const char* name : {"Host", "X-Forwarded-Host", "X-Original-Host", "X-Forwarded-Server"})
        request.headers.set(name, "evil.example");
    request.headers.set("Forwarded", "host=evil.example;proto=http");
    const Response response = handle_callback(request, b.world);
    cr_expect(eq(str, header_of(response, "Location"), text("https://app.example.com/inbox")));
    cr_expect(eq(str, b.http.last_to(b.op.token_endpoint()).parameter("redirect_uri"),
                 text("https://app.example.com/auth/callback")));
}
