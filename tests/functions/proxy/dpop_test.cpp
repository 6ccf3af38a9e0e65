// Tokens that are bound to a key, at an upstream that checks every proof (RFC 9449 §7, §9).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "crypto/p256_scalar.h"
#include "oauth/dpop_proof.h"
#include "tests/functions/proxy/proxy_stage.h"
#include "tests/support/dpop_verifier.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

Secret key_number(int number) {
    Secret seed(std::string(kP256SeedOctets - 1, 's') + static_cast<char>(number));
    return p256_scalar(seed);
}

struct BoundSession : ProxyStage {
    DpopVerifier upstream{clock, "api-nonce"};
    std::map<std::string, std::string, std::less<>> owner;  // of an access token: the thumbprint it is bound to
    std::atomic<int> mixed_up{0};                           // a token with another session's key

    BoundSession() {
        cookie = add_session(1);
        owner["access-canary-2"] = owner["access-canary-1"];  // after a refresh
        http.on("https://*", [this](const RecordedRequest& request) { return answer(request); });
        clock.advance(Seconds{10});
    }

    // Its cookie.
    std::string add_session(int number) {
        SessionToPut session;
        session.access_token = "access-canary-" + std::to_string(number);
        session.dpop_key = key_number(number);
        owner[session.access_token] = DpopKey::of(*session.dpop_key)->thumbprint();
        return cookie_pair(put_session(memory, keys, random, clock.now(), session));
    }

    ScriptedAnswer challenge(const std::string& error) {
        return {.status = 401, .headers = {{"WWW-Authenticate", "DPoP algs=\"ES256\", error=\"" + error + "\""}}};
    }

    ScriptedAnswer judge(const RecordedRequest& request) {
        const std::string authorization = request.header("Authorization");
        if (!authorization.starts_with("DPoP ")) return challenge("invalid_token");
        const std::string token = authorization.substr(5);
        const auto thumbprint = upstream.verify(request, token);
        if (!thumbprint) {
            const bool nonce = thumbprint.error().detail == "use_dpop_nonce";
            return challenge(nonce ? "use_dpop_nonce" : "invalid_dpop_proof: " + thumbprint.error().detail);
        }
        if (owner.at(token) != *thumbprint) ++mixed_up;
        if (token == rejected) return challenge("invalid_token");
        return {.status = 200,
                .headers = {{"Content-Type", "text/plain"}},
                .body = token.substr(token.rfind('-') + 1) + ":" + request.body};
    }
    ScriptedAnswer answer(const RecordedRequest& request) {
        ScriptedAnswer result = judge(request);
        if (const auto nonce = upstream.nonce_to_give()) result.headers.add("DPoP-Nonce", *nonce);
        return result;
    }

    std::string rejected;
};

}  // namespace

Test(proxy_dpop, P09_A13_the_token_goes_with_a_proof_for_this_very_request) {
    for (const char* line : {"GET /api/x", "HEAD /api/x", "DELETE /api/x", "POST /api/x"}) {
        BoundSession stage;
        cr_expect(stage.call(line).starts_with("HTTP/1.1 200\n"), "%s", line);
        cr_expect(eq(sz, stage.upstream_calls(), 1));
        cr_expect(eq(sz, stage.upstream.proofs_taken(), 1));
    }
}

Test(proxy_dpop, P10_what_the_browser_sends_under_these_names_goes_nowhere) {
    BoundSession stage;
    cr_expect(eq(str, gist(stage.call("GET /api/x", "DPoP: forged\nAuthorization: Bearer forged\n")), text("200 1:")));
    cr_expect(eq(sz, stage.last_upstream().headers.all("DPoP").size(), 1));
    ProxyStage bearer;
    bearer.log_in();
    bearer.call("GET /api/x", "DPoP: forged\n");
    cr_expect(not(bearer.last_upstream().headers.find("DPoP").has_value()));
    cr_expect(eq(str, bearer.last_upstream().header("Authorization"), text("Bearer access-canary-1")));
}

