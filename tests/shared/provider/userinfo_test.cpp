#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

struct UserinfoBench : ProviderBench {
    AccessToken access_token{op.issue_tokens().access_token, std::nullopt};
    Result<Json> ask(std::string_view subject = "alice") { return provider.userinfo(access_token, subject); }
    ErrorCode error_with(ScriptedAnswer answer) {
        http.answer(op.userinfo_endpoint(), std::move(answer));
        const auto claims = ask();
        return claims ? ErrorCode::internal : claims.error().code;
    }
};

}  // namespace

Test(userinfo, I41_the_token_is_in_the_header_and_nowhere_else) {
    UserinfoBench bench;
    const auto claims = bench.ask();
    cr_assert(claims.has_value() && claims->string_at("email") == "alice@example.com");
    const RecordedRequest request = bench.http.last_to(bench.op.userinfo_endpoint());
    cr_expect(eq(str, text(request.method), text("GET")));
    cr_expect(eq(str, text(request.url), bench.op.userinfo_endpoint()));
    cr_expect(eq(str, text(request.body), text("")));
    cr_expect(eq(str, request.header("Authorization"), "Bearer " + bench.access_token.text.reveal()));
    cr_expect(bench.no_secret_in_the_log());
}

Test(userinfo, I39_claims_of_another_subject_are_not_used) {
    UserinfoBench bench;
    const auto claims = bench.ask("bob");
    cr_assert(claims.has_value() == false && claims.error().code == ErrorCode::identity_rejected);
}

Test(userinfo, I42_distributed_claims_are_not_followed) {
    UserinfoBench bench;
    bench.op.knobs.change_userinfo = [](Json& claims) {
        claims.set("_claim_names", Json::object({{"payment_info", "src1"}}));
        claims.set("_claim_sources",
                   Json::object({{"src1", Json::object({{"endpoint", "https://attacker.example/"}})}}));
    };
    cr_assert(bench.ask().has_value());
    cr_assert(eq(sz, bench.http.count("https://attacker.example/"), 0u));
}

Test(userinfo, a_rejected_token_is_told_apart_from_a_provider_in_trouble) {
    const std::tuple<const char*, ScriptedAnswer, ErrorCode> table[] = {
        {"401", json_answer(401, "{}"), ErrorCode::session_ended},
        {"429", json_answer(429, "{}"), ErrorCode::provider_unavailable},
        {"500", json_answer(500, "{}"), ErrorCode::provider_unavailable},
        {"timeout", failing_answer(ErrorCode::upstream_timeout), ErrorCode::provider_unavailable},
        {"slow", {.delay = Seconds{60}}, ErrorCode::provider_unavailable},
        {"403", json_answer(403, "{}"), ErrorCode::identity_rejected},
        {"302", {.status = 302}, ErrorCode::identity_rejected},
        {"an array", json_answer(200, "[]"), ErrorCode::identity_rejected},
    };
    for (const auto& [name, answer, code] : table) {
        UserinfoBench bench;
        cr_expect(bench.error_with(answer) == code, "%s", name);
        cr_expect(eq(sz, bench.http.count(bench.op.userinfo_endpoint()), 1u), "%s", name);
    }
}

Test(userinfo, a_provider_without_the_endpoint_is_said) {
    UserinfoBench bench;
    bench.op.metadata.set("userinfo_endpoint", nullptr);
    const auto claims = bench.ask();
    cr_assert(claims.has_value() == false && claims.error().code == ErrorCode::provider_unavailable);
}

namespace {

struct SignedUserinfoBench : UserinfoBench {
    SignedUserinfoBench() {
        config.provider.userinfo_algorithms = {JwsAlgorithm::ES256};
        op.knobs.signed_userinfo = true;
    }
};

}  // namespace

Test(userinfo, I40_a_signed_answer_is_taken_where_it_was_registered) {
    SignedUserinfoBench bench;
    const auto claims = bench.ask();
    cr_assert(claims.has_value(), "%s", claims ? "" : claims.error().detail.c_str());
    cr_expect(claims->string_at("email") == "alice@example.com");
    cr_expect(eq(str, bench.http.last_to(bench.op.userinfo_endpoint()).header("Accept"), text("application/jwt")));
    cr_expect(eq(sz, bench.http.count(bench.op.keys_url()), 1u));
}

Test(userinfo, I40_every_algorithm_signs_it_and_another_one_than_configured_is_refused) {
    using enum JwsAlgorithm;
    const std::pair<KeyType, JwsAlgorithm> table[] = {
        {KeyType::rsa, RS256}, {KeyType::rsa, PS512}, {KeyType::ec_p384, ES384}, {KeyType::ed25519, EdDSA}};
    for (const auto& [type, algorithm] : table) {
        SignedUserinfoBench bench;
        bench.op.use_key(SigningKey::generate(type), algorithm);
        cr_expect(not(bench.ask().has_value()), "it was to be ES256");
        bench.config.provider.userinfo_algorithms = {algorithm};
        cr_expect(bench.ask().has_value(), "%s", std::string(name_of(algorithm)).c_str());
    }
}

