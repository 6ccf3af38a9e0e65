#include "tests/functions/proxy/proxy_stage.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"
#include "tests/support/vector_lines.h"

using namespace vestibule;

namespace {

struct Admission : ProxyStage {
    Admission() { log_in(); }

    // Refused like this, with no connection opened, no refresh, and no life given to the session (S35).
    void refuses(const std::string& answer, std::string_view expected) {
        cr_expect(eq(str, gist(answer), text(expected)), "%s", answer.c_str());
        cr_expect(eq(sz, upstream_calls(), 0));
        cr_expect(eq(int, provider.refreshes, 0));
        cr_expect(eq(int, store.calls(StoreOperation::touch), 0));
        cr_expect(has_line(answer, "Cache-Control: no-store"));
    }
};

}  // namespace

Test(proxy_admission, another_sites_request_is_refused_before_the_session_is_looked_at_S33_S34_S35_S36_S42) {
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
        for (const char* headers : {"Sec-Fetch-Site: cross-site\n", "Sec-Fetch-Site: same-site\n",
                                    "Sec-Fetch-Site: none\n", "Origin: https://evil.example\n", "Origin: null\n", ""}) {
            Admission stage;
            const std::string head =
                std::string(method) + " /api/x HTTP/1.1\n" + headers + "Cookie: " + stage.cookie + "\n\n";
            stage.refuses(stage.raw(head), "403 csrf_rejected");
            cr_expect(eq(int, stage.store.calls(StoreOperation::find), 0), "%s", head.c_str());
        }
    }
}

Test(proxy_admission, a_navigation_from_our_own_page_may_download_and_a_typed_url_may_not) {
    Admission stage;
    const std::string navigate = "Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\nCookie: " + stage.cookie + "\n\n";
    cr_expect(eq(str, gist(stage.raw("GET /api/x HTTP/1.1\nSec-Fetch-Site: same-origin\n" + navigate)),
                 text("200 {\"ok\":true}")));
    cr_expect(stage.raw("GET /api/x HTTP/1.1\nSec-Fetch-Site: none\n" + navigate).starts_with("HTTP/1.1 403\n"));
}

Test(proxy_admission, no_answer_allows_another_origin_S39_P34_P42) {
    Admission stage;
    stage.http.answer("https://*",
                      {.headers = {{"Content-Type", "application/json"}, {"Access-Control-Allow-Origin", "*"}}});
    for (const std::string& answer :
         {stage.call("GET /api/x"), stage.call("OPTIONS /api/x"), stage.call("GET /nowhere"),
          stage.raw("OPTIONS /api/x HTTP/1.1\nOrigin: https://evil.example\nAccess-Control-Request-Method: GET\n\n")}) {
        cr_expect(answer.find("Access-Control") == std::string::npos, "%s", answer.c_str());
    }
}

Test(proxy_admission, options_is_answered_here_P42) {
    Admission stage;
    const std::string answer = stage.call("OPTIONS /api/x");
    stage.refuses(answer, "204 ");
    cr_expect(has_line(answer, "Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS"));
}

Test(proxy_admission, what_is_not_configured_is_not_there_and_nothing_is_opened_P01_P06) {
    for (const char* path :
         {"/", "/apix", "/ap", "/auth/login", "/.well-known/x", "/API/x", "//api/x", "/unknown/api/x"}) {
        Admission stage;
        stage.refuses(stage.call("GET " + std::string(path)), "404 no_such_route");
    }
}

Test(proxy_admission, a_path_that_two_programs_could_read_differently_is_refused_P02_P04_P05_H18) {
    int refused = 0;
    for (const std::string& path : vector_lines("target_paths/refused.txt")) {
        Admission stage;
        Request request = stage.request("GET /");
        request.path = path;
        const Response response = stage.respond(request);
        cr_expect(response.status == 400 || response.status == 404, "%s: %d", visible(path).c_str(), response.status);
        cr_expect(eq(sz, stage.upstream_calls(), 0), "%s", visible(path).c_str());
        if (response.status == 400) ++refused;
    }
    cr_assert(ge(int, refused, 80));
}

