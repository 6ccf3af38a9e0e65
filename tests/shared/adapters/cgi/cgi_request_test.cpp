#include "adapters/cgi/cgi_request.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string>
#include <vector>

using namespace vestibule;

namespace {

using Variables = std::vector<CgiVariable>;

Result<Request> made_of(Variables variables, const RequestLimits& limits = {}) {
    Variables all{{"REQUEST_METHOD", "GET"}};
    if (!variables.empty() && variables.front().name == "REQUEST_METHOD") all.clear();
    all.insert(all.end(), variables.begin(), variables.end());
    return request_from_cgi(all, limits);
}

// "path ?query", or the name of the error.
std::string target_of(const Variables& variables) {
    const auto request = made_of(variables);
    return request ? request->path + " ?" + request->query : std::string(facts(request.error().code).name);
}

std::string error_of(const Variables& variables, const RequestLimits& limits = {}) {
    const auto request = made_of(variables, limits);
    return request ? "none" : std::string(facts(request.error().code).name);
}

}  // namespace

Test(cgi_request, path_and_query_are_the_raw_request_uri) {
    cr_expect(eq(
        str, target_of({{"REQUEST_URI", "/a%2F..//b?x=%41&y=?"}, {"PATH_INFO", "/elsewhere"}, {"QUERY_STRING", "z"}}),
        "/a%2F..//b ?x=%41&y=?"));
    cr_expect(eq(str, target_of({{"REQUEST_URI", "/"}}), "/ ?"));
    cr_expect(eq(str, target_of({{"REQUEST_URI", "//host/x"}}), "//host/x ?"));
}

Test(cgi_request, without_request_uri_the_decoded_path_is_encoded_again) {
    cr_expect(eq(str, target_of({{"SCRIPT_NAME", "/auth"}, {"PATH_INFO", "/a b/%2F?"}, {"QUERY_STRING", "x=%20"}}),
                 "/auth/a%20b/%252F%3F ?x=%20"));
    cr_expect(eq(str, target_of({}), "/ ?"));
}

Test(cgi_request, a_target_that_is_not_in_origin_form_is_refused) {
    for (const char* target : {"http://evil/", "*", "evil:80", "/a b", "/a#b", "/a\tb", "/a\x7f", "?x", "\\x"})
        cr_expect(eq(str, target_of({{"REQUEST_URI", target}}), "bad_request"), "%s", target);
}

Test(cgi_request, fields_have_lower_case_names_and_trimmed_values) {
    const auto request = made_of({{"HTTP_X_FORWARDED_FOR", " 192.0.2.1 \t"}, {"CONTENT_TYPE", "text/plain"}});
    cr_assert(request->headers.single("X-Forwarded-For") == "192.0.2.1");
    cr_assert(request->headers.single("Content-Type") == "text/plain");
}

// H15, H16, P49: httpoxy.
Test(cgi_request, proxy_and_authorization_do_not_get_through) {
    const auto request = made_of({{"HTTP_PROXY", "http://evil"},
                                  {"HTTP_AUTHORIZATION", "Bearer x"},
                                  {"HTTP_CONTENT_LENGTH", "5"},
                                  {"HTTP_CONTENT_TYPE", "a/b"},
                                  {"HTTP_TRANSFER_ENCODING", "chunked"},
                                  {"CONTENT_LENGTH", "0"}});
    cr_assert(eq(sz, request->headers.size(), 0));
    cr_assert(request->content_length == std::uint64_t{0});
}

// Peers C5: a name that another may be taken for.
Test(cgi_request, names_that_could_alias_are_dropped) {
    const auto request = made_of(
        {{"HTTP_X.AUTH", "a"}, {"HTTP_X-AUTH", "a"}, {"HTTP_x_auth", "a"}, {"HTTP_", "a"}, {"http_cookie", "a"}});
    cr_assert(eq(sz, request->headers.size(), 0));
}

Test(cgi_request, a_field_that_comes_twice_stays_twice) {
    const auto request = made_of({{"HTTP_COOKIE", "a=1"}, {"HTTP_COOKIE", "b=2"}});
    cr_assert(eq(sz, request->headers.all("Cookie").size(), 2));
    cr_assert(not(request->headers.single("Cookie").has_value()));
}

