#include "tests/functions/proxy/proxy_stage.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

namespace vestibule {
namespace {

Route route(std::string path, std::string upstream, TokenKind token) {
    Route result;
    result.path = std::move(path);
    result.upstream = std::move(upstream);
    result.token = token;
    return result;
}

}  // namespace

ProxyStage::ProxyStage() {
    config.public_url = parse_url("https://app.example.com").value();
    config.routes = {route("/api/", std::string(kUpstream), TokenKind::user),
                     route("/maybe/", "https://maybe.internal/", TokenKind::user_or_none),
                     route("/open/", "https://open.internal/", TokenKind::none),
                     route("/api/admin/", "https://admin.internal/", TokenKind::user)};
    api().methods = {"GET", "HEAD", "POST", "PUT", "DELETE"};
    config.routes[3].require = {{"roles", "admin"}};
    http.answer("https://*", json_answer(200, R"({"ok":true})"));
}

void ProxyStage::log_in() { cookie = cookie_pair(put_session(memory, keys, random, clock.now(), person)); }

Request ProxyStage::request(const std::string& request_line, const std::string& headers, const std::string& body) {
    std::string text = request_line + " HTTP/1.1\n" + std::string(kOurPage) + headers;
    if (!cookie.empty()) text += "Cookie: " + cookie + "\n";
    return request_of(text + "\n" + body);
}

Response ProxyStage::respond(const Request& request) {
    return handle_proxy(request,
                        {{config, clock, random, log, keys, store}, http, provider, in_flight, client, dpop_nonces});
}

std::string ProxyStage::call(const std::string& request_line, const std::string& headers, const std::string& body) {
    return scanned(text_of(respond(request(request_line, headers, body))));
}

std::string ProxyStage::raw(std::string_view request) { return scanned(text_of(respond(request_of(request)))); }

// Promise 1: no token, in any response, on any path, for any error; and none in the log (checklist P59, G01).
std::string ProxyStage::scanned(std::string text) const {
    const std::string seen = text + log.text();
    cr_expect(seen.find("canary") == std::string::npos, "%s", seen.c_str());
    if (!cookie.empty()) cr_expect(seen.find(cookie.substr(cookie.find('=') + 1)) == std::string::npos);
    cr_expect(seen.find("Set-Cookie") == std::string::npos, "%s", seen.c_str());
    cr_expect(log.text().find("secret-query") == std::string::npos);
    return text;
}

std::string gist(const std::string& response) {
    const std::string status = response.substr(9, 3);
    const std::string body = response.substr(response.find("\n\n") + 2);
    const auto problem = Json::parse(body);
    if (problem && problem->is_object() && problem->string_at("code"))
        return status + " " + *problem->string_at("code");
    return status + " " + body;
}

bool has_line(const std::string& response, std::string_view line) {
    return response.find("\n" + std::string(line) + "\n") != std::string::npos;
}

}  // namespace vestibule

using namespace vestibule;

Test(proxy_stage, sees_what_it_looks_for) {
    ProxyStage stage;
    stage.log_in();
    cr_assert(eq(str, gist(stage.call("GET /api/x")), std::string("200 {\"ok\":true}")));
    cr_assert(eq(str, stage.last_upstream().header("Authorization"), std::string("Bearer access-canary-1")));
    cr_assert(eq(str, stage.last_upstream().url, std::string("https://api.internal/v1/x")));
}
