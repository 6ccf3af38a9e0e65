#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "functions/backchannel/handler.h"
#include "session/shared_clock.h"
#include "tests/functions/callback/callback_bench.h"
#include "tests/support/two_clocks.h"

using namespace vestibule;

namespace {

struct BackchannelBench : CallbackBench {
    SessionCookie session(const std::string& sub = "alice", const std::string& sid = "provider-session-1") {
        SessionToPut what;
        what.claims = Json::object({{"sub", sub}});
        what.sid = sid;
        return put_session(what);
    }
    Request request_with(const std::string& body, const std::string& fields = {}, std::string_view method = "POST",
                         std::string_view type = "application/x-www-form-urlencoded") {
        std::string text(method);
        text.append(" /auth/backchannel HTTP/1.1\r\nHost: app.example.com\r\nContent-Type: ").append(type);
        return request_of(text + "\r\n" + fields + "\r\n" + body);
    }
    Response post_body(const std::string& body) { return handle_backchannel(request_with(body), world); }
    Response post(const std::string& token) { return post_body("logout_token=" + token); }
    int status_of(const Json& changes) { return post(op.logout_token(changes)).status; }
    std::string answer_for(const Json& changes) { return text_of(post(op.logout_token(changes))); }
    std::size_t outbound() { return http.count(op.keys_url()) + http.count(op.metadata_url()); }
};

const Json kNoSid = Json::object({{"sid", Json()}});
const Json kNoSub = Json::object({{"sub", Json()}});

}  // namespace

Test(backchannel, B12_B18_ends_the_sessions_of_the_sid_and_answers_200) {
    BackchannelBench b;
    const SessionCookie one = b.session(), two = b.session(), other = b.session("alice", "provider-session-2");
    const Response response = b.post(b.op.logout_token());
    cr_expect(eq(int, +response.status, 200));
    cr_expect(eq(str, header_of(response, "Cache-Control"), text("no-store")));
    cr_expect(header_of(response, "Set-Cookie").empty());
    cr_expect(not(b.session_is_there(one) || b.session_is_there(two)), "two browsers");
    cr_expect(b.session_is_there(other));
    cr_expect(b.log.last("backchannel.ended")->field("count") == LogValue(std::int64_t{2}));
}

Test(backchannel, B12_ends_by_a_sid_alone) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    cr_expect(eq(int, b.status_of(kNoSub), 200));
    cr_expect(not(b.session_is_there(one)));
}

Test(backchannel, B12_the_sid_of_one_user_with_the_sub_of_another_ends_nothing) {
    BackchannelBench b;
    const SessionCookie alices = b.session("alice", "s-a"), bobs = b.session("bob", "s-b");
    const Json mixed = Json::object({{"sid", "s-a"}, {"sub", "bob"}});
    cr_expect(eq(int, b.status_of(mixed), 400));
    cr_expect(b.session_is_there(alices) && b.session_is_there(bobs));
}

Test(backchannel, B13_without_a_sid_all_sessions_of_the_user_end) {
    BackchannelBench b;
    const SessionCookie mine[] = {b.session("alice", "1"), b.session("alice", "2"), b.session("alice", "")};
    const SessionCookie bobs = b.session("bob", "3");
    SessionToPut elsewhere;
    elsewhere.issuer = "https://other.example";
    const SessionCookie others = put_session(b.store, b.keys, b.random, b.clock.now(), elsewhere);
    cr_expect(eq(int, b.status_of(kNoSid), 200));
    for (const SessionCookie& cookie : mine) cr_expect(not(b.session_is_there(cookie)));
    cr_expect(b.session_is_there(bobs));
    cr_expect(b.session_is_there(others), "the same sub of another issuer");
}

Test(backchannel, B12_B19_a_sid_that_no_id_token_carried_ends_the_sessions_of_its_sub) {
    BackchannelBench b;
    const SessionCookie one = b.session("alice", ""), two = b.session("alice", ""), bobs = b.session("bob", "");
    cr_expect(eq(int, b.status_of(Json::object()), 200));
    cr_expect(not(b.session_is_there(one) || b.session_is_there(two)));
    cr_expect(b.session_is_there(bobs));
    cr_expect(b.log.last("backchannel.ended")->field("count") == LogValue(std::int64_t{2}));
}

Test(backchannel, B12_sessions_of_another_sid_are_not_taken_for_those_without_one) {
    BackchannelBench b;
    const SessionCookie without = b.session("alice", ""), other = b.session("alice", "provider-session-2");
    cr_expect(eq(int, b.status_of(Json::object()), 200));
    cr_expect(not(b.session_is_there(without)));
    cr_expect(b.session_is_there(other));
}