// H14
Test(cgi_request, a_variable_that_comes_twice_is_refused) {
    for (const char* name : {"CONTENT_LENGTH", "CONTENT_TYPE", "REQUEST_URI", "QUERY_STRING", "REMOTE_ADDR"})
        cr_expect(eq(str, error_of({{name, "/1"}, {name, "/1"}}), "bad_request"), "%s", name);
    cr_expect(eq(str, error_of({{"SERVER_NAME", "a"}, {"SERVER_NAME", "a"}}), "none"));
}

Test(cgi_request, H05_content_length_is_digits) {
    for (const char* length :
         {"-1", "+1", "1 ", " 1", "0x1", "1.0", "1,1", "18446744073709551616", "9223372036854775808"})
        cr_expect(eq(str, error_of({{"CONTENT_LENGTH", length}}), "bad_request"), "%s", length);
    cr_expect(made_of({{"CONTENT_LENGTH", "007"}})->content_length == 7U);
    cr_expect(not(made_of({{"CONTENT_LENGTH", ""}})->content_length.has_value()));
}

Test(cgi_request, the_method_is_a_token) {
    for (const char* method : {"", "GET ", "G(T", "GET\r\n", "GÉT", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG"})
        cr_expect(eq(str, error_of({{"REQUEST_METHOD", method}}), "bad_request"), "%s", method);
    cr_expect(eq(str, made_of({{"REQUEST_METHOD", "PROPFIND"}})->method, "PROPFIND"));
}

// P44, P50
Test(cgi_request, header_limits_are_kept) {
    RequestLimits limits;
    limits.max_header_octets = 10;  // "/" and "a: 12345678"
    cr_expect(eq(str, error_of({{"REQUEST_URI", "/"}, {"HTTP_A", "12345678"}}, limits), "none"));
    cr_expect(eq(str, error_of({{"REQUEST_URI", "/"}, {"HTTP_A", "123456789"}}, limits), "headers_too_large"));
    cr_expect(eq(str, error_of({{"REQUEST_URI", "/x"}, {"HTTP_A", "12345678"}}, limits), "headers_too_large"));
    limits = {};
    limits.max_header_fields = 2;
    cr_expect(eq(str, error_of({{"HTTP_A", ""}, {"HTTP_B", ""}, {"HTTP_C", ""}}, limits), "headers_too_large"));
    cr_expect(eq(str, error_of({{"HTTP_A", "a\nb"}}), "bad_request"));
}

Test(cgi_request, the_environment_is_taken_apart_at_the_first_equals_sign) {
    const char* environment[] = {"A=b=c", "NONE", "E=", nullptr};
    const auto variables = cgi_variables(environment);
    cr_assert(eq(sz, variables.size(), 2));
    cr_assert(variables[0].name == "A" && variables[0].value == "b=c" && variables[1].value.empty());
    cr_assert(eq(sz, cgi_variables(nullptr).size(), 0));
}

// P05: byte for byte, the '?' of an empty query too.
Test(cgi_request, an_empty_query_is_not_the_same_as_none) {
    cr_expect(made_of({{"REQUEST_URI", "/x?"}})->has_query);
    cr_expect(made_of({{"REQUEST_URI", "/x?y"}})->has_query);
    cr_expect(not(made_of({{"REQUEST_URI", "/x"}, {"QUERY_STRING", ""}})->has_query));
    cr_expect(made_of({{"SCRIPT_NAME", "/x"}, {"QUERY_STRING", "y"}})->has_query);
}

// H07
Test(cgi_request, a_body_of_unknown_length_is_refused) {
    for (const char* coding : {"chunked", "gzip, chunked", "identity"}) {
        cr_expect(eq(str, error_of({{"HTTP_TRANSFER_ENCODING", coding}}), "bad_request"), "%s", coding);
        cr_expect(eq(str, error_of({{"HTTP_TRANSFER_ENCODING", coding}, {"CONTENT_LENGTH", ""}}), "bad_request"));
    }
    // A web server that buffered it says how long it is, and may still hand the field over, which goes nowhere.
    const auto request = made_of({{"HTTP_TRANSFER_ENCODING", "chunked"}, {"CONTENT_LENGTH", "3"}});
    cr_assert(request.has_value());
    cr_expect(not(request->headers.find("Transfer-Encoding").has_value()));
}
