#include "config/client_keys.h"

#include <algorithm>

#include "crypto/client_certificate.h"

namespace vestibule {
namespace {

using Problems = std::vector<ConfigProblem>;
using Privacy = ConfigSources::Privacy;

constexpr const char* kKeysFile = "provider.clientAuth.keysFile";
constexpr const char* kKeyId = "provider.clientAuth.keyId";
constexpr const char* kAlgorithm = "provider.clientAuth.algorithm";
constexpr const char* kCertificateFile = "provider.clientAuth.certificateFile";
constexpr const char* kKeyFile = "provider.clientAuth.keyFile";

std::optional<Secret> read_file(const std::string& path, const char* setting, Privacy privacy,
                                const ConfigSources& sources, Problems& problems) {
    if (!path.starts_with('/')) {
        problems.push_back({setting, "must be the absolute path of a file"});
        return std::nullopt;
    }
    auto content = sources.file(path, privacy);
    if (content && *content) return Secret(std::move(**content));
    problems.push_back({setting, content ? "names a file that does not exist: " + path : content.error().detail});
    return std::nullopt;
}

bool is_pem(const Secret& text) { return text.reveal().find("-----BEGIN ") != std::string::npos; }

// The first one signs, unless another is named.
std::optional<PrivateSigningKey> chosen_key(const std::vector<PrivateSigningKey>& keys, bool pem,
                                            const std::string& key_id, Problems& problems) {
    if (key_id.empty()) return keys.front();
    if (pem) return keys.front().named(key_id);
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const PrivateSigningKey& key) { return key.kid() == key_id; });
    if (found != keys.end()) return *found;
    problems.push_back({kKeyId, "is the kid of no key in \"keysFile\"; `admin keys client list FILE` shows them"});
    return std::nullopt;
}

std::optional<PrivateSigningKey> read_signing_key(const ClientAuth& auth, const ConfigSources& sources,
                                                  Problems& problems) {
    if (auth.keys_file.empty()) {
        problems.push_back({kKeysFile,
                            "is missing; make a key with `admin keys client new FILE`, register its public half at "
                            "the provider, and name that file"});
        return std::nullopt;
    }
    const auto text = read_file(auth.keys_file, kKeysFile, Privacy::secret, sources, problems);
    if (!text) return std::nullopt;
    const auto keys = signing_keys(*text);
    if (!keys) {
        problems.push_back({kKeysFile, "holds no usable keys: " + keys.error().detail});
        return std::nullopt;
    }
    auto key = chosen_key(*keys, is_pem(*text), auth.key_id, problems);
    if (!key || auth.algorithm.empty()) return key;
    auto changed = key->signing_with(auth.algorithm);
    if (changed) return std::move(*changed);
    problems.push_back({kAlgorithm, "does not go with the type of the key that signs; remove it, or name another key"});
    return std::nullopt;
}

std::shared_ptr<const ClientCertificate> read_certificate(const ClientAuth& auth, const ConfigSources& sources,
                                                          Problems& problems) {
    if (auth.certificate_file.empty() || auth.key_file.empty()) {
        problems.push_back({auth.certificate_file.empty() ? kCertificateFile : kKeyFile,
                            "is missing; a certificate is presented with both \"certificateFile\" and \"keyFile\" "
                            "(`admin keys certificate new` makes a self-signed one)"});
        return nullptr;
    }
    const auto text = read_file(auth.certificate_file, kCertificateFile, Privacy::any, sources, problems);
    auto key = read_file(auth.key_file, kKeyFile, Privacy::secret, sources, problems);
    if (!text || !key) return nullptr;
    const auto facts = certificate_facts(text->reveal());
    if (!facts) {
        problems.push_back({kCertificateFile, facts.error().detail});
        return nullptr;
    }
    if (const auto fits = check_key_of_certificate(text->reveal(), *key); !fits) {
        problems.push_back({kKeyFile, fits.error().detail});
        return nullptr;
    }
    return std::make_shared<const ClientCertificate>(
        ClientCertificate{text->reveal(), std::move(*key), facts->thumbprint});
}

bool needs_certificate(ClientAuthMethod method) {
    return method == ClientAuthMethod::tls_client_auth || method == ClientAuthMethod::self_signed_tls_client_auth;
}

}  // namespace

std::string_view name_of(ClientAuthMethod method) {
    switch (method) {
        case ClientAuthMethod::client_secret_basic: return "client_secret_basic";
        case ClientAuthMethod::client_secret_post: return "client_secret_post";
        case ClientAuthMethod::private_key_jwt: return "private_key_jwt";
        case ClientAuthMethod::tls_client_auth: return "tls_client_auth";
        case ClientAuthMethod::self_signed_tls_client_auth: return "self_signed_tls_client_auth";
    }
    return {};
}

tl::expected<ClientKeys, Problems> read_client_keys(const ClientAuth& auth, const ConfigSources& sources) {
    ClientKeys keys;
    Problems problems;
    if (auth.method == ClientAuthMethod::private_key_jwt) keys.signing = read_signing_key(auth, sources, problems);
    if (needs_certificate(auth.method) || !auth.certificate_file.empty() || !auth.key_file.empty())
        keys.certificate = read_certificate(auth, sources, problems);
    if (!problems.empty()) return tl::make_unexpected(std::move(problems));
    return keys;
}

}  // namespace vestibule
