#include "policy/response_headers.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

namespace {

Url public_url() { return parse_url("https://app.example.com").value(); }

Route api() {
    Route route;
    route.path = "/api/";
    route.upstream = "https://api.internal/v1/";
    return route;
}

Result<BrowserAnswer> answered(int status, HeaderFields headers, const Route& route = api(),
                               const std::string& method = "GET") {
    return browser_answer({status, std::move(headers), nullptr},
                          {method, "https://api.internal/v1/x", Secret("token-canary")}, route, public_url());
}

// The fields beside those that every response has.
std::string passed(int status, HeaderFields headers, const Route& route = api(), const std::string& method = "GET") {
    const auto answer = answered(status, std::move(headers), route, method);
    if (!answer) return text(facts(answer.error().code).name);
    std::string result;
    for (const auto& [name, value] : answer->headers) {
        const bool everywhere = name == "Content-Security-Policy" || name == "Cross-Origin-Resource-Policy" ||
                                name == "Referrer-Policy" || name == "X-Content-Type-Options" || name == "Vary" ||
                                name == "Cross-Origin-Opener-Policy";
        if (!everywhere) result.append(name).append(": ").append(value).append("\n");
    }
    return result;
}

const HeaderField kJson{"Content-Type", "application/json"};
std::string plain() { return "Content-Type: application/json\nCache-Control: no-store\n"; }

bool is_invalid(const std::string& answer) { return answer == "upstream_invalid"; }

}  // namespace

Test(response_headers, what_describes_the_answer_comes_back_P38_P41) {
    const HeaderFields upstream{kJson,
                                {"Content-Encoding", "gzip"},
                                {"Content-Language", "de"},
                                {"Content-Disposition", "attachment"},
                                {"ETag", "\"a\""},
                                {"Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"},
                                {"Accept-Ranges", "bytes"},
                                {"Content-Range", "bytes 0-1/5"},
                                {"Retry-After", "7"},
                                {"Content-Length", "2"}};
    cr_assert(eq(str, passed(206, upstream),
                 text("Content-Type: application/json\nContent-Encoding: gzip\nContent-Language: de\n"
                      "Content-Disposition: attachment\nETag: \"a\"\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\n"
                      "Accept-Ranges: bytes\nContent-Range: bytes 0-1/5\nRetry-After: 7\nContent-Length: 2\n"
                      "Cache-Control: no-store\n")));
}

Test(response_headers, what_would_act_on_our_origin_or_our_server_stays_there_P14_P30_P33_P34_P35_P60) {
    for (const char* name : {"Set-Cookie",
                             "Set-Cookie2",
                             "Clear-Site-Data",
                             "Strict-Transport-Security",
                             "Alt-Svc",
                             "Public-Key-Pins",
                             "Service-Worker-Allowed",
                             "Refresh",
                             "Content-Security-Policy-Report-Only",
                             "Access-Control-Allow-Origin",
                             "Access-Control-Allow-Credentials",
                             "Status",
                             "X-Accel-Redirect",
                             "X-Accel-Buffering",
                             "X-Accel-Expires",
                             "X-Sendfile",
                             "X-Sendfile2",
                             "X-LIGHTTPD-send-file",
                             "X-LIGHTTPD-send-tempfile",
                             "X-Reproxy-URL",
                             "WWW-Authenticate",
                             "Proxy-Authenticate",
                             "Authentication-Info",
                             "Proxy-Authentication-Info",
                             "Connection",
                             "Keep-Alive",
                             "Upgrade",
                             "Trailer",
                             "TE",
                             "Date",
                             "Server",
                             "Via",
                             "Age",
                             "Expires",
                             "Pragma",
                             "Authorization",
                             "Cookie",
                             "Report-To",
                             "NEL",
                             "Reporting-Endpoints",
                             "Cross-Origin-Embedder-Policy",
                             "Permissions-Policy",
                             "X-Frame-Options",
                             "Speculation-Rules",
                             "Set-Login",
                             "Content-Location",
                             "Link",
                             "Surrogate-Control",
                             "CDN-Cache-Control",
                             "X-Powered-By",
                             "X_Accel_Redirect",
                             "X-Unknown"}) {
        cr_expect(eq(str, passed(200, {kJson, {name, "canary"}}), plain()), "%s", name);
    }
    cr_expect(eq(str, passed(200, {kJson, {"Transfer-Encoding", "chunked"}}), plain()));
}

Test(response_headers, a_route_adds_names_but_never_protected_ones_P33_P55) {
    Route route = api();
    route.response_headers = {
        "RateLimit",        "Set-Cookie", "Access-Control-Allow-Origin", "X-Accel-Redirect", "Status",
        "WWW-Authenticate", "Location",   "Content-Security-Policy",     "Clear-Site-Data"};
    HeaderFields upstream{kJson, {"ratelimit", "\"a\";r=1;t=5"}};
    for (const std::string& name : route.response_headers) {
        if (name != "RateLimit") upstream.add(name, "/canary");
    }
    std::string answer = passed(200, upstream, route);
    cr_expect(eq(str, answer.substr(0, 57), text("Content-Type: application/json\nratelimit: \"a\";r=1;t=5\nCac")));
    cr_expect(answer.find("canary") == std::string::npos);
    cr_expect(eq(str, passed(200, {kJson, {"RateLimit", "x"}}), plain()));
}

