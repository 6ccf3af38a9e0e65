#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/functions/proxy/proxy_stage.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

struct Forwarding : ProxyStage {
    Forwarding() { log_in(); }
    void upstream_answers(ScriptedAnswer answer) { http.answer("https://*", std::move(answer)); }
};

const HeaderField json_field{"Content-Type", "application/json"};

class GoneBrowser final : public Cancellation {
public:
    bool cancelled() const override { return true; }
};

}  // namespace

Test(proxy_forward, path_and_query_arrive_octet_for_octet_P05) {
    Forwarding stage;
    stage.call("GET /api/a%20b;c=d/%C3%A9?q=%2F..%2f&secret-query=[1]&&x=%00");
    cr_assert(eq(str, stage.last_upstream().url,
                 text("https://api.internal/v1/a%20b;c=d/%C3%A9?q=%2F..%2f&secret-query=[1]&&x=%00")));
    stage.call("GET /api/x?");
    cr_expect(eq(str, stage.last_upstream().url, text("https://api.internal/v1/x?")));
}

Test(proxy_forward, the_upstream_gets_the_token_and_nothing_of_the_browsers_identity_P07_P09_P10_P16_P18_P20) {
    Forwarding stage;
    stage.call("GET /api/x",
               "Authorization: Bearer forged\nDPoP: forged\nX-Forwarded-For: 6.6.6.6\nForwarded: for=6.6.6.6\n"
               "X-User-ID: root\nHost: evil\nAccept: application/json\nConnection: authorization, via\n");
    std::string headers;
    for (const auto& [name, value] : stage.last_upstream().headers) headers += name + ": " + value + "\n";
    cr_assert(
        eq(str, headers,
           text("Accept: application/json\nVia: 1.1 vestibule\nX-Forwarded-For: 192.0.2.7\nX-Forwarded-Proto: https\n"
                "X-Forwarded-Host: app.example.com\n"
                "Forwarded: for=192.0.2.7;proto=https;host=\"app.example.com\"\n"
                "Authorization: Bearer access-canary-1\n")));
}

Test(proxy_forward, the_token_goes_to_the_configured_host_and_to_no_other_P04_P11) {
    for (const char* line :
         {"GET /api/@evil/", "GET /api/https://evil/", "GET /api/x?url=https://evil", "GET /api/:80@evil"}) {
        Forwarding stage;
        stage.call(line, "Host: evil\nX-Forwarded-Host: evil\n");
        for (const RecordedRequest& request : stage.http.requests()) {
            cr_expect(request.url.starts_with(kUpstream), "%s", request.url.c_str());
        }
    }
}

Test(proxy_forward, A12_only_a_route_that_asks_for_it_presents_the_clients_certificate) {
    Forwarding stage;
    const auto certificate =
        std::make_shared<const ClientCertificate>(ClientCertificate{"certificate", Secret("key"), "thumbprint"});
    stage.config.provider.auth.keys.certificate = certificate;
    stage.call("GET /api/x");
    cr_assert(eq(sz, stage.upstream_calls(), 1));
    cr_expect(stage.last_upstream().certificate == nullptr);
    stage.api().client_certificate = true;
    stage.call("GET /api/x");
    cr_assert(eq(sz, stage.upstream_calls(), 2));
    cr_expect(stage.last_upstream().certificate == certificate);
}

Test(proxy_forward, a_body_is_streamed_with_its_length_P21_P44) {
    Forwarding stage;
    stage.call("PUT /api/x", "Content-Type: application/json\nContent-Length: 7\nTransfer-Encoding: chunked\n",
               R"({"a":1})");
    const RecordedRequest sent = stage.last_upstream();
    cr_expect(eq(str, text(sent.body), text(R"({"a":1})")));
    cr_expect(sent.opened);
    cr_expect(eq(str, sent.header("Content-Length") + sent.header("Transfer-Encoding"), text("")));
    cr_expect(eq(str, sent.header("Content-Type"), text("application/json")));
}

Test(proxy_forward, the_routes_limits_are_the_calls_limits_P45) {
    Forwarding stage;
    stage.api().connect_timeout = Seconds{1};
    stage.api().first_byte_timeout = Seconds{2};
    stage.api().idle_timeout = Seconds{3};
    stage.api().total_timeout = Seconds{4};
    stage.call("GET /api/x");
    const HttpLimits limits = stage.last_upstream().limits;
    cr_expect(limits.connect == Seconds{1} && limits.first_byte == Seconds{2});
    cr_expect(limits.idle == Seconds{3} && limits.total == Seconds{4});
}

