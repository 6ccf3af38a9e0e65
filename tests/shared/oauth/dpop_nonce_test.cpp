#include "oauth/dpop_nonce.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

Test(dpop_nonce, A15_is_taken_where_it_is_one_and_the_only_one) {
    cr_expect(eq(str, text(dpop_nonce({{"dpop-nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v"}}).value_or("")),
                 text("eyJ7S_zG.eyJH0-Z.HX4w-7v")));
    cr_expect(dpop_nonce({{"DPoP-Nonce", std::string(1024, 'n')}}).has_value());
    for (const std::string& value : {std::string(), std::string("a b"), std::string("a\"b"), std::string("a\\b"),
                                     std::string("a\x7f"), std::string("caf\xc3\xa9"), std::string(1025, 'n')}) {
        cr_expect(not(dpop_nonce({{"DPoP-Nonce", value}}).has_value()), "%s", value.c_str());
    }
    cr_expect(not(dpop_nonce({}).has_value()));
    cr_expect(not(dpop_nonce({{"DPoP-Nonce", "a"}, {"DPoP-Nonce", "b"}}).has_value()));
}

Test(dpop_nonce, A15_an_authorization_server_asks_for_it_in_json) {
    const auto asks = [](int status, const char* type, const char* body) {
        return asks_for_dpop_nonce({status, {{"Content-Type", type}}, body});
    };
    cr_expect(asks(400, "application/json", R"({"error":"use_dpop_nonce"})"));
    cr_expect(asks(401, "application/json", R"({"error":"use_dpop_nonce"})"));
    cr_expect(not(asks(200, "application/json", R"({"error":"use_dpop_nonce"})")));
    cr_expect(not(asks(500, "application/json", R"({"error":"use_dpop_nonce"})")));
    cr_expect(not(asks(400, "text/html", R"({"error":"use_dpop_nonce"})")));
    cr_expect(not(asks(400, "application/json", R"({"error":"invalid_dpop_proof"})")));
}

Test(dpop_nonce, A15_A16_a_resource_asks_for_it_by_a_challenge) {
    for (const char* value :
         {"DPoP error=\"use_dpop_nonce\", error_description=\"Resource server requires nonce in DPoP proof\"",
          "dPoP error=use_dpop_nonce", "Bearer, DPoP algs=\"ES256 PS256\", error=\"use_dpop_nonce\"",
          "Basic realm=\"a\", DPOP error=\"use_dpop_nonce\""}) {
        cr_expect(challenges_for_dpop_nonce({{"WWW-Authenticate", value}}), "%s", value);
    }
    cr_expect(challenges_for_dpop_nonce(
        {{"WWW-Authenticate", "Bearer"}, {"WWW-Authenticate", "DPoP error=\"use_dpop_nonce\""}}));
    for (const char* value : {"Bearer error=\"use_dpop_nonce\"", "DPoP error=\"invalid_token\"", "DPoP", "",
                              "DPoP error=\"use_dpop_nonces\""}) {
        cr_expect(not(challenges_for_dpop_nonce({{"WWW-Authenticate", value}})), "%s", value);
    }
    cr_expect(not(challenges_for_dpop_nonce({})));
}
