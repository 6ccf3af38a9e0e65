// How the provider inside the test makes sure who its client is. Stricter than most providers are.
#include "codec/base64url.h"
#include "crypto/jwk.h"
#include "crypto/jws.h"
#include "tests/support/test_provider.h"

namespace vestibule {
namespace {

std::string one(const Form& form, std::string_view name) { return form.single(name).value().value_or(std::string{}); }

int ways_used(const RecordedRequest& request, const Form& form) {
    return (request.headers.find("Authorization") ? 1 : 0) + (form.has("client_secret") ? 1 : 0) +
           (form.has("client_assertion") || form.has("client_assertion_type") ? 1 : 0);
}

std::int64_t number(const Json& claims, std::string_view name) { return claims.integer_at(name).value_or(-1); }

}  // namespace

// "The client MUST NOT use more than one authentication method in each request" (RFC 6749 §2.3).
bool TestProvider::authenticated(const RecordedRequest& request) {
    const std::string basic = "Basic " + base64_encode(form_encode(client_id) + ":" + form_encode(client_secret));
    const Form form = request.form();
    if (client_thumbprint) {
        return ways_used(request, form) == 0 && one(form, "client_id") == client_id && request.certificate &&
               request.certificate->thumbprint == *client_thumbprint;
    }
    if (ways_used(request, form) != 1) return false;
    if (client_key_set) return proves_client(form);
    if (request.headers.find("Authorization")) return request.header("Authorization") == basic;
    return one(form, "client_id") == client_id && one(form, "client_secret") == client_secret;
}

// RFC 7523 §3, RFC 10070 (checklist A05, A06).
bool TestProvider::proves_client(const Form& form) {
    using enum JwsAlgorithm;
    if (one(form, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") return false;
    if (form.has("client_id") && one(form, "client_id") != client_id) return false;
    const auto jws = parse_jws(one(form, "client_assertion"), {RS256, PS256, ES256, EdDSA});
    if (!jws || jws->typ.value_or("") != assertion_type) return false;
    const auto keys = verification_keys(Json::parse(*client_key_set).value()).value();
    const auto verified = verify_jws(*jws, keys);
    return verified && are_fresh(verified->claims());
}

bool TestProvider::are_fresh(const Json& claims) {
    const std::int64_t now = clock_.now().time_since_epoch().count();
    const std::string audience = assertion_audience.empty() ? issuer_ : assertion_audience;
    const bool named = claims.string_at("iss") == client_id && claims.string_at("sub") == client_id &&
                       claims.string_at("aud") == audience;  // one string, no list
    const bool timely =
        number(claims, "iat") == now && number(claims, "exp") > now && number(claims, "exp") <= now + 60;
    const std::string jti = claims.string_at("jti").value_or("");
    return named && timely && jti.size() >= 20 && assertion_ids_.insert(jti).second;
}

}  // namespace vestibule
