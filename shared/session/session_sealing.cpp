#include "session/session_sealing.h"

#include "crypto/p256_scalar.h"
#include "crypto/seal.h"

namespace vestibule {
namespace {

constexpr std::string_view kClaims = "session/claims";
constexpr std::string_view kAccessToken = "session/access_token";
constexpr std::string_view kRefreshAndIdToken = "session/refresh_and_id_token";

std::string seal_field(const KeyRing& keys, Random& random, const SessionCookie& cookie, std::string_view field,
                       const Secret& plain) {
    const SessionKey row = cookie.key();
    return seal(keys, random, {field, row.octets, cookie.secret().reveal()}, plain);
}

std::optional<Secret> open_field(const KeyRing& keys, const SessionCookie& cookie, std::string_view field,
                                 std::string_view sealed) {
    const SessionKey row = cookie.key();
    return open_sealed(keys, {field, row.octets, cookie.secret().reveal()}, sealed);
}

// No token begins with this octet (RFC 6749 appendix A.12), so what does is a key with a token after it.
constexpr char kKeyComesFirst = '\x01';

Secret pack(const AccessToken& token) {
    if (!token.dpop_key) return token.text;
    return Secret(kKeyComesFirst + token.dpop_key->reveal() + token.text.reveal());
}

std::optional<AccessToken> unpack(Secret plain) {
    const std::string& octets = plain.reveal();
    if (!octets.starts_with(kKeyComesFirst)) return AccessToken{std::move(plain), std::nullopt};
    if (octets.size() <= 1 + kP256ScalarOctets) return std::nullopt;
    return AccessToken{Secret(octets.substr(1 + kP256ScalarOctets)), Secret(octets.substr(1, kP256ScalarOctets))};
}

Secret pack(const std::optional<Secret>& refresh_token, const std::optional<Secret>& id_token) {
    Json both = Json::object();
    if (refresh_token) both.set("refresh_token", refresh_token->reveal());
    if (id_token) both.set("id_token", id_token->reveal());
    return Secret(both.print());
}

std::optional<Secret> secret_at(const Json& object, std::string_view name) {
    auto text = object.string_at(name);
    if (!text) return std::nullopt;
    return Secret(std::move(*text));
}

}  // namespace

SealedFields seal_fields(const KeyRing& keys, Random& random, const SessionCookie& cookie, const Json& claims,
                         const TokenSet& tokens) {
    return {seal_field(keys, random, cookie, kClaims, Secret(claims.print())),
            seal_field(keys, random, cookie, kAccessToken, pack({tokens.access_token, tokens.dpop_key})),
            seal_field(keys, random, cookie, kRefreshAndIdToken, pack(tokens.refresh_token, tokens.id_token))};
}

std::optional<Json> open_claims(const KeyRing& keys, const SessionCookie& cookie, const SealedFields& sealed) {
    const auto plain = open_field(keys, cookie, kClaims, sealed.claims);
    if (!plain) return std::nullopt;
    auto claims = Json::parse(plain->reveal());
    if (!claims || !claims->is_object()) return std::nullopt;
    return *std::move(claims);
}

std::optional<AccessToken> open_access_token(const KeyRing& keys, const SessionCookie& cookie,
                                             const SealedFields& sealed) {
    auto plain = open_field(keys, cookie, kAccessToken, sealed.access_token);
    return plain ? unpack(*std::move(plain)) : std::nullopt;
}

std::optional<RefreshAndIdToken> open_refresh_and_id_token(const KeyRing& keys, const SessionCookie& cookie,
                                                           const SealedFields& sealed) {
    const auto plain = open_field(keys, cookie, kRefreshAndIdToken, sealed.refresh_and_id_token);
    if (!plain) return std::nullopt;
    const auto both = Json::parse(plain->reveal());
    if (!both || !both->is_object()) return std::nullopt;
    return RefreshAndIdToken{secret_at(*both, "refresh_token"), secret_at(*both, "id_token")};
}

}  // namespace vestibule