Test(response_headers, every_answer_has_the_security_headers_H23_P40) {
    const auto answer = answered(200, {kJson, {"X-Content-Type-Options", "sniff-me"}}).value();
    cr_expect(eq(str, text(answer.headers.single("X-Content-Type-Options").value_or("")), text("nosniff")));
    cr_expect(answer.headers.single("Content-Security-Policy")->starts_with("default-src 'none'"));
    cr_expect(eq(str, text(answer.headers.single("Cross-Origin-Resource-Policy").value_or("")), text("same-origin")));
    cr_expect(eq(str, text(answer.headers.single("Vary").value_or("")), text("Cookie, Origin, Sec-Fetch-Site")));
}

Test(response_headers, what_connection_names_is_for_that_hop_only_P12) {
    cr_expect(eq(str, passed(200, {kJson, {"Connection", "close, ETag"}, {"ETag", "\"a\""}}), plain()));
}

Test(response_headers, a_field_that_holds_the_token_is_left_out_P59) {
    cr_expect(eq(str, passed(200, {kJson, {"ETag", "\"token-canary\""}}), plain()));
    cr_expect(is_invalid(passed(302, {{"Location", "/v1/x?t=token-canary"}})));
    cr_expect(passed(201, {kJson, {"Location", "/v1/x?t=token-canary"}}).find("canary") == std::string::npos);
}

// Found by fuzzing: what is put together from the upstream's lists is no way around it.
Test(response_headers, nor_do_the_lists_we_rewrite_show_the_token_P59) {
    Route cached = api();
    cached.cache = true;
    const auto answer =
        answered(200, {kJson, {"Vary", "x-token-canary"}, {"Cache-Control", "max-age=token-canary"}}, cached, "GET");
    cr_assert(answer.has_value());
    cr_expect(eq(str, text(answer->headers.find("Vary").value()), text("*")));
    cr_expect(eq(str, text(answer->headers.find("Cache-Control").value()), text("no-store")));
}

Test(response_headers, lengths_that_contradict_each_other_are_an_invalid_answer_P22) {
    cr_expect(eq(str, passed(200, {kJson, {"Content-Length", "5"}, {"content-length", "5"}}),
                 text("Content-Type: application/json\nContent-Length: 5\nCache-Control: no-store\n")));
    for (const char* length : {"5, 6", "-1", "+5", "0x5", "5.0", "five", "99999999999999999999"}) {
        cr_expect(is_invalid(passed(200, {kJson, {"Content-Length", length}})), "%s", length);
    }
    cr_expect(is_invalid(passed(200, {kJson, {"Content-Length", "5"}, {"Content-Length", "6"}})));
    cr_expect(is_invalid(passed(200, {kJson, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}})));
}

Test(response_headers, malformed_fields_are_an_invalid_answer_P50) {
    cr_expect(is_invalid(passed(200, {kJson, {"ETag", "a\r\nSet-Cookie: x=y"}})));
    cr_expect(is_invalid(passed(200, {kJson, {"X-Unknown", std::string("a\0b", 3)}})));
    cr_expect(is_invalid(passed(200, {kJson, {"X Y", "a"}})));
    cr_expect(is_invalid(passed(200, {kJson, {"", "a"}})));
    cr_expect(is_invalid(passed(200, {kJson, {"Content-Type", "text/plain"}})));
}

Test(response_headers, only_final_statuses_of_an_origin_server_come_back_P24) {
    for (const int status : {0, 100, 101, 103, 199, 407, 600, 999, -1})
        cr_expect(is_invalid(passed(status, {kJson})), "%d", status);
    for (const int status : {200, 201, 206, 400, 403, 404, 409, 418, 422, 429, 500, 503, 599}) {
        cr_expect(eq(str, passed(status, {kJson}), plain()), "%d", status);
    }
}

Test(response_headers, what_has_no_body_is_given_none_P26_P27) {
    cr_expect(eq(str, passed(204, {kJson, {"Content-Length", "0"}, {"ETag", "\"a\""}}),
                 text("ETag: \"a\"\nCache-Control: no-store\n")));
    cr_expect(answered(204, {}).value().body == BodyRule::drop);
    cr_expect(answered(304, {{"ETag", "\"a\""}}).value().body == BodyRule::drop);
    cr_expect(eq(str, passed(304, {kJson, {"Content-Length", "9"}}), text("Cache-Control: no-store\n")));
    cr_expect(answered(200, {kJson}, api(), "HEAD").value().body == BodyRule::drop);
    cr_expect(eq(str, passed(200, {kJson, {"Content-Length", "9"}}, api(), "HEAD"),
                 text("Content-Type: application/json\nContent-Length: 9\nCache-Control: no-store\n")));
    cr_expect(answered(200, {kJson}).value().body == BodyRule::pass);
}

