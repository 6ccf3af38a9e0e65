#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/base64url.h"
#include "crypto/jws.h"
#include "tests/shared/crypto/jws_vectors.h"
#include "tests/support/jws_signer.h"

using namespace vestibule;

namespace {

using enum JwsAlgorithm;

const std::vector<JwsAlgorithm> kEvery{RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA};

bool is_refused(std::string_view compact, const std::vector<JwsAlgorithm>& allowed = kEvery) {
    const auto jws = parse_jws(compact, allowed);
    return !jws && jws.error().code == ErrorCode::identity_rejected;
}

bool header_is_refused(std::string_view header) { return is_refused(compact_jws(header, "{}", "signature")); }

}  // namespace

Test(jws_parse, takes_the_three_parts_and_the_names_of_the_header) {
    const auto jws = parse_jws(compact_jws(R"({"alg":"ES256","kid":"k","typ":"JWT","x":1})", "{}", "sig"), kEvery);
    cr_assert(jws.has_value());
    cr_expect(jws->algorithm == ES256);
    cr_expect(jws->kid == "k");
    cr_expect(jws->typ == "JWT");
    cr_expect(eq(std::string(jws->payload), std::string("{}")));
    cr_expect(eq(std::string(jws->signature), std::string("sig")));
    cr_expect(jws->header.integer_at("x") == 1);
    cr_expect(parse_jws(published::kEs256, kEvery)->signing_input +
                  ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgf"
                  "TjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q" ==
              published::kEs256);
}

Test(jws_parse, i01_is_exactly_three_strict_parts) {
    const std::string good = compact_jws(R"({"alg":"ES256"})", "{}", "sig");
    cr_assert(not(is_refused(good)));
    for (const std::string& text : {std::string(), std::string("."), std::string(".."), std::string("..."), "." + good,
                                    good + ".", good + ".AAAA", good + "=", good + "\n", " " + good, good + " ",
                                    good + std::string(1, '\0'), "a.b.c.d.e" + good, good.substr(0, good.rfind('.'))}) {
        cr_expect(is_refused(text), "%s", text.c_str());
    }
    std::string plus = good;
    plus[4] = '+';
    cr_expect(is_refused(plus));
}

Test(jws_parse, i35_an_encrypted_token_of_five_parts_is_refused) {
    cr_expect(is_refused(base64url_encode(R"({"alg":"RSA-OAEP","enc":"A256GCM"})") + ".AAAA.AAAA.AAAA.AAAA"));
}

Test(jws_parse, i02_the_header_is_one_plain_json_object) {
    for (const std::string_view header :
         {"", "null", "[]", "\"ES256\"", R"({"alg":"ES256","alg":"ES256"})", R"({"alg":"ES256","\u0061lg":"none"})",
          "\xef\xbb\xbf{\"alg\":\"ES256\"}", "{\"alg\":\"ES256\"} x", "{\"alg\":\"ES256\",}",
          "// c\n{\"alg\":\"ES256\"}", "{\"alg\":\"ES256\",\"x\":\"\xff\"}"}) {
        cr_expect(header_is_refused(header), "%s", std::string(header).c_str());
    }
    cr_expect(header_is_refused(std::string_view("{\"alg\":\"ES256\"}\0", 16)));
    cr_expect(header_is_refused(std::string_view("{\0\"\0a\0l\0g\0", 10)), "UTF-16");
    cr_expect(header_is_refused(R"({"alg":"ES256","x":)" + std::string(40, '[') + std::string(40, ']') + "}"));
}