Test(backchannel, B12_where_the_sid_is_known_sessions_without_one_are_left_alone) {
    BackchannelBench b;
    const SessionCookie named = b.session(), beside_it = b.session("alice", "");
    cr_expect(eq(int, b.status_of(Json::object()), 200));
    cr_expect(not(b.session_is_there(named)));
    cr_expect(b.session_is_there(beside_it));
}

Test(backchannel, B08_B19_what_has_no_sid_and_cannot_be_ended_is_400_and_the_token_is_good_afterwards) {
    for (const StoreOperation operation : {StoreOperation::list, StoreOperation::erase, StoreOperation::end_sub}) {
        BackchannelBench b;
        const SessionCookie one = b.session("alice", "");
        if (operation == StoreOperation::erase) (void)b.session("alice", "provider-session-2");
        const std::string token = b.op.logout_token();
        b.store.fail_next(operation);
        cr_expect(eq(int, b.post(token).status, 400), "%d", static_cast<int>(operation));
        cr_expect(eq(int, b.post(token).status, 200));
        cr_expect(not(b.session_is_there(one)));
    }
}

Test(backchannel, B16_a_login_in_flight_at_a_provider_without_sids_does_not_survive_either) {
    BackchannelBench b;
    b.op.knobs.sid = "";
    const std::string answer = b.log_in();
    (void)b.session("alice", "");  // another browser's, and the reason to know that there are no sids
    cr_assert(eq(int, b.status_of(Json::object({{"sid", "provider-session-1"}})), 200));
    cr_expect(eq(str, b.error_of(b.come_back(answer)), text("login_required")));
}

Test(backchannel, B14_O18_an_unknown_or_ended_session_is_a_success) {
    BackchannelBench b;
    cr_expect(eq(int, b.status_of(Json::object()), 200));
    cr_expect(eq(int, b.status_of(Json::object()), 200), "another token for the same");
}

Test(backchannel, X05_ends_sessions_made_under_an_older_key) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    b.keys =
        test_keys("k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\nk1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    cr_expect(eq(int, b.status_of(Json::object()), 200));
    cr_expect(not(b.session_is_there(one)));
}

Test(backchannel, B08_a_token_is_obeyed_once_and_its_replay_is_harmless) {
    BackchannelBench b;
    const std::string token = b.op.logout_token(kNoSid);
    (void)b.session("alice", "1");
    cr_expect(eq(int, b.post(token).status, 200));
    b.clock.advance(Seconds{10});
    b.op.knobs.sid = "provider-session-2";
    const Response logged_in = b.come_back(b.log_in());
    cr_assert(b.opens(cookie_set_by(logged_in, kSessionCookieName)));
    cr_expect(eq(int, b.post(token).status, 200));
    cr_expect(b.opens(cookie_set_by(logged_in, kSessionCookieName)), "begun after the token was obeyed");
}

Test(backchannel, B08_X18_a_token_is_obeyed_once_also_where_the_stores_server_is_ahead) {
    for (const Seconds ahead : {kFollowsAtMost, -kFollowsAtMost}) {
        BackchannelBench b;
        TwoClocks clocks(b.clock, ahead);
        const ProviderWorld there{{b.config, clocks, b.random, b.log, b.keys, b.store},
                                  b.http,
                                  b.provider,
                                  b.in_flight,
                                  b.client,
                                  b.dpop_nonces};
        const std::string token = b.op.logout_token(kNoSid);
        const auto status = [&] { return handle_backchannel(b.request_with("logout_token=" + token), there).status; };
        int answered = 0;
        SessionToPut anew;
        anew.issuer = b.op.issuer();
        SessionCookie later = b.session();
        for (; status() == 200 && answered < 1000; ++answered) {
            const bool lives = b.session_is_there(later);
            cr_expect(lives == (answered > 0), "%d s ahead, %d s later", static_cast<int>(ahead.count()), answered);
            if (answered == 0) later = put_session(b.store, b.keys, b.random, clocks.now() + Seconds{1}, anew);
            b.clock.advance(Seconds{1});
        }
        cr_expect(answered > 300 && answered < 1000, "obeyed, and good for a while: %d", answered);
    }
}

Test(backchannel, B08_B19_a_failure_of_the_store_is_400_and_the_same_token_is_good_afterwards) {
    const StoreOperation needed[] = {StoreOperation::is_consumed, StoreOperation::subs_of_sid, StoreOperation::end_sid,
                                     StoreOperation::consume_once};
    for (const StoreOperation operation : needed) {
        BackchannelBench b;
        const SessionCookie one = b.session();
        const std::string token = b.op.logout_token();
        (void)b.post(
            b.op.logout_token(Json::object({{"sid", "somebody-elses"}, {"sub", Json()}})));  // the keys are known
        b.store.fail_next(operation);
        const Response failed = b.post(token);
        cr_expect(eq(int, +failed.status, 400), "%d", static_cast<int>(operation));
        cr_expect(eq(str, json_of(failed).string_at("error").value(), text("temporarily_unavailable")));
        cr_expect(eq(int, b.post(token).status, 200));
        cr_expect(not(b.session_is_there(one)));
    }
}

