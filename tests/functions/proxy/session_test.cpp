#include "tests/functions/proxy/proxy_stage.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

Test(proxy_session, without_a_session_there_is_a_problem_no_redirect_and_no_call_P52_H19) {
    ProxyStage stage;
    const std::string answer = stage.call("GET /api/x");
    cr_expect(eq(str, gist(answer), text("401 no_session")));
    cr_expect(answer.find("\nLocation:") == std::string::npos);
    cr_expect(has_line(answer, "WWW-Authenticate: Session error=\"no_session\""));
    cr_expect(answer.find(R"("links":{"login":"/auth/login"})") != std::string::npos, "%s", answer.c_str());
    cr_expect(eq(sz, stage.upstream_calls(), 0));
}

Test(proxy_session, garbage_for_a_cookie_is_no_session_S19) {
    for (const char* cookie :
         {"__Host-Http-session=", "__Host-Http-session=x", "__Host-Http-session=\"\"", "other=1",
          "__Host-Http-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
        ProxyStage stage;
        stage.log_in();
        stage.cookie = cookie;
        const std::string text = "GET /api/x HTTP/1.1\nSec-Fetch-Site: same-origin\nCookie: " + stage.cookie + "\n\n";
        stage.cookie.clear();
        cr_expect(eq(str, gist(stage.raw(text)), vestibule::text("401 no_session")), "%s", cookie);
    }
}

Test(proxy_session, a_route_for_anybody_sends_the_token_only_of_those_who_are_logged_in) {
    ProxyStage stage;
    cr_expect(stage.call("GET /maybe/x").starts_with("HTTP/1.1 200\n"));
    cr_expect(eq(str, stage.last_upstream().header("Authorization"), text("")));
    stage.log_in();
    stage.call("GET /maybe/x");
    cr_expect(eq(str, stage.last_upstream().header("Authorization"), text("Bearer access-canary-1")));
}

Test(proxy_session, a_route_without_token_does_not_look_at_the_session_P11) {
    ProxyStage stage;
    stage.log_in();
    stage.store.fail_all();
    cr_expect(stage.call("GET /open/x", "Authorization: Bearer forged\n").starts_with("HTTP/1.1 200\n"));
    cr_expect(eq(str, stage.last_upstream().header("Authorization"), text("")));
    cr_expect(eq(int, stage.store.calls(StoreOperation::find), 0));
}

Test(proxy_session, claims_a_route_requires_open_it) {
    ProxyStage stage;
    stage.person.claims = Json::object({{"sub", "alice"}, {"roles", Json::array({"buyer", "admin"})}});
    stage.log_in();
    cr_expect(stage.call("GET /api/admin/x").starts_with("HTTP/1.1 200\n"));
    cr_expect(eq(str, stage.last_upstream().url, text("https://admin.internal/x")));
}

Test(proxy_session, claims_a_route_requires_close_it_to_others_before_anything_is_refreshed_or_sent) {
    ProxyStage stage;
    stage.log_in();
    stage.let_token_expire();
    cr_expect(eq(str, gist(stage.call("GET /api/admin/x")), text("403 forbidden")));
    cr_expect(eq(sz, stage.upstream_calls(), 0));
    cr_expect(eq(int, stage.provider.refreshes, 0));
}

Test(proxy_session, a_token_about_to_run_out_is_refreshed_before_it_is_sent_P53_R01) {
    ProxyStage stage;
    stage.log_in();
    stage.clock.advance(Seconds{240});
    stage.call("GET /api/x");
    cr_expect(eq(int, stage.provider.refreshes, 0));
    stage.clock.advance(Seconds{1});
    stage.call("GET /api/x");
    cr_expect(eq(int, stage.provider.refreshes, 1));
    cr_expect(eq(str, stage.last_upstream().header("Authorization"), text("Bearer access-canary-2")));
    stage.call("GET /api/x");
    cr_expect(eq(int, stage.provider.refreshes, 1));
}

Test(proxy_session, trouble_of_the_provider_is_no_logout_while_the_token_lives_R07) {
    ProxyStage stage;
    stage.log_in();
    stage.provider.verdict = [] { return ProviderTrouble{"503", std::nullopt}; };
    stage.let_token_expire();
    cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"));
    cr_expect(eq(str, stage.last_upstream().header("Authorization"), text("Bearer access-canary-1")));
    stage.clock.advance(Seconds{30});
    const std::string answer = stage.call("GET /api/x");
    cr_expect(eq(str, gist(answer), text("503 provider_unavailable")));
    cr_expect(answer.find("\nRetry-After: ") != std::string::npos);
    cr_expect(eq(sz, stage.upstream_calls(), 1));
}

Test(proxy_session, a_dead_refresh_token_ends_the_session_and_leaves_the_cookie_alone_R08) {
    ProxyStage stage;
    stage.log_in();
    stage.provider.verdict = [] { return RefreshTokenDead{}; };
    stage.let_token_expire();
    const std::string answer = stage.call("GET /api/x");
    cr_expect(eq(str, gist(answer), text("401 session_ended")));
    cr_expect(answer.find("Set-Cookie") == std::string::npos);
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("401 no_session")));
    cr_expect(eq(sz, stage.upstream_calls(), 0));
}

Test(proxy_session, a_store_that_is_down_is_no_logout_K11) {
    ProxyStage stage;
    stage.log_in();
    stage.store.fail_all();
    const std::string answer = stage.call("GET /api/x");
    cr_expect(eq(str, gist(answer), text("503 store_unavailable")));
    cr_expect(answer.find("\nRetry-After: ") != std::string::npos);
    cr_expect(eq(sz, stage.upstream_calls(), 0));
    stage.store.heal();
    cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"));
}