Test(userinfo, I40_the_other_form_than_the_registered_one_is_refused_with_the_remedy) {
    SignedUserinfoBench plain;
    plain.op.knobs.signed_userinfo = false;
    const auto unsigned_answer = plain.ask();
    cr_assert(unsigned_answer.has_value() == false);
    cr_expect(unsigned_answer.error().code == ErrorCode::identity_rejected);
    cr_expect(unsigned_answer.error().detail.find("userinfo_signed_response_alg") != std::string::npos);

    UserinfoBench jwt;
    jwt.op.knobs.signed_userinfo = true;
    const auto signed_answer = jwt.ask();
    cr_assert(signed_answer.has_value() == false);
    cr_expect(signed_answer.error().code == ErrorCode::identity_rejected);
    cr_expect(signed_answer.error().detail.find("userinfoAlgorithms") != std::string::npos);
}

Test(userinfo, I40_signature_issuer_audience_and_subject_are_verified) {
    using Change = std::function<void(TestProviderKnobs&)>;
    const auto claim = [](const char* name, Json value) -> Change {
        return
            [=](TestProviderKnobs& knobs) { knobs.change_userinfo = [=](Json& claims) { claims.set(name, value); }; };
    };
    const auto header = [](const char* name, Json value) -> Change {
        return [=](TestProviderKnobs& knobs) {
            knobs.change_userinfo_header = [=](Json& members) { members.set(name, value); };
        };
    };
    const auto body = [](std::function<void(std::string&)> change) -> Change {
        return [=](TestProviderKnobs& knobs) {
            knobs.change_userinfo_response = [=](ScriptedAnswer& response) { change(response.body); };
        };
    };
    const std::pair<const char*, Change> table[] = {
        {"iss of another", claim("iss", "https://id.example/")},
        {"no iss", claim("iss", nullptr)},
        {"aud of another", claim("aud", "other")},
        {"aud empty", claim("aud", Json::array())},
        {"aud of others", claim("aud", Json::array({"other", 7}))},
        {"no aud", claim("aud", nullptr)},
        {"I39 sub of another", claim("sub", "bob")},
        {"exp over", claim("exp", 1)},
        {"exp no number", claim("exp", "never")},
        {"nbf in the future", claim("nbf", 253402300799)},
        {"I31 a logout token", claim("events", Json::object())},
        {"I31 typ", header("typ", "at+jwt")},
        {"I04 none", header("alg", "none")},
        {"I03 another algorithm", header("alg", "ES384")},
        {"I07 crit", header("crit", Json::array({"exp"}))},
        {"a wrong signature",
         body([](std::string& jws) { jws[jws.size() - 9] = jws[jws.size() - 9] == 'A' ? 'B' : 'A'; })},
        {"no signature", body([](std::string& jws) { jws.resize(jws.rfind('.') + 1); })},
        {"JSON that calls itself JWT", body([](std::string& jws) { jws = R"({"sub":"alice"})"; })},
        {"nothing", body([](std::string& jws) { jws.clear(); })},
        {"I02 a megabyte", body([](std::string& jws) { jws = "e30." + std::string(1000 * 1000, 'A') + ".AAAA"; })},
    };
    for (const auto& [name, change] : table) {
        SignedUserinfoBench bench;
        change(bench.op.knobs);
        const auto claims = bench.ask();
        cr_expect(claims.has_value() == false && claims.error().code == ErrorCode::identity_rejected, "%s: %s", name,
                  claims ? "accepted" : claims.error().detail.c_str());
    }
    SignedUserinfoBench bench;
    bench.op.knobs.change_userinfo = [](Json& claims) {
        claims.set("aud", Json::array({"spa", "other"}));
        claims.set("exp", 253402300799);
    };
    bench.op.knobs.change_userinfo_header = [](Json& members) { members.set("typ", "JWT"); };
    cr_expect(bench.ask().has_value(), "aud may include others, typ may be there");
}

Test(userinfo, I35_an_encrypted_answer_is_named_as_such) {
    SignedUserinfoBench bench;
    bench.op.knobs.change_userinfo_response = [](ScriptedAnswer& response) { response.body = "e30.e30.e30.e30.e30"; };
    const auto claims = bench.ask();
    cr_assert(claims.has_value() == false && claims.error().code == ErrorCode::identity_rejected);
    cr_expect(claims.error().detail.find("encrypted (JWE)") != std::string::npos);
}

Test(userinfo, D10_keys_that_rotated_are_fetched_for_it_too_and_keys_that_cannot_be_had_are_no_forgery) {
    SignedUserinfoBench bench;
    cr_assert(bench.ask().has_value());
    bench.op.rotate_keys();
    cr_assert(bench.ask().has_value());
    cr_assert(eq(sz, bench.http.count(bench.op.keys_url()), 2u));
    bench.op.rotate_keys();
    bench.clock.advance(Seconds{60});
    bench.http.answer(bench.op.keys_url(), json_answer(503, "{}"));
    const auto claims = bench.ask();
    cr_assert(claims.has_value() == false && claims.error().code == ErrorCode::provider_unavailable);
}
