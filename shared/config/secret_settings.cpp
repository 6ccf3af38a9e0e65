#include "config/secret_settings.h"

#include <algorithm>

#include "config/environment.h"
#include "crypto/key_ring.h"

namespace vestibule {
namespace {

struct SecretPlaces {
    std::string_view variable;       // "BFF_KEYS"
    std::string_view file_variable;  // "BFF_KEYS_FILE"
    std::string_view setting;        // "keysFile"
    std::string_view missing;        // how to mend that there is none
};

struct FoundSecret {
    Secret secret;
    std::string place;  // where it came from
};

std::optional<FoundSecret> read_secret_file(const std::string& file, const SecretPlaces& places,
                                            const ConfigSources& sources, Findings& findings) {
    if (!file.starts_with('/')) {
        findings.problem(places.setting, "must be the absolute path of a file");
        return std::nullopt;
    }
    auto content = sources.file(file, ConfigSources::Privacy::secret);
    if (content && *content) return FoundSecret{Secret(std::move(**content)), findings.giver_of(places.setting)};
    findings.problem(places.setting, content ? "names a file that does not exist: " + file : content.error().detail);
    return std::nullopt;
}

std::optional<FoundSecret> find_secret(const std::string& file, const SecretPlaces& places,
                                       const ConfigSources& sources, Findings& findings) {
    auto direct = environment_value(sources, places.variable);
    if (direct && environment_value(sources, places.file_variable)) {
        findings.problem(places.variable, "is set, and so is " + std::string(places.file_variable) + "; unset one");
        return std::nullopt;
    }
    if (direct) return FoundSecret{Secret(std::move(*direct)), std::string(places.variable)};
    if (!file.empty()) return read_secret_file(file, places, sources, findings);
    findings.problem(places.setting, std::string(places.missing));
    return std::nullopt;
}

Secret without_line_ends(const Secret& secret) {
    const auto last = secret.reveal().find_last_not_of("\r\n");
    return Secret(secret.reveal().substr(0, last == std::string::npos ? 0 : last + 1));
}

bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }  // VSCHAR, RFC 6749 appendix A.2

// BFF_KEYS as lines; comment lines stay as they are.
Secret as_lines(const Secret& keys) {
    std::string lines = keys.reveal();
    bool in_comment = false;
    char before = '\n';
    for (char& c : lines) {
        if (before == '\n') in_comment = c == '#';
        if (!in_comment && (c == ',' || c == ' ')) c = '\n';
        before = c;
    }
    return Secret(std::move(lines));
}

}  // namespace

Secret read_client_secret(const std::string& file, const std::optional<Url>& issuer, const ConfigSources& sources,
                          Findings& findings) {
    constexpr SecretPlaces kPlaces{"BFF_CLIENT_SECRET", "BFF_CLIENT_SECRET_FILE", "provider.clientAuth.secretFile",
                                   "is missing; name the file that holds the secret the provider gave this client, or "
                                   "set BFF_CLIENT_SECRET or BFF_CLIENT_SECRET_FILE"};
    // Sixteen octets are the least that can hold the 128 bits of RFC 6749 §10.10: who guesses the secret is us to the
    // provider. A provider on this machine is a developer's.
    constexpr std::size_t kShortest = 16;
    const auto found = find_secret(file, kPlaces, sources, findings);
    if (!found) return Secret();
    Secret secret = without_line_ends(found->secret);
    const std::string& text = secret.reveal();
    if (text.empty()) findings.problem(found->place, "holds an empty client secret");
    if (!std::all_of(text.begin(), text.end(), is_printable)) {
        findings.problem(found->place,
                         "holds a client secret with characters beyond printable ASCII; write it as the "
                         "provider shows it, on one line");
    }
    if (!text.empty() && text.size() < kShortest && !(issuer && issuer->is_loopback())) {
        findings.problem(found->place,
                         "holds a client secret of less than 16 characters, which can be guessed; have "
                         "the provider make a new one");
    }
    return secret;
}

Secret read_keys(const std::string& file, const ConfigSources& sources, Findings& findings) {
    constexpr SecretPlaces kPlaces{"BFF_KEYS", "BFF_KEYS_FILE", "keysFile",
                                   "is missing; make a key with `admin keys new --output FILE` and name that file, or "
                                   "set BFF_KEYS or BFF_KEYS_FILE"};
    const auto found = find_secret(file, kPlaces, sources, findings);
    if (!found) return Secret();
    Secret keys = found->place == kPlaces.variable ? as_lines(found->secret) : found->secret;
    if (const auto ring = KeyRing::parse(keys); !ring) {
        findings.problem(found->place,
                         "holds no usable keys: " + ring.error().detail + "; `admin keys new` prints a good line");
    }
    return keys;
}

}  // namespace vestibule
