#include "oauth/dpop_proof.h"

#include <array>

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "crypto/p256_scalar.h"
#include "http/url.h"

namespace vestibule {
namespace {

constexpr std::size_t kJtiOctets = 16;  // "at least 96 bits of pseudorandom data" (RFC 9449 §4.2)

// "MUST NOT contain a private key" (RFC 9449 §4.2), and nothing that says more than the key itself.
Json bare_public_jwk(const PrivateSigningKey& key) {
    static constexpr std::array<const char*, 4> kMembers{"kty", "crv", "x", "y"};
    const Json whole = key.public_jwk();
    Json bare = Json::object();
    for (const char* name : kMembers) bare.set(name, whole.string_at(name).value_or(""));
    return bare;
}

}  // namespace

Result<DpopKey> DpopKey::of(const Secret& scalar) {
    auto key = p256_key(scalar);
    if (!key) return failure(ErrorCode::internal, "DPoP key: " + key.error().detail);
    return DpopKey(std::move(*key));
}

std::string DpopKey::thumbprint() const { return jwk_thumbprint(key_.public_jwk()); }

std::string DpopKey::proof(const ProvenRequest& request, Random& random, WallTime now) const {
    const Json header = Json::object({{"typ", "dpop+jwt"}, {"jwk", bare_public_jwk(key_)}});
    Json claims = Json::object({{"jti", base64url_encode(random.octets(kJtiOctets))},
                                {"htm", std::string(request.method)},
                                {"htu", dpop_target(request.url)},
                                {"iat", std::int64_t{now.time_since_epoch().count()}}});
    if (request.access_token) claims.set("ath", access_token_hash(*request.access_token));
    if (request.nonce) claims.set("nonce", *request.nonce);
    return key_.sign(header, claims.print());
}

std::string dpop_target(std::string_view url) {
    const auto parts = parse_url(url);
    if (!parts) return std::string(url.substr(0, url.find_first_of("?#")));
    return parts->origin() + (parts->path.empty() ? "/" : parts->path);
}

std::string access_token_hash(const Secret& access_token) { return base64url_encode(sha256(access_token.reveal())); }

}  // namespace vestibule