Test(proxy_forward, the_answer_comes_back_clean_P30_P33_P35_P37_P60) {
    Forwarding stage;
    stage.upstream_answers({.status = 201,
                            .headers = {json_field,
                                        {"Set-Cookie", "__Host-Http-session=stolen"},
                                        {"X-Accel-Redirect", "/etc/passwd"},
                                        {"Status", "200 OK"},
                                        {"Date", "x"},
                                        {"Server", "x"},
                                        {"Cache-Control", "public"},
                                        {"Location", "/v1/7"},
                                        {"Content-Length", "2"}},
                            .body = "{}"});
    cr_assert(
        eq(str, stage.call("POST /api/"),
           text("HTTP/1.1 201\nContent-Type: application/json\nLocation: https://app.example.com/api/7\n"
                "Content-Length: 2\nCache-Control: no-store\nVary: Cookie, Origin, Sec-Fetch-Site\n"
                "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action "
                "'none'\nCross-Origin-Resource-Policy: same-origin\nReferrer-Policy: no-referrer\n"
                "X-Content-Type-Options: nosniff\n\n{}")));
}

Test(proxy_forward, octets_come_back_as_they_are_P41) {
    Forwarding stage;
    const std::string gzip("\x1f\x8b\x08\0\xff\0aab", 9);
    stage.upstream_answers({.headers = {{"Content-Type", "text/plain"}, {"Content-Encoding", "gzip"}}, .body = gzip});
    cr_expect(eq(str, body_text_of(stage.respond(stage.request("GET /api/x", "Accept-Encoding: gzip\n"))), text(gzip)));
}

Test(proxy_forward, statuses_of_the_upstream_are_its_own) {
    for (const int status : {200, 206, 400, 403, 404, 409, 422, 429, 500, 503}) {
        Forwarding stage;
        stage.upstream_answers(json_answer(status, "{}"));
        cr_expect(eq(str, gist(stage.call("GET /api/x")), std::to_string(status) + " {}"));
    }
}

Test(proxy_forward, head_and_bodiless_answers_have_no_body_P26_P27) {
    Forwarding stage;
    stage.upstream_answers({.headers = {json_field, {"Content-Length", "9"}}, .body = "unexpected"});
    const std::string head = stage.call("HEAD /api/x");
    cr_expect(has_line(head, "Content-Length: 9"));
    cr_expect(head.ends_with("\n\n"));
    cr_expect(eq(str, stage.last_upstream().method, text("HEAD")));
    for (const int status : {204, 304}) {
        stage.upstream_answers({.status = status, .headers = {{"ETag", "\"a\""}}, .body = "unexpected"});
        cr_expect(stage.call("GET /api/x", "If-None-Match: \"a\"\n").ends_with("\n\n"), "%d", status);
        cr_expect(eq(str, stage.last_upstream().header("If-None-Match"), text("\"a\"")));
    }
}

Test(proxy_forward, events_are_passed_on_while_the_answer_is_still_open_P46) {
    Forwarding stage;
    int reads = 0;
    auto events = std::make_shared<ScriptedBody>(std::vector<std::string>{"data: 1\n\n", "data: 2\n\n"});
    events->before_read = [&] { ++reads; };
    stage.upstream_answers({.headers = {{"Content-Type", "text/event-stream"}}, .stream = events});
    const Response response = stage.respond(stage.request("GET /api/x"));
    cr_expect(eq(int, reads, 0));  // nothing is collected before the header goes out
    const auto& body = std::get<std::shared_ptr<BodySource>>(response.body);
    char buffer[4096];
    cr_expect(eq(sz, body->read(buffer).value(), 9));
    cr_expect(eq(int, reads, 1));
    cr_expect(eq(str, text(response.headers.single("X-Accel-Buffering").value_or("")), text("no")));
}

Test(proxy_forward, dropping_the_answer_closes_the_upstream_call_P46) {
    Forwarding stage;
    int closed = 0;
    bool reached_the_end = true;
    {
        auto stream = std::make_shared<ScriptedBody>(std::vector<std::string>{"a", "b"});
        stream->closed = [&](bool end) { ++closed, reached_the_end = end; };
        stage.http.answer_next("https://*", {.headers = {json_field}, .stream = std::move(stream)});
    }
    {
        const Response response = stage.respond(stage.request("GET /api/x"));
        cr_expect(eq(int, closed, 0));
    }
    cr_expect(eq(int, closed, 1));
    cr_expect(not(reached_the_end));
}

Test(proxy_forward, a_browser_that_went_away_cancels_the_call_P46) {
    Forwarding stage;
    Request request = stage.request("GET /api/x");
    request.cancellation = std::make_shared<GoneBrowser>();
    cr_expect(eq(int, stage.respond(request).status, 502));
}

