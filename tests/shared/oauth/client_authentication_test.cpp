#include "oauth/client_authentication.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/base64url.h"
#include "crypto/jws.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

ProviderConfig client(ClientAuthMethod method, std::string id = "spa", std::string secret = "s3cret") {
    ProviderConfig config;
    config.client_id = std::move(id);
    config.auth.method = method;
    config.auth.secret = Secret(std::move(secret));
    return config;
}

std::string header(const OutboundRequest& request, const char* name) {
    return std::string(request.headers.single(name).value_or("(none)"));
}

OutboundRequest post(const ProviderConfig& config) {
    Form form;
    form.add("grant_type", "refresh_token");
    return authenticated_post("https://id.example/token", form, config, "an.asser.tion");
}

ClientAssertion assertion() {
    return {"spa", "https://id.example", "jti-1", WallTime{Seconds{1'700'000'000}}, ClientAssertion::Type::said};
}

VerifiedJws verified(const std::string& compact, const PrivateSigningKey& key) {
    const auto jws = parse_jws(compact, {key.algorithm()}).value();
    const Json set = Json::object({{"keys", Json::array({key.public_jwk()})}});
    return verify_jws(jws, verification_keys(set).value()).value();
}

}  // namespace

Test(client_authentication, A01_basic_is_in_the_header_and_nowhere_else) {
    const auto request = post(client(ClientAuthMethod::client_secret_basic));
    cr_expect(eq(str, text(request.method), text("POST")));
    cr_expect(eq(str, header(request, "Authorization"), "Basic " + base64_encode("spa:s3cret")));
    cr_expect(eq(str, header(request, "Content-Type"), text("application/x-www-form-urlencoded")));
    cr_expect(eq(str, header(request, "Accept"), text("application/json")));
    cr_expect(eq(str, text(request.body), text("grant_type=refresh_token")));
}

Test(client_authentication, A01_A04_post_is_in_the_body_and_nowhere_else) {
    const auto request = post(client(ClientAuthMethod::client_secret_post));
    cr_expect(eq(str, header(request, "Authorization"), text("(none)")));
    cr_expect(eq(str, text(request.body), text("grant_type=refresh_token&client_id=spa&client_secret=s3cret")));
    cr_expect(eq(str, text(request.url), text("https://id.example/token")));
}

Test(client_authentication, A03_id_and_secret_are_form_encoded_before_they_are_joined) {
    const auto request = post(client(ClientAuthMethod::client_secret_basic, "https://app:1", "a:b%c+d é/="));
    cr_assert(eq(str, header(request, "Authorization"),
                 "Basic " + base64_encode("https%3A%2F%2Fapp%3A1:a%3Ab%25c%2Bd+%C3%A9%2F%3D")));
}

Test(client_authentication, A01_an_assertion_is_in_the_body_and_nothing_else_is) {
    const auto request = post(client(ClientAuthMethod::private_key_jwt));
    cr_expect(eq(str, header(request, "Authorization"), text("(none)")));
    cr_expect(eq(str, text(request.body),
                 text("grant_type=refresh_token&client_id=spa&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
                      "client-assertion-type%3Ajwt-bearer&client_assertion=an.asser.tion")));
}

Test(client_authentication, A01_A11_with_a_certificate_the_body_says_who_and_nothing_more) {
    for (const auto method : {ClientAuthMethod::tls_client_auth, ClientAuthMethod::self_signed_tls_client_auth}) {
        const auto request = post(client(method));
        cr_expect(eq(str, header(request, "Authorization"), text("(none)")));
        cr_expect(eq(str, text(request.body), text("grant_type=refresh_token&client_id=spa")));
    }
}

Test(client_authentication, A05_an_assertion_says_who_for_whom_once_and_for_a_minute) {
    const auto key = PrivateSigningKey::generate("ES256").value();
    const VerifiedJws jws = verified(sign_client_assertion(assertion(), key), key);
    const Json expected = Json::object({{"iss", "spa"},
                                        {"sub", "spa"},
                                        {"aud", "https://id.example"},
                                        {"jti", "jti-1"},
                                        {"iat", std::int64_t{1'700'000'000}},
                                        {"exp", std::int64_t{1'700'000'060}}});
    cr_expect(eq(str, jws.claims().print(), expected.print()));
    cr_expect(jws.claims().find("aud")->is_string());
}

Test(client_authentication, A06_A09_the_header_names_the_key_and_the_type_unless_it_is_switched_off) {
    const auto key = PrivateSigningKey::generate("ES256").value().named("2026-11");
    cr_expect(eq(str, verified(sign_client_assertion(assertion(), key), key).header().print(),
                 text(R"({"alg":"ES256","kid":"2026-11","typ":"client-authentication+jwt"})")));
    ClientAssertion untyped = assertion();
    untyped.type = ClientAssertion::Type::left_out;
    cr_expect(eq(str, verified(sign_client_assertion(untyped, key), key).header().print(),
                 text(R"({"alg":"ES256","kid":"2026-11"})")));
}

Test(client_authentication, A08_every_algorithm_signs_under_the_name_the_key_has) {
    for (const char* name : {"PS256", "ES256", "EdDSA", "Ed25519", "RS256"}) {
        const auto key = PrivateSigningKey::generate(name).value();
        const VerifiedJws jws = verified(sign_client_assertion(assertion(), key), key);
        cr_expect(eq(str, jws.header().string_at("alg").value_or(""), text(name)));
    }
}
