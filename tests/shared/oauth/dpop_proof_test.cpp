#include "oauth/dpop_proof.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <set>

#include "codec/base64url.h"
#include "crypto/p256_scalar.h"
#include "tests/support/dpop_verifier.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

// RFC 9449 §5 figure 2 and §7.1 figure 13.
constexpr std::string_view kTokenProof =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
    "RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
    "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0"
    "IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
constexpr std::string_view kResourceProof =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
    "RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19."
    "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRy"
    "ZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9."
    "2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
constexpr const char* kPublishedToken = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
constexpr const char* kPublishedThumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";  // §6.1 figure 9

RecordedRequest without_proof(std::string method, std::string url) {
    RecordedRequest request;
    request.method = std::move(method);
    request.url = std::move(url);
    return request;
}

RecordedRequest recorded(std::string method, std::string url, std::string_view proof) {
    RecordedRequest request = without_proof(std::move(method), std::move(url));
    request.headers = {{"DPoP", std::string(proof)}};
    return request;
}

struct Prover {
    FakeClock clock;
    FixedRandom random;
    DpopVerifier verifier{clock};
    DpopKey key = DpopKey::of(p256_scalar(Secret(std::string(kP256SeedOctets, 's')))).value();

    std::string proof(const ProvenRequest& request) { return key.proof(request, random, clock.now()); }
    Json claims(const std::string& compact) {
        return Json::parse(parse_jws(compact, {JwsAlgorithm::ES256})->payload).value();
    }
};

}  // namespace

Test(dpop_proof, RFC_9449_the_published_proofs_pass_our_tests_own_verifier) {
    FakeClock then(WallTime{Seconds{1'562'262'618}});
    DpopVerifier verifier(then);
    const auto token = verifier.verify(recorded("POST", "https://server.example.com/token", kTokenProof), {});
    cr_assert(token.has_value(), "%s", token ? "" : token.error().detail.c_str());
    cr_expect(eq(str, text(*token), text(kPublishedThumbprint)));
    const auto resource = verifier.verify(
        recorded("GET", "https://resource.example.org/protectedresource", kResourceProof), kPublishedToken);
    cr_assert(resource.has_value(), "%s", resource ? "" : resource.error().detail.c_str());
    cr_expect(eq(str, text(*resource), text(kPublishedThumbprint)));
}

// A verifier that takes everything would prove nothing.
Test(dpop_proof, the_tests_own_verifier_refuses_what_differs) {
    FakeClock then(WallTime{Seconds{1'562'262'618}});
    const std::string url = "https://resource.example.org/protectedresource";
    const struct {
        const char* what;
        RecordedRequest request;
        std::optional<std::string> token;
    } rows[] = {
        {"htm", recorded("POST", url, kResourceProof), kPublishedToken},
        {"htu", recorded("GET", url + "/", kResourceProof), kPublishedToken},
        {"ath", recorded("GET", url, kResourceProof), "another"},
        {"ath", recorded("GET", url, kResourceProof), std::nullopt},
        {"signature", recorded("GET", url, std::string(kResourceProof.substr(0, kResourceProof.size() - 4)) + "AAAA"),
         kPublishedToken},
        {"not exactly one proof", without_proof("GET", url), kPublishedToken},
    };
    for (const auto& row : rows) {
        DpopVerifier verifier(then);
        cr_expect(eq(str, text(verifier.verify(row.request, row.token).error().detail), text(row.what)));
    }
    DpopVerifier verifier(then);
    cr_assert(verifier.verify(recorded("GET", url, kResourceProof), kPublishedToken).has_value());
    cr_expect(eq(str, text(verifier.verify(recorded("GET", url, kResourceProof), kPublishedToken).error().detail),
                 text("jti")));
    then.advance(Seconds{61});
    DpopVerifier later(then);
    cr_expect(
        eq(str, text(later.verify(recorded("GET", url, kResourceProof), kPublishedToken).error().detail), text("iat")));
}

Test(dpop_proof, RFC_9449_our_hashes_are_the_published_ones) {
    cr_expect(
        eq(str, text(access_token_hash(Secret(kPublishedToken))), text("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")));
    const Json jwk = *parse_jws(kTokenProof, {JwsAlgorithm::ES256})->header.find("jwk");
    cr_expect(eq(str, text(jwk_thumbprint(jwk)), text(kPublishedThumbprint)));
}

// RFC 7638 §3.1.
Test(dpop_proof, RFC_7638_the_thumbprint_is_the_published_one) {
    const Json jwk = Json::object({{"kty", "RSA"},
                                   {"n",
                                    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6"
                                    "tSoc_BJECPebWKRXjBZCiFV4n3ok"
                                    "njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
                                    "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6q"
                                    "MQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"
                                    "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJ"
                                    "zKnqDKgw"},
                                   {"e", "AQAB"},
                                   {"alg", "RS256"},
                                   {"kid", "2011-04-29"}});
    cr_expect(eq(str, text(jwk_thumbprint(jwk)), text("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")));
}

Test(dpop_proof, A13_holds_what_a_server_asks_for_and_nothing_else) {
    Prover p;
    const std::string url = "https://id.example/token";
    const auto plain = p.verifier.verify(recorded("POST", url, p.proof({"POST", url, {}, {}})), {});
    cr_assert(plain.has_value(), "%s", plain ? "" : plain.error().detail.c_str());
    cr_expect(eq(str, text(*plain), text(p.key.thumbprint())));
    const std::string with_token = p.proof({"GET", url, Secret("the-token"), "the-nonce"});
    cr_expect(p.verifier.verify(recorded("GET", url, with_token), "the-token").has_value());
    cr_expect(eq(str, text(p.claims(with_token).string_at("nonce").value_or("")), text("the-nonce")));
    cr_expect(with_token.find(base64url_encode("\"d\"")) == std::string::npos);
}

Test(dpop_proof, A14_every_one_has_a_jti_of_its_own) {
    Prover p;
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string jti = p.claims(p.proof({"GET", "https://api/x", {}, {}})).string_at("jti").value_or("");
        cr_assert(eq(sz, jti.size(), 22));
        cr_assert(seen.insert(jti).second);
    }
}

Test(dpop_proof, A18_names_the_target_as_it_is_sent) {
    const struct {
        const char* url;
        const char* htu;
    } rows[] = {
        {"https://api.internal/v1/orders", "https://api.internal/v1/orders"},
        {"https://api.internal/v1/orders?a=1&b=%2F", "https://api.internal/v1/orders"},
        {"https://api.internal/v1/orders?", "https://api.internal/v1/orders"},
        {"https://api.internal:443/v1/", "https://api.internal/v1/"},
        {"http://127.0.0.1:80/", "http://127.0.0.1/"},
        {"https://api.internal:8443/v1/", "https://api.internal:8443/v1/"},
        {"https://API.internal/V1/%e4%BD%a0/a%2Fb;x", "https://api.internal/V1/%e4%BD%a0/a%2Fb;x"},
        {"https://api.internal", "https://api.internal/"},
        {"https://api.internal?x", "https://api.internal/"},
        {"http://[::1]:8080/x", "http://[::1]:8080/x"},
    };
    for (const auto& row : rows) cr_expect(eq(str, text(dpop_target(row.url)), text(row.htu)));
}

Test(dpop_proof, a_key_is_a_scalar_or_nothing) {
    for (const std::string& octets : {std::string(), std::string(32, '\0'), std::string(33, 'x')})
        cr_expect(DpopKey::of(Secret(octets)).error().code == ErrorCode::internal);
}
