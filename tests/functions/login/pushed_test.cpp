// Pushed authorization requests (RFC 9126) as the browser sees them, and the parameters that configuration adds.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "functions/login/handler.h"
#include "session/login_flow.h"
#include "tests/support/test_world.h"

using namespace vestibule;

namespace {

struct PushBench : TestWorld {
    PushBench() { config.provider.pushed_requests = PushedRequests::always; }
    Response navigate(std::string_view target = "/auth/login") {
        return handle_login(navigation_request(target), world);
    }
    Response fetch() { return handle_login(fetch_request("GET", "/auth/login"), world); }
    int pushes() { return static_cast<int>(http.count(op.push_endpoint())); }
};

Form query_of(std::string_view url) { return Form::parse(url.substr(url.find('?') + 1)).value(); }

std::vector<std::string> values(const Form& form, std::string_view name) {
    std::vector<std::string> found;
    for (const auto& [key, value] : form.parameters()) {
        if (key == name) found.push_back(value);
    }
    return found;
}

}  // namespace

Test(pushed, L34_L35_the_browser_carries_only_client_id_and_request_uri) {
    PushBench b;
    const Response response = b.navigate("/auth/login?login_hint=alice@example.com");
    cr_assert(eq(int, +response.status, 303));
    const std::string url = header_of(response, "Location");
    cr_expect(url.starts_with(b.op.authorization_endpoint() + "?"));
    const Form query = query_of(url);
    cr_assert(eq(sz, query.parameters().size(), 2));
    cr_expect(eq(str, query.single("client_id").value().value(), text("spa")));
    cr_expect(query.single("request_uri").value()->starts_with("urn:ietf:params:oauth:request_uri:"));
    cr_expect(not(cookie_set_by(response, kLoginCookieName).empty()));
}

Test(pushed, L34_L36_everything_else_is_pushed_by_an_authenticated_post) {
    PushBench b;
    b.config.provider.response_mode = ResponseMode::form_post;
    (void)b.navigate("/auth/login?login_hint=alice@example.com&max_age=60");
    const RecordedRequest push = b.http.last_to(b.op.push_endpoint());
    cr_expect(eq(str, text(push.method), text("POST")));
    cr_expect(push.header("Authorization").starts_with("Basic "));
    const Form form = push.form();
    for (const char* name : {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
                             "code_challenge_method", "response_mode", "login_hint", "max_age"}) {
        cr_expect(values(form, name).size() == 1, "%s", name);
    }
    cr_expect(not(form.has("request_uri")));
    cr_expect(not(form.has("client_secret")));
}

Test(pushed, client_id_is_there_once_with_a_posted_secret_too) {
    PushBench b;
    b.config.provider.auth.method = ClientAuthMethod::client_secret_post;
    cr_expect(eq(int, +b.navigate().status, 303));
    cr_expect(eq(sz, values(b.http.last_to(b.op.push_endpoint()).form(), "client_id").size(), 1));
}

Test(pushed, L37_every_login_is_pushed_anew) {
    PushBench b;
    std::string first = header_of(b.navigate(), "Location");
    std::string second = header_of(b.navigate(), "Location");
    cr_expect(ne(str, first, second));
    cr_expect(eq(int, b.pushes(), 2));
}

Test(pushed, L34_auto_pushes_where_the_provider_requires_it) {
    PushBench optional;
    optional.config.provider.pushed_requests = PushedRequests::when_required;
    cr_expect(query_of(header_of(optional.navigate(), "Location")).has("state"));
    cr_expect(eq(int, optional.pushes(), 0));
    PushBench required;
    required.config.provider.pushed_requests = PushedRequests::when_required;
    required.op.metadata.set("require_pushed_authorization_requests", true);
    cr_expect(query_of(header_of(required.navigate(), "Location")).has("request_uri"));
    cr_expect(eq(int, required.pushes(), 1));
}

Test(pushed, L34_never_is_refused_where_the_provider_requires_it) {
    PushBench b;
    b.config.provider.pushed_requests = PushedRequests::never;
    b.op.metadata.set("require_pushed_authorization_requests", true);
    cr_expect(eq(str, code_of(b.fetch()), text("provider_unavailable")));
    const auto refused = b.log.last("login.refused");
    cr_assert(refused.has_value());
    cr_expect(refused->text("reason").find("\"pushedAuthorizationRequests\" is \"never\"") != std::string::npos);
}

