#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

std::size_t fetches(const ProviderBench& bench) { return bench.http.count(bench.op.keys_url()); }

}  // namespace

Test(key_set_cache, D09_keys_are_fetched_once_for_many_logins) {
    ProviderBench bench;
    for (int i = 0; i < 5; ++i) cr_assert(bench.redeem().has_value());
    cr_assert(eq(sz, fetches(bench), 1u));
}

Test(key_set_cache, D18_another_process_takes_them_from_the_store) {
    ProviderBench bench;
    cr_assert(bench.redeem().has_value());
    OidcProvider other(bench.context());
    cr_assert(other.redeem(Secret(bench.code()), bench.secrets, bench.rules(), Grant::of_these_alone).has_value());
    cr_assert(eq(sz, fetches(bench), 1u));
}

Test(key_set_cache, D10_an_unknown_kid_fetches_the_keys_at_once_even_if_they_are_fresh) {
    ProviderBench bench;
    cr_assert(bench.redeem().has_value());
    bench.op.rotate_keys();
    cr_assert(bench.redeem().has_value());
    cr_assert(eq(sz, fetches(bench), 2u));
}

Test(key_set_cache, D10_keys_that_rotate_between_the_first_fetch_and_the_signature) {
    ProviderBench bench;
    bench.op.knobs.change_claims = [&](Json&) { bench.op.rotate_keys(); };
    cr_assert(bench.redeem().has_value());
    bench.op.knobs.change_claims = nullptr;
    cr_assert(bench.redeem().has_value());
}

Test(key_set_cache, D11_a_thousand_random_kids_cause_two_fetches_in_all_processes_together) {
    ProviderBench bench;
    OidcProvider other(bench.context());
    int kid = 0;
    bench.op.knobs.change_header = [&](Json& header) { header.set("kid", "random-" + std::to_string(++kid)); };
    const auto start = bench.clock.elapsed();
    for (int i = 0; i < 500; ++i) {
        cr_assert(not(bench.redeem().has_value()));
        cr_assert(
            not(other.redeem(Secret(bench.code()), bench.secrets, bench.rules(), Grant::of_these_alone).has_value()));
    }
    cr_assert(bench.clock.elapsed() - start < Seconds{10}, "nobody waits for nothing");
    cr_assert(le(sz, fetches(bench), 2u));
    // And the real rotation is noticed once the pause is over.
    bench.op.knobs.change_header = nullptr;
    bench.op.rotate_keys();
    bench.clock.advance(Seconds{10});
    cr_assert(bench.redeem().has_value());
    cr_assert(le(sz, fetches(bench), 3u));
}

Test(key_set_cache, D11_with_the_store_down_the_pace_is_kept_in_memory) {
    ProviderBench bench;
    bench.store.fail_all();
    bench.op.knobs.change_header = [](Json& header) { header.set("kid", "unknown"); };
    for (int i = 0; i < 100; ++i) cr_assert(not(bench.redeem().has_value()));
    cr_assert(eq(sz, fetches(bench), 2u));
}

Test(key_set_cache, D10_a_rotation_that_another_process_noticed_needs_no_fetch) {
    ProviderBench bench;
    OidcProvider other(bench.context());
    cr_assert(bench.redeem().has_value());
    cr_assert(other.redeem(Secret(bench.code()), bench.secrets, bench.rules(), Grant::of_these_alone).has_value());
    bench.op.rotate_keys();
    cr_assert(bench.redeem().has_value());
    cr_assert(other.redeem(Secret(bench.code()), bench.secrets, bench.rules(), Grant::of_these_alone).has_value());
    cr_assert(eq(sz, fetches(bench), 2u));
}

Test(key_set_cache, D12_a_key_replaced_under_its_kid_is_fetched_once) {
    ProviderBench bench;
    cr_assert(bench.redeem().has_value());
    bench.op.replace_key_under_its_kid();
    cr_assert(bench.redeem().has_value());
    cr_assert(eq(sz, fetches(bench), 2u));
}

Test(key_set_cache, D12_a_wrong_signature_is_rejected_after_one_fetch) {
    ProviderBench bench;
    cr_assert(bench.redeem().has_value());
    bench.op.knobs.change_jws = [](std::string& jws) {
        jws[jws.size() - 10] = jws[jws.size() - 10] == 'A' ? 'B' : 'A';
    };
    cr_assert(bench.refused(bench.redeem(), ErrorCode::identity_rejected));
    cr_assert(not(bench.redeem().has_value()));
    cr_assert(eq(sz, fetches(bench), 2u));
}

Test(key_set_cache, D13_a_withdrawn_key_dies_with_the_cache) {
    ProviderBench bench;
    bench.op.keys_headers.set("Cache-Control", "max-age=300");
    cr_assert(bench.redeem().has_value());
    // Whoever stole the old key goes on signing with it; the provider publishes another one.
    const SigningKey fresh = SigningKey::generate(KeyType::ec_p256);
    bench.op.publish_keys(jwk_set({fresh.public_jwk("key-2")}));
    cr_assert(bench.redeem().has_value(), "still in the cache");
    bench.clock.advance(Seconds{300});
    cr_assert(bench.refused(bench.redeem(), ErrorCode::identity_rejected));
}

