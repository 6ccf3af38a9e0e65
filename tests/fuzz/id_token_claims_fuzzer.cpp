// The claims of an ID token whose signature holds (oauth/id_token_claims.h). The input is the claims.
#include "oauth/id_token_claims.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

IdTokenRules rules() {
    IdTokenRules rules;
    rules.issuer = "https://id.example";
    rules.client_id = "spa";
    rules.nonce = "n-0S6_WzA2Mj";
    rules.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    rules.now = WallTime{Seconds{1'767'225'600}};
    return rules;
}

bool is_number_between(const Json* value, double least, double most) {
    return value != nullptr && value->is_number() && value->as_double() >= least && value->as_double() <= most;
}

}  // namespace

FUZZ_TARGET(id_token_claims) {
    static const IdTokenRules kRules = rules();
    static const Json kHeader = Json::object({{"alg", "RS256"}, {"typ", "JWT"}});
    const auto claims = Json::parse(input);
    if (!claims || !claims->is_object()) return;
    const auto checked = check_id_token_claims({kHeader, *claims, JwsAlgorithm::RS256}, kRules);
    if (!checked) return require(checked.error().code == ErrorCode::identity_rejected, "one error");
    require(claims->string_at("iss") == kRules.issuer, "the issuer");
    const Json* audience = claims->find("aud");
    const Json us("spa");
    require(audience != nullptr && (*audience == us || (audience->is_array() && !audience->as_array().empty())), "us");
    if (audience->is_array())
        for (const Json& one : audience->as_array()) require(one == us, "us alone");
    require(claims->string_at("nonce") == kRules.nonce, "of this login");
    require(!claims->string_at("sub").value_or("").empty(), "somebody");
    const double now = 1'767'225'600;
    require(is_number_between(claims->find("exp"), now - 30, 253'402'300'799), "not over");
    require(is_number_between(claims->find("iat"), now - 630, now + 60), "just issued");
    const Json* hash = claims->find("at_hash");
    require(hash == nullptr ||
                (hash->is_string() && hash->as_string() == token_hash(*kRules.access_token, JwsAlgorithm::RS256)),
            "with this access token");
}