Test(proxy_session, an_api_call_moves_the_idle_limit_at_most_once_in_a_tenth_S21) {
    ProxyStage stage;
    stage.log_in();
    stage.call("GET /api/x");
    cr_expect(eq(int, stage.store.calls(StoreOperation::touch), 0));
    stage.clock.advance(Seconds{180});
    stage.call("GET /api/x");
    stage.call("GET /api/x");
    cr_expect(eq(int, stage.store.calls(StoreOperation::touch), 1));
}

Test(proxy_session, calls_keep_a_session_alive_past_its_idle_time_but_not_past_its_end) {
    ProxyStage stage;
    stage.person.absolute = Seconds{7200};
    stage.log_in();
    for (int i = 0; i < 5; ++i) {
        stage.clock.advance(Seconds{1400});
        cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"), "call %d", i);
    }
    stage.clock.advance(Seconds{200});
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("401 no_session")));
}

Test(proxy_session, a_session_that_cannot_be_touched_is_served_and_the_log_says_so) {
    ProxyStage stage;
    stage.log_in();
    stage.clock.advance(Seconds{200});
    stage.store.fail_always(StoreOperation::touch);
    cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"));
    cr_expect(stage.log.has("proxy.session_not_touched"));
}

Test(proxy_session, two_people_never_get_each_others_token_C3_H30) {
    ProxyStage stage;
    stage.log_in();
    const std::string alice = stage.cookie;
    stage.person.claims = Json::object({{"sub", "bob"}});
    stage.person.access_token = "bobs-canary";
    stage.log_in();
    const std::string bob = stage.cookie;
    for (int i = 0; i < 4; ++i) {
        stage.cookie = i % 2 == 0 ? alice : bob;
        stage.call("GET /api/x");
        cr_expect(eq(str, stage.last_upstream().header("Authorization"),
                     text(i % 2 == 0 ? "Bearer access-canary-1" : "Bearer bobs-canary")));
    }
}

// --- how many at once: P54, H32 ---

namespace {

// An answer that streams until it is dropped.
void let_upstreams_stream(ProxyStage& stage) {
    stage.http.on("https://*", [](const RecordedRequest&) {
        ScriptedAnswer answer = json_answer(200, "");
        answer.stream = std::make_shared<ScriptedBody>(std::vector<std::string>{"data: 1\n\n"});
        return answer;
    });
}

std::vector<Response> open_streams(ProxyStage& stage, const char* request_line, int count) {
    std::vector<Response> streams;
    for (int i = 0; i < count; ++i) streams.push_back(stage.respond(stage.request(request_line)));
    return streams;
}

}  // namespace

Test(proxy_session, one_session_has_so_many_calls_under_way_and_no_more_P54) {
    ProxyStage stage;  // 4 at once
    let_upstreams_stream(stage);
    stage.log_in();
    std::vector<Response> streams = open_streams(stage, "GET /api/events", 4);
    for (Response& stream : streams) cr_expect(eq(int, stream.status, 200));
    std::size_t calls = stage.upstream_calls();

    const std::string refused = stage.call("GET /api/events");
    cr_expect(eq(str, gist(refused), text("429 rate_limited")));
    cr_expect(has_line(refused, "Retry-After: 5"));
    cr_expect(eq(sz, stage.upstream_calls(), calls), "no connection is opened for it");

    const std::string busy = std::exchange(stage.cookie, "");
    cr_expect(stage.call("GET /open/x").starts_with("HTTP/1.1 200\n"), "who is not logged in is somebody else");
    stage.log_in();
    cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"), "and so is another session");

    stage.cookie = busy;
    streams.pop_back();
    cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"), "a stream that ended makes room");
    cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"), "and so does an answer that was sent");
}

Test(proxy_session, without_a_session_an_address_has_so_many_calls_under_way_P54) {
    for (const char* line : {"GET /open/events", "GET /maybe/events"}) {
        ProxyStage stage;
        let_upstreams_stream(stage);
        const std::vector<Response> streams = open_streams(stage, line, 4);
        cr_expect(eq(str, gist(stage.call(line)), text("429 rate_limited")), "%s", line);
        Request elsewhere = stage.request(line);
        elsewhere.remote_address = "192.0.2.8";
        cr_expect(eq(int, stage.respond(elsewhere).status, 200), "%s", line);
        stage.log_in();
        cr_expect(stage.call("GET /api/x").starts_with("HTTP/1.1 200\n"), "%s", line);
    }
}

Test(proxy_session, who_is_refused_anyway_takes_nobodys_place_P54) {
    ProxyStage stage;
    for (int i = 0; i < 10; ++i) cr_expect(eq(str, gist(stage.call("GET /api/x")), text("401 no_session")));
    cr_expect(stage.call("GET /open/x").starts_with("HTTP/1.1 200\n"));
}

// A refresh that takes its time counts, too.
Test(proxy_session, a_call_that_waits_for_new_tokens_is_under_way_P54) {
    ProxyStage stage;
    stage.log_in();
    stage.let_token_expire();
    std::string meanwhile;
    InFlight one(1);
    stage.provider.verdict = [&] {
        auto another =
            one.take("session " + SessionCookie::parse(stage.cookie.substr(stage.cookie.find('=') + 1))->key().octets);
        meanwhile = another ? "free" : "taken";
        return stage.provider.fresh_tokens();
    };
    const Request request = stage.request("GET /api/x");
    Response response =
        handle_proxy(request, {{stage.config, stage.clock, stage.random, stage.log, stage.keys, stage.store},
                               stage.http,
                               stage.provider,
                               one,
                               stage.client,
                               stage.dpop_nonces});
    cr_expect(eq(int, response.status, 200));
    cr_expect(eq(str, meanwhile, text("taken")));
}