Test(key_set_cache, D09_keys_that_cannot_be_fetched_any_more_still_serve) {
    ProviderBench bench;
    cr_assert(bench.redeem().has_value());
    bench.http.answer(bench.op.keys_url(), failing_answer(ErrorCode::upstream_unreachable));
    bench.clock.advance(std::chrono::hours{2});
    cr_assert(bench.redeem().has_value());
}

Test(key_set_cache, keys_that_never_could_be_fetched_make_login_unavailable_not_refused) {
    ProviderBench bench;
    bench.http.answer(bench.op.keys_url(), json_answer(503, "{}"));
    cr_assert(bench.refused(bench.redeem(), ErrorCode::unavailable));
    cr_assert(eq(sz, bench.op.revoked_tokens().size(), 2u), "what was received is not kept");
}

Test(key_set_cache, D08_too_many_keys_or_octets_are_no_key_set) {
    for (const bool many : {true, false}) {
        ProviderBench bench;
        Json::Array keys;
        const Json own = Json::parse(bench.op.key().public_jwk(bench.op.kid())).value();
        for (int i = 0; i < 101; ++i) keys.push_back(own);
        const std::string text = Json::object({{"keys", keys}}).print();
        bench.op.publish_keys(many ? text : "{\"keys\":[],\"x\":\"" + std::string(600 * 1024, 'x') + "\"}");
        cr_expect(bench.refused(bench.redeem(), ErrorCode::unavailable));
    }
}

Test(key_set_cache, D07_a_redirect_is_not_followed) {
    ProviderBench bench;
    bench.http.answer(bench.op.keys_url(), {.status = 302, .headers = {{"Location", "https://attacker.example/keys"}}});
    cr_assert(not(bench.redeem().has_value()));
    cr_assert(eq(sz, bench.http.count("https://attacker.example/keys"), 0u));
}

Test(key_set_cache, D14_private_keys_are_reported_and_not_used) {
    ProviderBench bench;
    Json jwk = Json::parse(bench.op.key().public_jwk(bench.op.kid())).value();
    jwk.set("d", "c2VjcmV0");
    bench.op.publish_keys(Json::object({{"keys", Json::array({jwk})}}).print());
    cr_assert(not(bench.redeem().has_value()));
    cr_assert(bench.log.has("provider.publishes_private_keys"));
}

Test(key_set_cache, I06_keys_named_by_the_token_are_never_fetched) {
    ProviderBench bench;
    const SigningKey attacker = SigningKey::generate(KeyType::ec_p256);
    bench.op.knobs.change_header = [&](Json& header) {
        header.set("jku", "https://attacker.example/keys");
        header.set("x5u", "https://attacker.example/cert");
        header.set("jwk", Json::parse(attacker.public_jwk()).value());
    };
    bench.op.knobs.change_jws = [&](std::string& jws) {
        const std::string signing_input = jws.substr(0, jws.rfind('.'));
        jws = signing_input + "." + base64url_encode(attacker.signature(JwsAlgorithm::ES256, signing_input));
    };
    cr_assert(bench.refused(bench.redeem(), ErrorCode::identity_rejected));
    cr_assert(eq(sz, bench.http.count("https://attacker.example/*"), 0u));
}

Test(key_set_cache, whoever_can_write_the_store_cannot_plant_a_signing_key) {
    ProviderBench bench;
    cr_assert(bench.redeem().has_value());
    // The sealed metadata put where the keys are, and plain text there.
    for (const bool sealed : {true, false}) {
        const auto plant = [&](const std::string& id, const std::string& octets) {
            (void)bench.memory.cache(id, {octets, bench.clock.now()});
        };
        const std::string hash = hex_encode(sha256(bench.op.keys_url())).substr(0, 32);
        const std::string metadata_hash = hex_encode(sha256(bench.op.metadata_url())).substr(0, 32);
        const auto metadata = bench.memory.cached("provider/metadata/" + metadata_hash).value();
        cr_assert(metadata.has_value(), "the test no longer knows the names");
        cr_assert(bench.memory.cached("provider/keys/" + hash).value().has_value());
        const SigningKey attacker = SigningKey::generate(KeyType::ec_p256);
        plant("provider/keys/" + hash,
              sealed ? metadata->sealed : jwk_set({attacker.public_jwk(bench.op.kid(), "ES256")}));
        OidcProvider other(bench.context());
        bench.clock.advance(Seconds{10});
        cr_expect(other.redeem(Secret(bench.code()), bench.secrets, bench.rules(), Grant::of_these_alone).has_value(),
                  "the keys come from the provider again");
    }
}