Test(backchannel, B19_a_store_that_is_down_is_400) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    b.store.fail_all();
    cr_expect(eq(int, b.status_of(Json::object()), 400));
    b.store.heal();
    cr_expect(b.session_is_there(one));
}

Test(backchannel, B19_a_provider_whose_keys_cannot_be_had_is_400) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    b.op.go_down();
    cr_expect(eq(int, b.status_of(Json::object()), 400));
    cr_expect(b.session_is_there(one));
}

Test(backchannel, B16_a_login_in_flight_does_not_survive_the_end_of_its_sid) {
    BackchannelBench b;
    const std::string answer = b.log_in();
    // Between the redemption of the code and the insertion of the session.
    b.store.before(StoreOperation::insert, [&] { cr_assert(eq(int, b.status_of(Json::object()), 200)); });
    const Response response = b.come_back(answer);
    cr_expect(eq(str, b.error_of(response), text("login_required")));
    cr_expect(eq(u64, b.sessions(), 0));
    cr_expect(eq(sz, b.op.revoked_tokens().size(), 2));
}

Test(backchannel, B16_nor_the_end_of_all_sessions_of_its_user) {
    BackchannelBench b;
    const std::string answer = b.log_in();
    b.clock.advance(Seconds{5});
    cr_assert(eq(int, b.status_of(kNoSid), 200));
    cr_expect(eq(str, b.error_of(b.come_back(answer)), text("login_required")));
    b.clock.advance(Seconds{1});
    const Response later = b.come_back(b.log_in());
    cr_expect(eq(str, b.error_of(later), text("")), "who logs in afterwards is welcome");
}

Test(backchannel, B01_other_parameters_are_ignored_and_other_methods_refused) {
    BackchannelBench b;
    cr_expect(eq(int, b.post_body("ignored_parameter=x&logout_token=" + b.op.logout_token() + "&y=").status, 200));
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
        const Response response = handle_backchannel(b.request_with("", "", method), b.world);
        cr_expect(eq(int, +response.status, 405), "%s", method);
        cr_expect(eq(str, header_of(response, "Allow"), text("POST")));
    }
}

Test(backchannel, B01_B02_one_token_in_a_form_and_nowhere_else) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    const std::string token = b.op.logout_token();
    cr_expect(eq(int, b.post_body("logout_token=" + token + "&logout_token=" + token).status, 400));
    cr_expect(eq(int, b.post_body("").status, 400));
    cr_expect(eq(int, b.post_body("logout_token=").status, 400));
    cr_expect(eq(int, b.post_body("logout_token=%zz").status, 400));
    const std::string json = "{\"logout_token\":\"" + token + "\"}";
    const Request as_json = b.request_with(json, "", "POST", "application/json");
    cr_expect(eq(int, +handle_backchannel(as_json, b.world).status, 400));
    Request in_query = b.request_with("");
    in_query.query = "logout_token=" + token;
    in_query.has_query = true;
    cr_expect(eq(int, +handle_backchannel(in_query, b.world).status, 400));
    cr_expect(eq(int, b.post_body("a=" + std::string(70'000, 'a') + "&logout_token=" + token).status, 400));
    const Request cut_off = b.request_with("logout_token=" + token, "Content-Length: 60000\r\n");
    cr_expect(eq(int, +handle_backchannel(cut_off, b.world).status, 400));
    cr_expect(b.session_is_there(one));
    const Request with_charset =
        b.request_with("logout_token=" + token, "", "POST", "application/x-www-form-urlencoded; charset=utf-8");
    cr_expect(eq(int, +handle_backchannel(with_charset, b.world).status, 200));
}

Test(backchannel, B03_a_forged_token_ends_nothing) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    const std::string token = b.op.logout_token();
    const std::string payload = token.substr(0, token.rfind('.'));
    cr_expect(eq(int, b.post(payload + "." + std::string(86, 'A')).status, 400), "no signature of the provider's");
    cr_expect(eq(int, b.post(payload + ".").status, 400));
    b.op.knobs.change_logout_header = [](Json& header) { header.set("alg", "none"); };
    cr_expect(eq(int, b.status_of(Json::object()), 400));
    b.op.knobs.change_logout_header = [](Json& header) { header.set("alg", "HS256"); };
    cr_expect(eq(int, b.status_of(Json::object()), 400));
    cr_expect(b.session_is_there(one));
}

Test(backchannel, B03_only_the_algorithm_of_the_id_tokens_is_taken) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    b.op.use_key(SigningKey::ed25519(std::string(32, '\x42')), JwsAlgorithm::EdDSA);  // published, but not agreed
    cr_expect(eq(int, b.status_of(Json::object()), 400));
    cr_expect(b.session_is_there(one));
}

Test(backchannel, D10_a_key_that_was_just_rotated_is_fetched) {
    BackchannelBench b;
    cr_assert(eq(int, b.status_of(Json::object()), 200));
    b.clock.advance(Seconds{60});
    const SessionCookie one = b.session("alice", "provider-session-9");
    b.op.rotate_keys();
    cr_expect(eq(int, b.status_of(Json::object({{"sid", "provider-session-9"}})), 200));
    cr_expect(not(b.session_is_there(one)));
}

Test(backchannel, B04_B09_the_rules_of_logout_tokens_hold_here) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    const Json bad[] = {Json::object({{"iss", "https://evil.example"}}),
                        Json::object({{"aud", "other"}}),
                        Json::object({{"exp", Json()}}),
                        Json::object({{"nonce", "n"}}),
                        Json::object({{"events", Json()}}),
                        Json::object({{"jti", Json()}})};
    for (const Json& changes : bad) cr_expect(eq(int, b.status_of(changes), 400), "%s", changes.print().c_str());
    b.config.provider.logout_token_typ = LogoutTyp::required;
    b.op.knobs.change_logout_header = [](Json& header) { header.set("typ", "JWT"); };
    cr_expect(eq(int, b.status_of(Json::object()), 400));
    cr_expect(b.session_is_there(one));
}