Test(pushed, L37_a_wrong_answer_is_a_clean_error_and_never_a_half_built_redirect) {
    const std::vector<std::pair<const char*, std::function<void(PushBench&)>>> table{
        {"200",
         [](PushBench& b) { b.op.knobs.push_answer = json_answer(200, R"({"request_uri":"urn:x","expires_in":60})"); }},
        {"no JSON", [](PushBench& b) { b.op.knobs.push_answer = ScriptedAnswer{.status = 201, .body = "<html>"}; }},
        {"an array", [](PushBench& b) { b.op.knobs.push_answer = json_answer(201, "[]"); }},
        {"no request_uri", [](PushBench& b) { b.op.knobs.push_answer = json_answer(201, R"({"expires_in":60})"); }},
        {"request_uri is a number",
         [](PushBench& b) { b.op.knobs.change_push_answer = [](Json& a) { a.set("request_uri", 7); }; }},
        {"request_uri is empty",
         [](PushBench& b) { b.op.knobs.change_push_answer = [](Json& a) { a.set("request_uri", ""); }; }},
        {"request_uri with a line end",
         [](PushBench& b) {
             b.op.knobs.change_push_answer = [](Json& a) { a.set("request_uri", "urn:x\r\nSet-Cookie: a"); };
         }},
        {"request_uri without end",
         [](PushBench& b) {
             b.op.knobs.change_push_answer = [](Json& a) { a.set("request_uri", std::string(5000, 'u')); };
         }},
        {"no expires_in",
         [](PushBench& b) { b.op.knobs.push_answer = json_answer(201, R"({"request_uri":"urn:x"})"); }},
        {"expires_in 0", [](PushBench& b) { b.op.knobs.change_push_answer = [](Json& a) { a.set("expires_in", 0); }; }},
        {"expires_in is text",
         [](PushBench& b) { b.op.knobs.change_push_answer = [](Json& a) { a.set("expires_in", "60"); }; }},
        {"400", [](PushBench& b) { b.op.knobs.push_answer = json_answer(400, R"({"error":"invalid_request"})"); }},
        {"401", [](PushBench& b) { b.op.knobs.push_answer = json_answer(401, R"({"error":"invalid_client"})"); }},
        {"303",
         [](PushBench& b) {
             b.op.knobs.push_answer = ScriptedAnswer{.status = 303, .headers = {{"Location", "https://evil.example"}}};
         }},
        {"405", [](PushBench& b) { b.op.knobs.push_answer = ScriptedAnswer{.status = 405}; }},
        {"413", [](PushBench& b) { b.op.knobs.push_answer = ScriptedAnswer{.status = 413}; }},
        {"500", [](PushBench& b) { b.op.knobs.push_answer = ScriptedAnswer{.status = 500, .body = "stack trace"}; }},
        {"timeout", [](PushBench& b) { b.op.knobs.push_answer = failing_answer(ErrorCode::upstream_timeout); }},
        {"unreachable", [](PushBench& b) { b.op.knobs.push_answer = failing_answer(ErrorCode::upstream_unreachable); }},
    };
    for (const auto& [name, misbehave] : table) {
        PushBench b;
        misbehave(b);
        for (const Response& response : {b.fetch(), b.navigate()}) {
            cr_expect(response.status == 503, "%s: %d", name, response.status);
            cr_expect(header_of(response, "Location").empty(), "%s", name);
            cr_expect(not(header_of(response, "Retry-After").empty()), "%s", name);
            cr_expect(text_of(response).find("urn:x") == std::string::npos, "%s", name);
        }
        cr_expect(b.pushes() == 2, "%s: once for each", name);
        cr_expect(b.leaks_nothing(b.fetch()), "%s", name);
    }
}

Test(pushed, L38_retry_after_is_honoured) {
    PushBench b;
    b.op.knobs.push_answer = ScriptedAnswer{.status = 429, .headers = {{"Retry-After", "42"}}};
    const Response response = b.fetch();
    cr_expect(eq(int, +response.status, 503));
    cr_expect(eq(str, header_of(response, "Retry-After"), text("42")));
}

Test(pushed, L42_resources_and_configured_parameters_are_sent_by_browser_and_by_push) {
    for (const PushedRequests how : {PushedRequests::never, PushedRequests::always}) {
        PushBench b;
        b.config.provider.pushed_requests = how;
        b.config.provider.resources = {"https://api.example.com/", "urn:example:orders"};
        b.config.provider.authorization_parameters = {{"audience", "a b&c"}, {"kc_idp_hint", "corp"}};
        const std::string url = header_of(b.navigate(), "Location");
        const Form sent = how == PushedRequests::always ? b.http.last_to(b.op.push_endpoint()).form() : query_of(url);
        cr_expect(values(sent, "resource") == b.config.provider.resources);
        cr_expect(values(sent, "audience") == std::vector<std::string>{"a b&c"});
        cr_expect(values(sent, "kc_idp_hint") == std::vector<std::string>{"corp"});
    }
}

Test(pushed, prompt_create_is_refused_where_the_provider_rules_it_out) {
    PushBench b;
    b.op.metadata.set("prompt_values_supported", Json::array({"none", "login"}));
    cr_expect(eq(int, +handle_login(fetch_request("GET", "/auth/login?prompt=create"), b.world).status, 400));
    cr_expect(eq(int, b.pushes(), 0));
    PushBench silent;
    cr_expect(eq(int, +silent.navigate("/auth/login?prompt=create").status, 303));
}
