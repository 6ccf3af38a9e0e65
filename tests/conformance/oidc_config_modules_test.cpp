// The modules of oidcc-client-config-certification-test-plan, by their names (modules.tsv says what each does);
// oidcc-client-test-idtoken-sig-none stands with the basic plan.
#include "tests/conformance/module_run.h"

using namespace vestibule;

namespace {

// What the provider would answer at one of its usual addresses, at another one.
void move_endpoint(CallbackBench& b, const std::string& member_name, const std::string& from, const std::string& to) {
    b.op.metadata.set(member_name, to);
    b.http.on(to, [&b, from](const RecordedRequest& request) {
        OutboundRequest same;
        same.method = request.method;
        same.url = from;
        same.headers = request.headers;
        same.body = request.body;
        const auto answer = b.http.send(same);
        if (!answer) return failing_answer(answer.error().code);
        return ScriptedAnswer{.status = answer->status, .headers = answer->headers, .body = answer->body};
    });
}

}  // namespace

Test(oidc_config, oidcc_client_test_discovery_openid_config) {
    CallbackBench b;
    const std::string elsewhere = "https://id.example/test/a7c1/";
    b.op.metadata.set("authorization_endpoint", elsewhere + "authorize");
    move_endpoint(b, "token_endpoint", b.op.token_endpoint(), elsewhere + "token");
    move_endpoint(b, "userinfo_endpoint", b.op.userinfo_endpoint(), elsewhere + "userinfo");
    cr_expect(b.begin().starts_with(elsewhere + "authorize?"));
    (void)expect_login(b);
    cr_expect(eq(sz, b.http.count(b.op.metadata_url()), 1));
    cr_expect(eq(sz, b.http.count(elsewhere + "token"), 1));
    cr_expect(eq(sz, b.http.count(elsewhere + "userinfo"), 1));
}

Test(oidc_config, oidcc_client_test_discovery_jwks_uri_keys) {
    for (const char* name : {"jwks-1b7e", "jwks-90d2"}) {
        CallbackBench b;
        const std::string uri = std::string("https://id.example/test/") + name;
        move_endpoint(b, "jwks_uri", b.op.keys_url(), uri);
        (void)expect_login(b);
        cr_expect(eq(sz, b.http.count(uri), 1), "%s", name);
    }
}

Test(oidc_config, oidcc_client_test_discovery_issuer_mismatch) {
    CallbackBench b;
    b.op.metadata.set("issuer", b.op.issuer() + "INVALID");
    for (const Request& request : {navigation_request("/auth/login"), fetch_request("GET", "/auth/login")}) {
        const Response response = handle_login(request, b.world);
        cr_expect(eq(int, +response.status, 503));
        cr_expect(header_of(response, "Location").empty());
        cr_expect(text_of(response).find(b.op.authorization_endpoint()) == std::string::npos);
    }
    for (const RecordedRequest& request : b.http.requests())
        cr_expect(request.url == b.op.metadata_url(), "%s", request.url.c_str());
}

Test(oidc_config, oidcc_client_test_signing_key_rotation_just_before_signing) {
    CallbackBench b;
    (void)expect_login(b);
    b.op.knobs.change_claims = [&b](Json&) { b.op.rotate_keys(); };  // the keys that were fetched are the former ones
    (void)expect_login(b);
    cr_expect(eq(sz, b.http.count(b.op.keys_url()), 2));
}

Test(oidc_config, oidcc_client_test_signing_key_rotation) {
    CallbackBench b;
    (void)expect_login(b);
    b.op.rotate_keys();
    (void)expect_login(b);
    cr_expect(eq(sz, b.http.count(b.op.keys_url()), 2));
}