Test(proxy_admission, a_guarded_route_cannot_be_reached_by_another_spelling_P02_P06) {
    for (const char* path :
         {"/api/Admin/x", "/api/admin;x/y", "/api/%61dmin/x", "/api/admin%2Fx", "/api/./admin/x", "/api//admin/x"}) {
        Admission stage;
        stage.api().encoded_slashes = true;
        stage.refuses(stage.call("GET " + std::string(path)), "400 bad_request");
    }
    Admission stage;
    stage.refuses(stage.call("GET /api/admin"), "403 forbidden");
    stage.refuses(stage.call("GET /api/admin/x"), "403 forbidden");
}

Test(proxy_admission, a_query_with_raw_controls_is_refused_P50) {
    Admission stage;
    Request request = stage.request("GET /api/x");
    request.query = "a=1\r\nX-Evil: 1";
    stage.refuses(text_of(stage.respond(request)), "400 bad_request");
}

Test(proxy_admission, methods_a_route_does_not_list_are_refused_with_allow_P03_P42_H19) {
    for (const char* method : {"PATCH", "TRACE", "CONNECT", "PROPFIND", "get"}) {
        Admission stage;
        stage.api().methods.push_back("TRACE");
        stage.api().methods.push_back("CONNECT");
        const std::string answer = stage.call(std::string(method) + " /api/x");
        stage.refuses(answer, "405 method_not_allowed");
        cr_expect(has_line(answer, "Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS"), "%s", answer.c_str());
    }
}

Test(proxy_admission, a_websocket_ends_in_a_clean_error_and_other_upgrades_are_ignored_P43) {
    Admission stage;
    stage.refuses(stage.call("GET /api/x", "Connection: Upgrade\nUpgrade: websocket\n"), "400 bad_request");
    stage.refuses(stage.call("GET /api/x", "Upgrade: h2c, WebSocket\n"), "400 bad_request");
    stage.refuses(stage.call("GET /api/x", "Sec-WebSocket-Key: x\n"), "400 bad_request");
    stage.call("GET /api/x", "Connection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: x\n");
    cr_assert(eq(sz, stage.upstream_calls(), 1));
    cr_expect(eq(str, stage.last_upstream().header("Upgrade"), text("")));
    cr_expect(eq(str, stage.last_upstream().header("Connection"), text("")));
}

Test(proxy_admission, a_loop_ends_here_P19) {
    Admission stage;
    stage.refuses(stage.call("GET /api/x", "Via: 1.1 front, 1.1 vestibule\n"), "502 upstream_invalid");
}

Test(proxy_admission, a_body_over_the_routes_limit_is_refused_unread_P44) {
    Admission stage;
    stage.api().max_body = 10;
    Request request = stage.request("POST /api/x", "Content-Length: 11\n", "12345678901");
    const auto body = body_of("12345678901");
    request.body = body;
    stage.refuses(text_of(stage.respond(request)), "413 body_too_large");
    cr_expect(eq(sz, body->octets_read(), 0));
    cr_expect(stage.call("POST /api/x", "", "1234567890").starts_with("HTTP/1.1 200\n"));
}

Test(proxy_admission, a_body_of_unknown_length_is_refused_H07_P21) {
    Admission stage;
    stage.refuses(stage.call("POST /api/x", "Transfer-Encoding: chunked\n"), "400 bad_request");
}

Test(proxy_admission, a_person_who_clicked_sees_a_page_and_a_program_a_problem_H21) {
    Admission stage;
    const std::string page =
        stage.raw("GET /nowhere HTTP/1.1\nSec-Fetch-Site: same-origin\nSec-Fetch-Mode: navigate\n\n");
    cr_expect(has_line(page, "Content-Type: text/html; charset=utf-8"));
    cr_expect(has_line(stage.call("GET /nowhere"), "Content-Type: application/problem+json"));
}

Test(proxy_admission, refusals_are_logged_with_their_code_and_no_request_data_G01_G05) {
    Admission stage;
    stage.call("GET /nowhere?secret-query=1");
    const auto entry = stage.log.last("proxy.refused");
    cr_assert(entry.has_value());
    cr_expect(eq(str, entry->text("code"), text("no_such_route")));
    cr_expect(stage.log.text().find("nowhere") == std::string::npos);
}
