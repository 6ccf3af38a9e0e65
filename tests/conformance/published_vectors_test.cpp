// The examples that the RFCs print, from tests/vectors/published/: what must verify does, what must not does not.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "codec/base64url.h"
#include "crypto/jws.h"
#include "crypto/signing_key.h"
#include "oauth/pkce.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

using enum JwsAlgorithm;

const std::vector<JwsAlgorithm> kEvery{RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA};

Json::Array rows_of(const std::string& file, std::size_t at_least) {
    std::ifstream stream("tests/vectors/published/" + file);
    std::stringstream text;
    text << stream.rdbuf();
    Json::Array rows = Json::parse(text.str()).value().as_array();
    cr_assert(rows.size() >= at_least, "suspiciously few vectors in %s: %zu", file.c_str(), rows.size());
    return rows;
}

std::string at(const Json& row, std::string_view name) { return row.string_at(name).value(); }

std::vector<VerificationKey> keys_of(const Json& jwk) {
    return verification_keys(Json::object({{"keys", Json::array({jwk})}})).value();
}

// Verified; what is signed need not be JSON, as it is not in half of the examples.
bool is_signed(const std::string& compact, const std::vector<VerificationKey>& keys) {
    const auto jws = parse_jws(compact, kEvery);
    if (!jws) return false;
    const auto verified = verify_jws(*jws, keys);
    return verified || verified.error() == JwsFailure::bad_payload;
}

std::string flipped(std::string compact, std::size_t place) {
    compact[place] = compact[place] == 'A' ? 'B' : 'A';
    return compact;
}

}  // namespace

Test(published, RFC_7515_A2_A3_A4_RFC_7520_4_RFC_8037_A4_the_signatures_verify) {
    std::set<std::string> algorithms;
    for (const Json& row : rows_of("signatures.json", 7)) {
        const std::string source = at(row, "source"), compact = at(row, "jws");
        const auto keys = keys_of(*row.find("key"));
        cr_assert(eq(sz, keys.size(), 1u), "%s: the key is not usable", source.c_str());
        const auto jws = parse_jws(compact, kEvery);
        cr_assert(jws.has_value(), "%s", source.c_str());
        cr_expect(eq(str, std::string(name_of(jws->algorithm)), at(row, "algorithm")));
        cr_expect(is_signed(compact, keys), "%s", source.c_str());
        algorithms.insert(at(row, "algorithm"));
    }
    cr_expect(algorithms == std::set<std::string>({"RS256", "PS384", "ES256", "ES512", "EdDSA"}));
}

Test(published, the_signatures_do_not_verify_with_one_letter_changed_or_by_another_key) {
    const Json::Array rows = rows_of("signatures.json", 7);
    for (const Json& row : rows) {
        const std::string source = at(row, "source"), compact = at(row, "jws");
        const auto keys = keys_of(*row.find("key"));
        for (const std::size_t place : {compact.find('.') + 2, compact.rfind('.') + 2, compact.rfind('.') + 40})
            cr_expect(not(is_signed(flipped(compact, place), keys)), "%s at %zu", source.c_str(), place);
        for (const Json& other : rows) {
            if (*other.find("key") == *row.find("key")) continue;
            cr_expect(not(is_signed(compact, keys_of(*other.find("key")))), "%s by the key of %s", source.c_str(),
                      at(other, "source").c_str());
        }
    }
}

Test(published, RFC_7518_3_4_the_size_of_an_ecdsa_signature_is_that_of_its_curve) {
    const std::map<std::string, std::size_t> sizes{{"ES256", 64}, {"ES384", 96}, {"ES512", 132}};
    std::size_t seen = 0;
    for (const Json& row : rows_of("signatures.json", 7)) {
        const auto size = sizes.find(at(row, "algorithm"));
        if (size == sizes.end()) continue;
        cr_expect(eq(sz, parse_jws(at(row, "jws"), kEvery)->signature.size(), +size->second));
        ++seen;
    }
    cr_expect(ge(sz, seen, 3u));
}

Test(published, RFC_7518_3_3_every_rsa_key_of_the_examples_has_2048_bits_and_the_usual_exponent) {
    std::size_t seen = 0;
    for (const Json& row : rows_of("signatures.json", 7)) {
        const Json& key = *row.find("key");
        if (at(key, "kty") != "RSA") continue;
        cr_expect(eq(sz, base64url_decode(at(key, "n"))->size(), 256u));
        cr_expect(eq(str, at(key, "e"), text("AQAB")));
        ++seen;
    }
    cr_expect(ge(sz, seen, 3u));
}

Test(published, I04_I05_I35_examples_without_a_public_key_signature_are_refused) {
    std::vector<VerificationKey> all;
    for (const Json& row : rows_of("signatures.json", 7)) all.push_back(keys_of(*row.find("key")).front());
    for (const Json& row : rows_of("refused.json", 5)) {
        const auto jws = parse_jws(at(row, "jws"), kEvery);
        cr_expect(jws.has_value() == false && jws.error().code == ErrorCode::identity_rejected, "%s",
                  at(row, "source").c_str());
    }
}

Test(published, I11_D14_RFC_7517_A_B_RFC_7520_3_what_the_key_sets_are_good_for) {
    for (const Json& row : rows_of("key_sets.json", 6)) {
        const auto keys = verification_keys(*row.find("jwk_set"));
        cr_assert(keys.has_value(), "%s", at(row, "source").c_str());
        cr_expect(eq(sz, keys->size(), static_cast<std::size_t>(row.integer_at("usable").value())), "%s",
                  at(row, "source").c_str());
    }
}

Test(published, RFC_7638_3_1_RFC_8037_A3_thumbprints) {
    for (const Json& row : rows_of("thumbprints.json", 2)) {
        cr_expect(eq(str, jwk_thumbprint(*row.find("key")), at(row, "thumbprint")), "%s", at(row, "source").c_str());
    }
}

Test(published, L06_RFC_7636_B_the_code_challenge) {
    for (const Json& row : rows_of("pkce.json", 1)) {
        cr_expect(eq(str, code_challenge_s256(Secret(at(row, "code_verifier"))), at(row, "code_challenge")));
    }
}