Test(proxy_dpop, A18_the_proof_names_what_the_upstream_sees) {
    const struct {
        const char* upstream;
        const char* sent;
    } rows[] = {{"https://api.internal/v1/", "https://api.internal/v1/a%20b;c"},
                {"https://api.internal:8443/", "https://api.internal:8443/a%20b;c"}};
    for (const auto& row : rows) {
        BoundSession stage;
        stage.api().upstream = row.upstream;
        cr_expect(eq(str, gist(stage.call("GET /api/a%20b;c?q=%2F")), text("200 1:")));
        cr_expect(eq(str, stage.last_upstream().url, row.sent + std::string("?q=%2F")));
    }
}

Test(proxy_dpop, A14_A15_one_more_request_with_the_nonce_and_a_new_proof) {
    BoundSession stage;
    stage.upstream.demand = NonceDemand::steady;
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("200 1:")));
    cr_expect(eq(sz, stage.upstream_calls(), 2));
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("200 1:")));
    cr_expect(eq(sz, stage.upstream_calls(), 3), "the nonce is known by now");
    stage.upstream.turn_nonce();
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("200 1:")));
    cr_expect(eq(sz, stage.upstream_calls(), 5));
    cr_expect(eq(int, stage.provider.refreshes, 0));
}

Test(proxy_dpop, A15_the_newest_nonce_is_taken_from_good_answers_too) {
    BoundSession stage;
    stage.upstream.demand = NonceDemand::turning;
    for (int i = 0; i < 5; ++i) cr_expect(eq(str, gist(stage.call("GET /api/x")), text("200 1:")));
    cr_expect(eq(sz, stage.upstream_calls(), 6));
}

Test(proxy_dpop, A15_P30_an_upstream_that_is_never_content_is_asked_twice) {
    BoundSession stage;
    stage.upstream.demand = NonceDemand::endless;
    const std::string answer = stage.call("GET /api/x");
    cr_expect(eq(str, gist(answer), text("502 upstream_invalid")));
    cr_expect(answer.find("WWW-Authenticate") == std::string::npos);
    cr_expect(answer.find("api-nonce") == std::string::npos);
    cr_expect(eq(sz, stage.upstream_calls(), 2));
    cr_expect(eq(int, stage.provider.refreshes, 0));
}

Test(proxy_dpop, P30_no_nonce_reaches_the_browser) {
    BoundSession stage;
    stage.api().response_headers = {"DPoP-Nonce"};
    stage.upstream.demand = NonceDemand::steady;
    cr_expect(stage.call("GET /api/x").find("api-nonce") == std::string::npos);
}

Test(proxy_dpop, A15_an_upstream_that_names_no_nonce_is_asked_once) {
    BoundSession stage;
    stage.http.answer("https://*", stage.challenge("use_dpop_nonce"));
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("502 upstream_invalid")));
    cr_expect(eq(sz, stage.upstream_calls(), 1));
}

Test(proxy_dpop, A15_other_complaints_are_no_reason_to_ask_again) {
    for (const char* error : {"invalid_dpop_proof", "insufficient_scope"}) {
        BoundSession stage;
        ScriptedAnswer answer = stage.challenge(error);
        answer.headers.add("DPoP-Nonce", "another");
        stage.http.answer("https://*", answer);
        cr_expect(eq(str, gist(stage.call("GET /api/x")), text("502 upstream_invalid")), "%s", error);
        cr_expect(eq(sz, stage.upstream_calls(), 1), "%s", error);
    }
}

Test(proxy_dpop, a_bearer_token_is_not_shown_twice_for_a_nonce) {
    ProxyStage stage;
    stage.log_in();
    stage.http.answer(
        "https://*",
        {.status = 401, .headers = {{"WWW-Authenticate", "DPoP error=\"use_dpop_nonce\""}, {"DPoP-Nonce", "n"}}});
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("502 upstream_invalid")));
    cr_expect(eq(sz, stage.upstream_calls(), 1));
}

Test(proxy_dpop, A17_a_body_that_was_kept_is_sent_again) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{64 * 1024}}) {
        BoundSession stage;
        stage.upstream.demand = NonceDemand::steady;
        const std::string body(size, 'b');
        const std::string answer = stage.call("POST /api/x", "Content-Type: text/plain\n", body);
        cr_expect(answer.ends_with("1:" + body), "%zu", size);
        cr_expect(eq(sz, stage.upstream_calls(), 2));
        for (const RecordedRequest& sent : stage.http.requests_to("https://*")) cr_expect(sent.body == body);
    }
}

