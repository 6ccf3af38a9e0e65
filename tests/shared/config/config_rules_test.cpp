// The small rules beside the reader: names, amounts, paths, addresses, header fields.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "config/byte_size.h"
#include "config/nearest_name.h"
#include "config/path_rules.h"
#include "config/protected_headers.h"
#include "config/url_rules.h"

using namespace vestibule;

Test(nearest_name, finds_what_was_meant_and_nothing_far_away) {
    const std::vector<std::string> names = {"publicUrl", "clientId", "clientAuth", "idle", "claims"};
    cr_expect(nearest_name("client_id", names) == std::optional<std::string>("clientId"));
    cr_expect(nearest_name("PUBLICURL", names) == std::optional<std::string>("publicUrl"));
    cr_expect(nearest_name("claim", names) == std::optional<std::string>("claims"));
    cr_expect(nearest_name("clientAuht", names) == std::optional<std::string>("clientAuth"));
    cr_expect(nearest_name("threads", names) == std::nullopt);
    cr_expect(nearest_name("", names) == std::nullopt);
    cr_expect(nearest_name(std::string(100'000, 'a'), names) == std::nullopt);
}

Test(byte_size, reads_whole_numbers_with_a_binary_unit_only) {
    cr_expect(parse_byte_size("10MiB") == std::optional<std::uint64_t>(10 * 1024 * 1024));
    cr_expect(parse_byte_size("0B") == std::optional<std::uint64_t>(0));
    cr_expect(parse_byte_size("1048576GiB") == std::optional<std::uint64_t>(1ULL << 50));
    for (const char* text : {"", "B", "10", "10MB", "1.5MiB", "-1B", "+1B", " 1B", "1 B", "1048577GiB",
                             "99999999999999999999B", "18446744073709551615GiB"}) {
        cr_expect(parse_byte_size(text) == std::nullopt, "%s", text);
    }
}

Test(byte_size, prints_the_shortest_exact_form) {
    cr_expect(eq(str, print_byte_size(10 * 1024 * 1024), std::string("10MiB")));
    cr_expect(eq(str, print_byte_size(1536), std::string("1536B")));
    cr_expect(eq(str, print_byte_size(0), std::string("0B")));
}

Test(path_rules, a_route_takes_whole_segments_P06) {
    cr_expect(is_taken_by_route("/auth/login", "/auth/"));
    cr_expect(is_taken_by_route("/auth/login", "/"));
    cr_expect(is_taken_by_route("/auth/login", "/auth/login/"));
    cr_expect(is_taken_by_route("/auth/login", "/auth/login/x/"));
    cr_expect(not(is_taken_by_route("/auth/login", "/au/")));
    cr_expect(not(is_taken_by_route("/auth/login", "/auth/log/")));
    cr_expect(not(is_taken_by_route("/auth/login", "/auth/login2/")));
}

Test(path_rules, anything_that_two_programs_read_differently_is_refused_P05) {
    for (const char* path : {"", "api/", "/a/../b/", "/./", "/..", "/a//b/", "/%61/", "/a;b/", "/a\\b/", "/a b/", "/a?",
                             "/a#", "/\xc3\xa4/", "/a\tb/"}) {
        cr_expect(problem_of_path(path).has_value(), "%s", path);
    }
    for (const char* path : {"/", "/api/", "/a.b/..c/", "/~me/@x/", "/v1"}) {
        cr_expect(not(problem_of_path(path).has_value()), "%s", path);
    }
}

Test(url_rules, plain_http_is_for_this_machine_unless_said_otherwise_P47) {
    for (const char* url : {"http://localhost:8080", "http://127.0.0.1/", "http://[::1]:1", "https://example.com"}) {
        cr_expect(not(problem_of_url(url, PlainHttp::loopback_only).has_value()), "%s", url);
    }
    for (const char* url : {"http://example.com", "http://localhost.example.com", "http://10.0.0.1"}) {
        cr_expect(problem_of_url(url, PlainHttp::loopback_only).has_value(), "%s", url);
        cr_expect(not(problem_of_url(url, PlainHttp::anywhere).has_value()), "%s", url);
    }
}

Test(url_rules, what_is_wrong_is_said_and_passwords_are_not) {
    for (const char* url : {"https://me:CANARY@host/", "https://host/#CANARY", "CANARY", "ftp://CANARY", "https://",
                            "https://CANARY host/"}) {
        const auto problem = problem_of_url(url, PlainHttp::anywhere);
        cr_assert(problem.has_value(), "%s", url);
        cr_expect(problem->find("CANARY") == problem->npos, "%s", problem->c_str());
    }
}

Test(protected_headers, no_route_lets_through_what_is_ours_or_is_obeyed) {
    for (const char* name : {"Cookie", "AUTHORIZATION", "Proxy-Authorization", "Host", "Connection", "TE", "Expect",
                             "X-Forwarded-Host", "X_Forwarded_Host", "Forwarded", "X-Real-IP", "Client-Cert", "DPoP",
                             "Sec-Fetch-Site", "X-BFF", "X-HTTP-Method-Override", "Content-Length"}) {
        cr_expect(is_protected_request_header(name), "%s", name);
    }
    for (const char* name : {"Set-Cookie", "set-cookie2", "Clear-Site-Data", "Status", "X-Accel-Redirect", "X-Sendfile",
                             "X-LIGHTTPD-send-file", "X-Reproxy-URL", "Access-Control-Allow-Origin", "Location",
                             "WWW-Authenticate", "Strict-Transport-Security", "Alt-Svc", "Refresh", "Keep-Alive",
                             "Service-Worker-Allowed", "Trailer", "Transfer-Encoding", "Content-Security-Policy"}) {
        cr_expect(is_protected_response_header(name), "%s", name);
    }
    for (const char* name : {"X-Tenant", "X-Total-Count", "Accept-Language", "RateLimit-Policy", "Retry-After"}) {
        cr_expect(not(is_protected_request_header(name)), "%s", name);
        cr_expect(not(is_protected_response_header(name)), "%s", name);
    }
}
