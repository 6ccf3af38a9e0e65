// An environment and files that a test writes down.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "config/read_config.h"
#include "tests/support/client_files.h"

namespace vestibule {

inline const std::string kGoodClientSecret = "correct-horse-battery-staple";
inline const std::string kGoodKeys = "k1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\n";

struct ScriptedSources {
    std::map<std::string, std::string, std::less<>> environment;
    std::map<std::string, std::string, std::less<>> files = {
        {"/run/secrets/client", kGoodClientSecret + "\n"},
        {"/etc/vestibule/keys", kGoodKeys},
        {"/short/client", "hunter2\n"},
        {"/empty/client", "\n"},
        {"/binary/client", "correct-horse\x01-battery"},
        {"/empty/keys", "# none yet\n"},
        {"/etc/vestibule/client-keys", client_files().key_set},
        {"/etc/vestibule/client.pem", client_files().certificate},
        {"/etc/vestibule/client.key", client_files().certificate_key}};
    std::vector<std::string> asked_as_secret;
    std::string readable_by_others;

    ConfigSources sources() {
        return {[this](std::string_view name) -> std::optional<std::string> {
                    const auto found = environment.find(name);
                    return found == environment.end() ? std::nullopt : std::optional(found->second);
                },
                [this](const std::string& path, ConfigSources::Privacy privacy) { return file(path, privacy); }};
    }

private:
    Result<std::optional<std::string>> file(const std::string& path, ConfigSources::Privacy privacy) {
        if (privacy == ConfigSources::Privacy::secret) asked_as_secret.push_back(path);
        const bool too_open = privacy == ConfigSources::Privacy::secret && path == readable_by_others;
        if (too_open || path.starts_with("/open/"))
            return failure(ErrorCode::internal, path + " can be read by other users");
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    }
};

// The places of the problems, in order, with ", " between them; "" where there is none.
inline std::string places(const tl::expected<Config, std::vector<ConfigProblem>>& outcome) {
    std::string list;
    if (outcome) return list;
    for (const ConfigProblem& problem : outcome.error()) list += (list.empty() ? "" : ", ") + problem.place;
    return list;
}

inline std::string text_of_file(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline constexpr std::string_view kMinimal = R"({
  "publicUrl": "https://app.example.com",
  "provider": {"issuer": "https://id.example.com", "clientId": "spa",
               "clientAuth": {"secretFile": "/run/secrets/client"}},
  "store": "sqlite:/var/lib/vestibule/sessions.db",
  "keysFile": "/etc/vestibule/keys"
})";

}  // namespace vestibule