Test(proxy_dpop, A17_a_body_that_streamed_is_the_callers_to_send_again) {
    BoundSession stage;
    stage.upstream.demand = NonceDemand::steady;
    const std::string body(64 * 1024 + 1, 'b');
    const std::string answer = stage.call("POST /api/x", "", body);
    cr_expect(eq(str, gist(answer), text("503 refresh_busy")));
    cr_expect(has_line(answer, "Retry-After: 1"));
    cr_expect(eq(sz, stage.upstream_calls(), 1));
    cr_expect(stage.call("POST /api/x", "", body).ends_with("1:" + body));
    cr_expect(eq(sz, stage.upstream_calls(), 2));
}

Test(proxy_dpop, A17_a_body_that_ends_early_is_not_sent_at_all) {
    BoundSession stage;
    Request request = stage.request("POST /api/x", "", "half");
    request.content_length = 8;
    cr_expect(eq(int, stage.respond(request).status, 400));
    cr_expect(eq(sz, stage.upstream_calls(), 0));
}

Test(proxy_dpop, P29_a_rejected_token_is_refreshed_and_the_kept_body_sent_again) {
    BoundSession stage;
    stage.rejected = "access-canary-1";
    stage.upstream.demand = NonceDemand::steady;
    cr_expect(eq(str, gist(stage.call("POST /api/x", "", "body")), text("200 2:body")));
    cr_expect(eq(sz, stage.upstream_calls(), 3), "for the nonce, for the token, and the good one");
    cr_expect(eq(int, stage.provider.refreshes, 1));
    cr_expect(eq(int, stage.mixed_up.load(), 0), "the key outlives the refresh");
}

Test(proxy_dpop, P29_whatever_it_complains_of_an_upstream_is_asked_four_times_at_most) {
    BoundSession stage;
    int asked = 0;
    stage.http.on("https://*", [&](const RecordedRequest&) {
        ScriptedAnswer answer = stage.challenge(++asked % 2 == 1 ? "use_dpop_nonce" : "invalid_token");
        answer.headers.add("DPoP-Nonce", "n" + std::to_string(asked));
        return answer;
    });
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("502 upstream_invalid")));
    cr_expect(eq(int, asked, 4));
}

// CVE-2026-40155 was the token of another session in this very place.
Test(proxy_dpop, C3_a_retry_shows_the_token_and_key_of_its_own_session_whatever_comes_between) {
    BoundSession stage;
    const std::string first = stage.cookie, second = stage.add_session(7);
    stage.upstream.demand = NonceDemand::steady;
    int depth = 0;
    stage.http.before_every_answer([&](const RecordedRequest&) {
        if (++depth != 1) return;
        stage.cookie = second;
        cr_expect(eq(str, gist(stage.call("GET /api/y")), text("200 7:")));
        stage.cookie = first;
    });
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("200 1:")));
    cr_expect(eq(int, stage.mixed_up.load(), 0));
    cr_expect(eq(sz, stage.upstream_calls(), 4));
}

Test(proxy_dpop, C3_many_sessions_at_once_never_mix) {
    BoundSession stage;
    stage.upstream.demand = NonceDemand::turning;
    std::vector<std::string> cookies;
    for (int i = 1; i <= 6; ++i) cookies.push_back(i == 1 ? stage.cookie : stage.add_session(i + 10));
    std::atomic<int> good{0}, others{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < cookies.size(); ++i) {
        threads.emplace_back([&, i] {
            const std::string own = "\n\n" + std::to_string(i == 0 ? 1 : i + 11) + ":";
            for (int round = 0; round < 20; ++round) {
                const Response response = stage.respond(
                    request_of("GET /api/x HTTP/1.1\n" + std::string(kOurPage) + "Cookie: " + cookies[i] + "\n\n"));
                const bool owns = response.status == 200 && text_of(response).ends_with(own);
                // Two at once may turn each other's nonce away twice; that is an error, never another's answer.
                ++(owns ? good : others);
                if (!owns && response.status == 200) ++stage.mixed_up;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    cr_expect(eq(int, stage.mixed_up.load(), 0));
    cr_expect(eq(int, good.load() + others.load(), 120));
    cr_expect(good.load() > 0);
}
