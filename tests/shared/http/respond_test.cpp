#include "http/respond.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdexcept>

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "http/error_page.h"

using namespace vestibule;

namespace {

std::string body_of(const Response& response) { return std::get<std::string>(response.body); }

std::string field(const Response& response, std::string_view name) {
    return std::string(response.headers.single(name).value_or("(none)"));
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Every kind of answer there is, every error among them.
std::vector<Response> every_response() {
    std::vector<Response> all{json_response(Json::object()), redirect_response("https://app.example/"),
                              method_not_allowed("GET")};
    for (const ErrorFacts& known : all_error_facts()) {
        all.push_back(problem_response({known.code, "detail", {}}));
        all.push_back(error_page({known.code, "detail", {}}, "https://app.example/"));
    }
    return all;
}

Request request_with(std::initializer_list<HeaderField> fields) {
    Request request;
    request.headers = fields;
    return request;
}

}  // namespace

Test(respond, h23_h24_every_answer_carries_the_security_headers_once) {
    int seen = 0;
    for (const Response& response : every_response()) {
        cr_expect(eq(field(response, "X-Content-Type-Options"), std::string("nosniff")));
        cr_expect(eq(field(response, "Referrer-Policy"), std::string("no-referrer")));
        cr_expect(eq(field(response, "Cross-Origin-Resource-Policy"), std::string("same-origin")));
        cr_expect(eq(field(response, "Cache-Control"), std::string("no-store")));
        cr_expect(eq(field(response, "Vary"), std::string("Cookie, Origin, Sec-Fetch-Site")));
        cr_expect(contains(field(response, "Content-Security-Policy"),
                           "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"));
        cr_expect(ne(field(response, "Content-Type"), std::string("(none)")));
        for (const auto& [name, value] : response.headers) {
            cr_expect(is_valid_field_name(name) && is_valid_field_value(value), "%s", name.c_str());
        }
        ++seen;
    }
    cr_assert(eq(int, seen, 59));
}

Test(respond, h23_security_headers_do_not_replace_what_is_there) {
    HeaderFields headers{{"cache-control", "max-age=60"}, {"Content-Type", "Text/HTML;charset=utf-8"}};
    add_security_headers(headers);
    cr_expect(headers.single("Cache-Control") == "max-age=60");
    cr_expect(headers.single("Cross-Origin-Opener-Policy") == "same-origin");
    std::size_t size = headers.size();
    add_security_headers(headers);
    cr_expect(eq(sz, headers.size(), size));
    HeaderFields data{{"Content-Type", "text/plain"}};
    add_security_headers(data);
    cr_expect(not(data.find("Cross-Origin-Opener-Policy").has_value()));
}

Test(respond, json_is_printed_with_its_status) {
    const Response response = json_response(Json::object({{"a", 1}}), 201);
    cr_expect(response.status == 201);
    cr_expect(eq(field(response, "Content-Type"), std::string("application/json")));
    cr_expect(eq(body_of(response), std::string(R"({"a":1})")));
}

Test(respond, h21_a_problem_says_what_the_closed_list_says_and_no_detail) {
    for (const ErrorFacts& known : all_error_facts()) {
        const Response response = problem_response({known.code, "canary", {}});
        const auto body = Json::parse(body_of(response));
        cr_assert(body.has_value());
        cr_expect(response.status == known.status);
        cr_expect(body->integer_at("status") == known.status);
        cr_expect(body->string_at("code") == std::string(known.name));
        cr_expect(body->string_at("title") == std::string(known.title));
        cr_expect(body->string_at("type") == "about:blank");
        cr_expect(eq(field(response, "Content-Type"), std::string("application/problem+json")));
        cr_expect(not(contains(body_of(response), "canary")));
    }
}

Test(respond, a_problem_may_say_more) {
    const Error error{ErrorCode::reauthentication_required, {}, {}};
    const auto body = Json::parse(body_of(problem_response(error, Json::object({{"loginUrl", "/auth/login"}}))));
    cr_expect(body->string_at("loginUrl") == "/auth/login");
    cr_expect(body->string_at("code") == "reauthentication_required");
}

Test(respond, whoever_may_come_back_is_told_when) {
    for (const ErrorFacts& known : all_error_facts()) {
        const std::string expected = known.retry_later ? "5" : "(none)";
        cr_expect(eq(field(problem_response({known.code, {}, {}}), "Retry-After"), expected));
        cr_expect(eq(field(error_page({known.code, {}, {}}, ""), "Retry-After"), expected));
    }
    const auto after = [](int seconds) {
        return field(problem_response({ErrorCode::rate_limited, {}, std::chrono::seconds(seconds)}), "Retry-After");
    };
    cr_expect(eq(after(120), std::string("120")));
    cr_expect(eq(after(0), std::string("1")), "never at once");
    cr_expect(eq(after(-7), std::string("1")));
}

Test(respond, h19_a_401_challenges_with_a_scheme_that_opens_no_dialog) {
    for (const ErrorFacts& known : all_error_facts()) {
        const std::string challenge = "Session error=\"" + std::string(known.name) + '"';
        const std::string expected = known.status == 401 ? challenge : "(none)";
        cr_expect(eq(field(problem_response({known.code, {}, {}}), "WWW-Authenticate"), expected));
        cr_expect(eq(field(error_page({known.code, {}, {}}, ""), "WWW-Authenticate"), expected));
    }
}

Test(respond, h19_a_405_says_what_is_allowed) {
    const Response response = method_not_allowed("GET, HEAD");
    cr_expect(response.status == 405);
    cr_expect(eq(field(response, "Allow"), std::string("GET, HEAD")));
}

Test(respond, l40_h02_h25_a_redirect_is_303_to_an_absolute_url) {
    const Response response = redirect_response("https://app.example/?a=b");
    cr_expect(response.status == 303);
    cr_expect(eq(field(response, "Location"), std::string("https://app.example/?a=b")));
    cr_expect(not(contains(body_of(response), "app.example")), "no copy of what may be secret");
    for (const char* url : {"", "/path", "//host", "javascript:x", "https://a\r\nSet-Cookie: x", "https://a\x7f"}) {
        cr_expect_throw(redirect_response(url), std::invalid_argument);
    }
}

Test(error_page, tells_a_person_what_happened_and_where_to_go) {
    const Response response = error_page({ErrorCode::flow_expired, "canary", {}}, "https://app.example/?a=1&b=2");
    const std::string body = body_of(response);
    cr_expect(response.status == 400);
    cr_expect(eq(field(response, "Content-Type"), std::string("text/html; charset=utf-8")));
    cr_expect(eq(field(response, "Cross-Origin-Opener-Policy"), std::string("same-origin")));
    cr_expect(contains(body, "<h1>The login took too long. Start again.</h1>"));
    cr_expect(contains(body, "<a href=\"https://app.example/?a=1&amp;b=2\">"));
    cr_expect(contains(body, "<code>flow_expired</code>"));
    cr_expect(not(contains(body, "canary")));
}

Test(error_page, escapes_whatever_it_is_given) {
    const std::string body = body_of(error_page({ErrorCode::internal, {}, {}}, "\"'><script>alert(1)</script>"));
    cr_expect(not(contains(body, "<script")));
    cr_expect(contains(body, "&quot;&#39;&gt;&lt;script&gt;"));
    cr_expect(not(contains(body_of(error_page({ErrorCode::internal, {}, {}}, "")), "<a ")), "no link to nowhere");
}

Test(error_page, its_policy_lets_its_own_style_through) {
    const std::string body = body_of(error_page({ErrorCode::internal, {}, {}}, ""));
    const std::size_t start = body.find("<style>") + 7;
    const std::string style = body.substr(start, body.find("</style>") - start);
    cr_assert(gt(sz, style.size(), 20u));
    cr_expect(contains(error_page_policy(), "style-src 'sha256-" + base64_encode(sha256(style)) + "'"), "now %s",
              base64_encode(sha256(style)).c_str());
    cr_expect(not(contains(body, "style=")));
}

Test(is_navigation, believes_fetch_metadata_first_and_accept_second) {
    cr_expect(is_navigation(request_with({{"Sec-Fetch-Mode", "navigate"}, {"Accept", "application/json"}})));
    cr_expect(not(is_navigation(request_with({{"Sec-Fetch-Mode", "cors"}, {"Accept", "text/html"}}))));
    cr_expect(not(is_navigation(request_with({{"Sec-Fetch-Mode", "no-cors"}}))));
    cr_expect(is_navigation(request_with({{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}})));
    cr_expect(not(is_navigation(request_with({{"Accept", "application/json"}}))));
    cr_expect(not(is_navigation(request_with({{"Accept", "*/*"}}))));
    cr_expect(not(is_navigation(request_with({}))));
}

Test(is_speculative, l27_sees_prefetch_and_prerender) {
    cr_expect(is_speculative(request_with({{"Sec-Purpose", "prefetch"}})));
    cr_expect(is_speculative(request_with({{"Sec-Purpose", "prefetch;prerender"}})));
    cr_expect(is_speculative(request_with({{"sec-purpose", "Prerender"}})));
    cr_expect(is_speculative(request_with({{"Purpose", "prefetch"}})));
    cr_expect(not(is_speculative(request_with({{"Sec-Purpose", "other"}}))));
    cr_expect(not(is_speculative(request_with({}))));
}
