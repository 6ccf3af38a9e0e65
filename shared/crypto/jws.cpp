#include "crypto/jws.h"

#include <algorithm>
#include <array>

#include "codec/base64url.h"
#include "crypto/signature.h"

namespace vestibule {
namespace {

constexpr std::size_t kMaxCompact = 64 * 1024;
constexpr std::size_t kMaxNameSize = 256;
constexpr std::size_t kMaxTried = 8;

constexpr std::array<std::pair<std::string_view, JwsAlgorithm>, 10> kAlgorithms{{
    {"RS256", JwsAlgorithm::RS256},
    {"RS384", JwsAlgorithm::RS384},
    {"RS512", JwsAlgorithm::RS512},
    {"PS256", JwsAlgorithm::PS256},
    {"PS384", JwsAlgorithm::PS384},
    {"PS512", JwsAlgorithm::PS512},
    {"ES256", JwsAlgorithm::ES256},
    {"ES384", JwsAlgorithm::ES384},
    {"ES512", JwsAlgorithm::ES512},
    {"EdDSA", JwsAlgorithm::EdDSA},
}};

tl::unexpected<Error> malformed(const char* what) {
    return failure(ErrorCode::identity_rejected, std::string("JWS: ") + what);
}

constexpr const char* kEncrypted =
    "five parts: it is encrypted (JWE), which is not in this build. Remove the encryption (…_encrypted_response_alg) "
    "of "
    "this client at the provider.";

// "five parts separated by … period characters" (RFC 7516 §9).
bool is_encrypted(std::string_view compact) { return std::count(compact.begin(), compact.end(), '.') == 4; }

struct CompactParts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signing_input;  // header.payload as they came (RFC 7515 §5.2 step 8)
};

std::optional<CompactParts> split(std::string_view compact) {
    const std::size_t first = compact.find('.');
    const std::size_t last = compact.rfind('.');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    // A dot between the two is no base64url and is refused with it.
    return CompactParts{compact.substr(0, first), compact.substr(first + 1, last - first - 1), compact.substr(last + 1),
                        compact.substr(0, last)};
}

// Nothing where the header names no algorithm we know, which `none` in every spelling is (checklist I04).
std::optional<JwsAlgorithm> algorithm_of(const Json& header) {
    const auto name = header.string_at("alg");
    return name ? jws_algorithm(*name) : std::nullopt;
}

bool is_name_or_absent(const Json& header, std::string_view member) {
    const auto name = header.string_at(member);
    return header.find(member) == nullptr || (name && name->size() <= kMaxNameSize);
}

// What is wrong with a header, or nullptr.
const char* header_fault(const Json& header, const std::vector<JwsAlgorithm>& allowed) {
    if (!header.is_object()) return "the header is no object";
    // We understand no extension, and what is critical must be understood (RFC 7515 §4.1.11; RFC 7797 §6).
    if (header.find("crit") != nullptr || header.find("b64") != nullptr) return "a critical extension";
    if (!is_name_or_absent(header, "kid") || !is_name_or_absent(header, "typ")) return "kid or typ is no short text";
    const auto algorithm = algorithm_of(header);
    const bool is_allowed = algorithm && std::find(allowed.begin(), allowed.end(), *algorithm) != allowed.end();
    return is_allowed ? nullptr : "the algorithm is not allowed";
}

bool fits(const VerificationKey& key, const UnverifiedJws& jws) {
    if (key.type != key_type_for(jws.algorithm)) return false;
    if (key.alg && jws_algorithm(*key.alg) != jws.algorithm) return false;
    return !jws.kid || jws.kid == key.kid;
}

enum class Outcome { verified, refused, no_key };

Outcome try_keys(const UnverifiedJws& jws, const std::vector<VerificationKey>& keys) {
    std::size_t tried = 0;
    for (const VerificationKey& key : keys) {
        if (!fits(key, jws)) continue;
        if (++tried > kMaxTried) break;
        if (is_signature_of(jws.algorithm, key, jws.signing_input, jws.signature)) return Outcome::verified;
    }
    return tried == 0 ? Outcome::no_key : Outcome::refused;
}

}  // namespace

std::optional<JwsAlgorithm> jws_algorithm(std::string_view name) {
    if (name == "Ed25519") return JwsAlgorithm::EdDSA;
    for (const auto& [known, algorithm] : kAlgorithms) {
        if (known == name) return algorithm;
    }
    return std::nullopt;
}

std::string_view name_of(JwsAlgorithm algorithm) {
    for (const auto& [name, known] : kAlgorithms) {
        if (known == algorithm) return name;
    }
    return {};
}

Result<UnverifiedJws> parse_jws(std::string_view compact, const std::vector<JwsAlgorithm>& allowed) {
    if (compact.size() > kMaxCompact) return malformed("too long");
    if (is_encrypted(compact)) return malformed(kEncrypted);
    const auto parts = split(compact);
    if (!parts) return malformed("not three parts");
    auto header_text = base64url_decode(parts->header);
    auto payload = base64url_decode(parts->payload);
    auto signature = base64url_decode(parts->signature);
    if (!header_text || !payload || !signature) return malformed("a part that is not base64url");
    if (signature->empty()) return malformed("no signature");
    auto header = Json::parse(*header_text);
    if (!header) return malformed("the header is no JSON");
    if (const char* fault = header_fault(*header, allowed)) return malformed(fault);
    return UnverifiedJws{*header,
                         *algorithm_of(*header),
                         header->string_at("kid"),
                         header->string_at("typ"),
                         std::string(parts->signing_input),
                         std::move(*signature),
                         std::move(*payload)};
}

struct JwsVerifier {
    static tl::expected<VerifiedJws, JwsFailure> verify(const UnverifiedJws& jws,
                                                        const std::vector<VerificationKey>& keys) {
        const Outcome outcome = try_keys(jws, keys);
        if (outcome == Outcome::no_key) return tl::make_unexpected(JwsFailure::no_matching_key);
        if (outcome == Outcome::refused) return tl::make_unexpected(JwsFailure::bad_signature);
        auto claims = Json::parse(jws.payload);
        if (!claims || !claims->is_object()) return tl::make_unexpected(JwsFailure::bad_payload);
        return VerifiedJws(jws.header, std::move(*claims), jws.algorithm);
    }
};

tl::expected<VerifiedJws, JwsFailure> verify_jws(const UnverifiedJws& jws, const std::vector<VerificationKey>& keys) {
    return JwsVerifier::verify(jws, keys);
}

}  // namespace vestibule