Test(backchannel, B11_an_id_token_is_no_logout_token_and_the_other_way_round) {
    BackchannelBench b;
    const SessionCookie one = b.session();
    cr_expect(eq(int, b.post(b.op.id_token()).status, 400));
    cr_expect(b.session_is_there(one));
    b.op.knobs.change_claims = [](Json& claims) {
        claims.set("events", Json::object({{"http://schemas.openid.net/event/backchannel-logout", Json::object()}}));
    };
    cr_expect(eq(str, b.error_of(b.come_back(b.log_in())), text("identity_rejected")));
}

Test(backchannel, B20_B21_a_refusal_is_json_and_not_stored) {
    BackchannelBench b;
    const Response response = b.post("nonsense");
    cr_expect(eq(int, +response.status, 400));
    cr_expect(header_of(response, "Content-Type").starts_with("application/json"));
    cr_expect(eq(str, header_of(response, "Cache-Control"), text("no-store")));
    cr_expect(eq(str, json_of(response).string_at("error").value(), text("invalid_request")));
    cr_expect(json_of(response).string_at("error_description").has_value());
}

Test(backchannel, B22_needs_no_cookie_and_no_origin_and_refuses_browsers) {
    BackchannelBench b;
    const std::string body = "logout_token=" + b.op.logout_token();
    for (const char* site : {"same-origin", "cross-site", "none"}) {
        const Request request = b.request_with(body, std::string("Sec-Fetch-Site: ") + site + "\r\n");
        cr_expect(eq(int, +handle_backchannel(request, b.world).status, 400), "%s", site);
    }
    cr_expect(eq(int, b.post_body(body).status, 200));
}

Test(backchannel, B23_garbage_costs_no_request_to_anybody) {
    BackchannelBench b;
    const std::string tokens[] = {"x",
                                  "a.b.c",
                                  std::string(60'000, 'a'),
                                  b.op.logout_token(Json::object({{"iss", "https://evil.example"}})),
                                  b.op.logout_token(Json::object({{"aud", "other"}})),
                                  b.op.logout_token(Json::object({{"exp", 1}})),
                                  b.op.logout_token(Json::object({{"events", Json()}})),
                                  b.op.id_token()};
    for (int round = 0; round < 50; ++round) {
        for (const std::string& token : tokens) cr_expect(eq(int, b.post(token).status, 400));
    }
    cr_expect(eq(sz, b.outbound(), 0));
}

Test(backchannel, B23_well_made_forgeries_make_few_fetches) {
    BackchannelBench b;
    (void)b.provider.metadata();
    const std::string token = b.op.logout_token();
    const std::string forged = token.substr(0, token.rfind('.') + 1) + std::string(86, 'A');
    for (int i = 0; i < 200; ++i) cr_expect(eq(int, b.post(forged).status, 400));
    cr_expect(b.http.count(b.op.keys_url()) <= 2, "the set, and once more for a key that may be new");
}

Test(backchannel, G05_is_logged_without_a_name) {
    BackchannelBench b;
    (void)b.session();
    (void)b.post(b.op.logout_token());
    (void)b.post("nonsense");
    cr_expect(b.log.last("backchannel.ended").has_value() && b.log.last("backchannel.refused").has_value());
    cr_expect(b.log.text().find("alice") == std::string::npos);
    cr_expect(b.log.text().find("provider-session-1") == std::string::npos);
}