Test(jws_parse, i02_is_limited_to_64_kib) {
    const auto of_size = [](std::size_t padding) {
        return compact_jws(R"({"alg":"ES256","x":")" + std::string(padding, 'x') + "\"}", "{}", "sig");
    };
    cr_expect(not(is_refused(of_size(45'000))));
    cr_expect(is_refused(of_size(50'000)));
    cr_expect(is_refused(of_size(1'000'000)));
}

Test(jws_parse, i03_only_the_algorithms_of_the_list_pass) {
    for (const JwsAlgorithm algorithm : kEvery) {
        const std::string header = R"({"alg":")" + std::string(name_of(algorithm)) + "\"}";
        const std::string compact = compact_jws(header, "{}", "sig");
        cr_expect(not(is_refused(compact, {algorithm})), "%s", header.c_str());
        for (const JwsAlgorithm other : kEvery) cr_expect(is_refused(compact, {other}) || other == algorithm);
        cr_expect(is_refused(compact, {}));
    }
}

Test(jws_parse, i04_none_is_no_algorithm_in_any_spelling) {
    for (const std::string_view name : {"none", "None", "NONE", "nOnE", " none", "none ", "", "none\\u0000"}) {
        const std::string header = R"({"alg":")" + std::string(name) + "\"}";
        cr_expect(header_is_refused(header), "%s", header.c_str());
        cr_expect(is_refused(compact_jws(header, "{}", "")), "%s", header.c_str());
    }
    for (const std::string_view header : {"{}", R"({"alg":null})", R"({"alg":["ES256"]})", R"({"alg":7})"}) {
        cr_expect(header_is_refused(header), "%s", std::string(header).c_str());
    }
    cr_expect(is_refused(compact_jws(R"({"alg":"ES256"})", "{}", "")), "no signature");
}

Test(jws_parse, i05_neither_hmac_nor_another_case_is_known) {
    for (const std::string_view name : {"HS256", "HS384", "HS512", "rs256", "Rs256", "RS256 ", "RS1", "ES256K", "eddsa",
                                        "Ed448", "ed25519", "RSA-OAEP", "dir"}) {
        cr_expect(not(jws_algorithm(name).has_value()), "%s", std::string(name).c_str());
        cr_expect(header_is_refused(R"({"alg":")" + std::string(name) + "\"}"));
    }
    cr_expect(jws_algorithm("Ed25519") == EdDSA);
    for (const JwsAlgorithm algorithm : kEvery) cr_expect(jws_algorithm(name_of(algorithm)) == algorithm);
}

Test(jws_parse, i07_crit_and_b64_are_refused_whatever_they_say) {
    for (const std::string_view member : {R"("crit":["exp"])", R"("crit":[])", R"("crit":null)", R"("crit":"b64")",
                                          R"("b64":false)", R"("b64":true)", R"("crit":["b64"],"b64":false)"}) {
        cr_expect(header_is_refused(R"({"alg":"ES256",)" + std::string(member) + "}"), "%s",
                  std::string(member).c_str());
    }
}

Test(jws_parse, i06_keys_inside_the_header_are_passed_over) {
    cr_expect(
        not(header_is_refused(R"({"alg":"ES256","jwk":{},"jku":"https://evil","x5u":"https://evil","x5c":["AAAA"]})")));
}

Test(jws_parse, i08_kid_and_typ_are_text_of_bearable_length) {
    cr_expect(not(header_is_refused(R"({"alg":"ES256","kid":"' OR 1=1--"})")));
    cr_expect(not(header_is_refused(R"({"alg":"ES256","kid":")" + std::string(256, 'k') + "\"}")));
    cr_expect(header_is_refused(R"({"alg":"ES256","kid":")" + std::string(257, 'k') + "\"}"));
    for (const std::string_view value : {"7", "null", "[]", "{}"}) {
        cr_expect(header_is_refused(R"({"alg":"ES256","kid":)" + std::string(value) + "}"));
        cr_expect(header_is_refused(R"({"alg":"ES256","typ":)" + std::string(value) + "}"));
    }
}

Test(jws_parse, what_went_wrong_never_quotes_the_token) {
    const auto jws = parse_jws(compact_jws(R"({"alg":"canary"})", "{}", "sig"), kEvery);
    cr_expect(jws.error().detail.find("canary") == std::string::npos);
}