Test(response_headers, redirects_stay_below_the_route_or_are_refused_P36) {
    for (const int status : {301, 302, 303, 307, 308}) {
        cr_expect(passed(status, {{"Location", "/v1/y"}}).find("Location: https://app.example.com/api/y\n") !=
                      std::string::npos,
                  "%d", status);
        cr_expect(is_invalid(passed(status, {{"Location", "http://169.254.169.254/"}})), "%d", status);
        cr_expect(is_invalid(passed(status, {{"Location", "/v1/y"}, {"Location", "/v1/z"}})), "%d", status);
    }
    cr_expect(passed(201, {kJson, {"Location", "/v1/y"}}).find("Location: https://app.example.com/api/y\n") !=
              std::string::npos);
    cr_expect(eq(str, passed(201, {kJson, {"Location", "https://elsewhere/"}}), plain()));
}

Test(response_headers, a_route_that_keeps_caching_keeps_what_belongs_to_it_P37_P38_P39) {
    Route route = api();
    route.cache = true;
    const auto answer =
        answered(200, {kJson, {"Cache-Control", "public, max-age=60"}, {"Age", "5"}, {"Vary", "Accept, Authorization"}},
                 route)
            .value();
    cr_expect(eq(str, text(answer.headers.single("Cache-Control").value_or("")), text("private, max-age=60")));
    cr_expect(eq(str, text(answer.headers.single("Age").value_or("")), text("5")));
    cr_expect(
        eq(str, text(answer.headers.single("Vary").value_or("")), text("Accept, Cookie, Origin, Sec-Fetch-Site")));
    const auto fresh =
        answered(304, {{"ETag", "\"a\""}, {"Vary", "Accept"}, {"Cache-Control", "max-age=5"}}, route).value();
    cr_expect(eq(str, text(fresh.headers.single("Vary").value_or("")), text("Accept, Cookie, Origin, Sec-Fetch-Site")));
    cr_expect(eq(str, text(fresh.headers.single("Cache-Control").value_or("")), text("private, max-age=5")));
}

Test(response_headers, active_content_is_refused_unless_the_route_lets_it_through_sandboxed_P40) {
    Route html = api();
    html.html = true;
    for (const char* type : {"text/html", "image/svg+xml", "application/xml", "text/xml; charset=utf-8"}) {
        cr_expect(is_invalid(passed(200, {{"Content-Type", type}})), "%s", type);
        const auto answer = answered(200, {{"Content-Type", type}}, html);
        cr_assert(answer.has_value(), "%s", type);
        cr_expect(answer->headers.single("Content-Security-Policy")->starts_with("sandbox; default-src 'none'"), "%s",
                  type);
    }
    for (const char* type : {"text/javascript", "application/wasm"}) {
        cr_expect(is_invalid(passed(200, {{"Content-Type", type}})), "%s", type);
        cr_expect(is_invalid(passed(200, {{"Content-Type", type}}, html)), "%s", type);
    }
}

Test(response_headers, the_page_around_an_error_is_dropped_and_its_status_kept_P40) {
    for (const int status : {404, 500, 302}) {
        HeaderFields upstream{
            {"Content-Type", "text/html"}, {"Content-Length", "900"}, {"Content-Encoding", "gzip"}, {"ETag", "a"}};
        if (status == 302) upstream.add("Location", "/v1/y");
        const auto answer = answered(status, upstream);
        cr_assert(answer.has_value(), "%d", status);
        cr_expect(eq(int, int{answer->status}, int{status}));
        cr_expect(answer->body == BodyRule::drop);
        cr_expect(
            eq(str, text(answer->headers.single("Content-Type").value_or("")), text("text/plain; charset=utf-8")));
        for (const char* name : {"Content-Length", "Content-Encoding", "ETag"}) {
            cr_expect(not(answer->headers.find(name).has_value()), "%s", name);
        }
    }
}

Test(response_headers, a_body_without_a_clear_type_is_octets_H22_P40) {
    for (const char* type : {"", "text", "application/json, text/html"}) {
        cr_expect(eq(str, passed(200, {{"Content-Type", type}}),
                     text("Content-Type: application/octet-stream\nCache-Control: no-store\n")),
                  "%s", type);
    }
    cr_expect(eq(str, passed(200, {}), text("Content-Type: application/octet-stream\nCache-Control: no-store\n")));
}

Test(response_headers, nginx_is_told_not_to_hold_back_events_P46) {
    cr_expect(passed(200, {{"Content-Type", "text/event-stream; charset=utf-8"}}).find("X-Accel-Buffering: no\n") !=
              std::string::npos);
    cr_expect(passed(200, {kJson}).find("X-Accel") == std::string::npos);
}