Test(proxy_forward, a_truncated_body_is_never_presented_as_a_whole_one_P23) {
    Forwarding stage;
    stage.upstream_answers(
        {.headers = {json_field, {"Content-Length", "10"}}, .body = "0123456789", .truncate_after = 4});
    const std::string answer = stage.call("GET /api/x");
    cr_expect(answer.ends_with("\n\n0123[broken: upstream_invalid]"), "%s", answer.c_str());
    cr_expect(has_line(answer, "Content-Length: 10"));  // so the web server notices, too
}

Test(proxy_forward, failures_of_the_upstream_have_their_own_codes_P45) {
    const struct {
        ErrorCode error;
        const char* expected;
    } rows[] = {
        {ErrorCode::upstream_unreachable, "502 upstream_unreachable"},
        {ErrorCode::upstream_invalid, "502 upstream_invalid"},
        {ErrorCode::upstream_timeout, "504 upstream_timeout"},
    };
    for (const auto& row : rows) {
        Forwarding stage;
        stage.upstream_answers(failing_answer(row.error));
        cr_expect(eq(str, gist(stage.call("GET /api/x")), text(row.expected)));
        cr_expect(eq(sz, stage.upstream_calls(), 1));
        cr_expect(eq(str, stage.log.last("proxy.failed")->text("code"), text(facts(row.error).name)));
    }
}

Test(proxy_forward, nothing_is_sent_twice_by_itself_P28) {
    for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
        Forwarding stage;
        stage.upstream_answers(failing_answer(ErrorCode::upstream_unreachable));
        stage.call(std::string(method) + " /api/x");
        cr_expect(eq(sz, stage.upstream_calls(), 1), "%s", method);
    }
}

Test(proxy_forward, a_slow_upstream_is_a_timeout_P45) {
    Forwarding stage;
    stage.upstream_answers({.delay = Seconds{31}});
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("504 upstream_timeout")));
}

Test(proxy_forward, an_upload_that_breaks_off_is_a_bad_request_H06) {
    Forwarding stage;
    Request request = stage.request("POST /api/x", "Content-Length: 10\n");
    request.body =
        std::make_shared<PiecewiseBody>(std::deque<std::string>{"0123"}, Error{ErrorCode::bad_request, "", {}});
    cr_expect(eq(str, gist(text_of(stage.respond(request))), text("400 bad_request")));
}

Test(proxy_forward, an_answer_with_too_many_headers_is_invalid_P44) {
    Forwarding stage;
    HeaderFields bomb{json_field};
    for (int i = 0; i < 10'000; ++i) bomb.add("X-" + std::to_string(i), "0123456789");
    stage.upstream_answers({.headers = bomb});
    cr_expect(eq(str, gist(stage.call("GET /api/x")), text("502 upstream_invalid")));
}

Test(proxy_forward, redirects_are_not_followed_and_lead_nowhere_else_P36) {
    Forwarding stage;
    stage.upstream_answers({.status = 302, .headers = {{"Location", "http://169.254.169.254/latest"}}});
    const std::string answer = stage.call("GET /api/x");
    cr_expect(eq(str, gist(answer), text("502 upstream_invalid")));
    cr_expect(answer.find("169.254") == std::string::npos);
    cr_expect(eq(sz, stage.upstream_calls(), 1));
    stage.upstream_answers({.status = 307, .headers = {{"Location", "y?z"}}});
    cr_expect(has_line(stage.call("GET /api/x"), "Location: https://app.example.com/api/y?z"));
}

Test(proxy_forward, an_upstream_that_shows_the_token_is_cut_off_before_it_P59) {
    Forwarding stage;
    stage.http.on("https://*", [](const RecordedRequest& request) {
        ScriptedAnswer echo =
            json_answer(200, R"({"headers":{"authorization":")" + request.header("Authorization") + "\"}}");
        echo.headers.add("ETag", request.header("Authorization"));
        echo.piece_octets = 3;
        return echo;
    });
    const std::string answer = stage.call("GET /api/x");
    cr_expect(answer.ends_with("\"authorization\":\"Bearer [broken: upstream_invalid]"), "%s", answer.c_str());
}

Test(proxy_forward, every_call_leaves_one_line_without_query_or_secret_G01_G04) {
    Forwarding stage;
    stage.http.answer("https://*", {.status = 404, .headers = {json_field}, .delay = Milliseconds{12}});
    stage.call("DELETE /api/orders/7?secret-query=1");
    const auto entry = stage.log.last("proxy.forwarded");
    cr_assert(entry.has_value());
    cr_expect(eq(sz, stage.log.entries().size(), 1));
    cr_expect(eq(str, entry->text("route"), text("/api/")));
    cr_expect(eq(str, entry->text("method"), text("DELETE")));
    cr_expect(entry->field("status") == LogValue{std::int64_t{404}});
    cr_expect(entry->field("upstream_status") == LogValue{std::int64_t{404}});
    cr_expect(entry->field("ms") == LogValue{std::int64_t{12}});
}
