// A login from its first request to its last, through both handlers, with the provider inside the test between them.
#pragma once

#include <string>

#include "functions/callback/handler.h"
#include "functions/login/handler.h"
#include "session/login_flow.h"
#include "tests/support/test_world.h"

namespace vestibule {

struct CallbackBench : TestWorld {
    std::string login_cookie;

    // Begins a login and lets the person log in at the provider: the query of the way back.
    std::string log_in(const std::string& target = "/auth/login?returnTo=/inbox", const std::string& session = {}) {
        return op.log_in(begin(target, session));
    }
    std::string begin(const std::string& target = "/auth/login", const std::string& session = {}) {
        std::string cookies = login_cookie;
        if (!session.empty()) cookies += (cookies.empty() ? "" : "; ") + session;
        const Response response = handle_login(navigation_request(target, cookies), world);
        login_cookie = cookie_set_by(response, kLoginCookieName);
        return header_of(response, "Location");
    }
    // The browser comes back from the provider; Strict cookies are not sent then.
    Response come_back(const std::string& query) { return come_back(query, login_cookie); }
    Response come_back(const std::string& query, const std::string& cookies) {
        return handle_callback(navigation_request("/auth/callback?" + query, cookies, "cross-site"), world);
    }
    // The browser posts the form that the provider answered with (OAuth 2.0 Form Post Response Mode).
    Response post_back(const std::string& form, std::string_view target = "/auth/callback") {
        return handle_callback(posted(form, target), world);
    }
    Request posted(const std::string& form, std::string_view target = "/auth/callback") {
        std::string request("POST ");
        request.append(target).append(
            " HTTP/1.1\r\nHost: app.example.com\r\nAccept: text/html\r\nOrigin: https://id.example\r\n"
            "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n");
        if (!login_cookie.empty()) request.append("Cookie: ").append(login_cookie).append("\r\n");
        return request_of(request + "\r\n" + form);
    }
    std::string error_of(const Response& response) {
        const std::string location = header_of(response, "Location");
        const std::size_t at = location.find("auth_error=");
        return at == std::string::npos ? "" : location.substr(at + 11);
    }
    bool opens(const std::string& session_cookie) {
        return find_live_session(fetch_request("GET", "/", session_cookie), store, keys, clock.now())
            .value()
            .has_value();
    }
    int token_requests() { return static_cast<int>(http.count(op.token_endpoint())); }
};

// The same request from within an <iframe>.
inline Request framed(Request request) {
    request.headers.set("Sec-Fetch-Dest", "iframe");
    return request;
}

}  // namespace vestibule
