// Reading and validating a configuration: all problems at once, each with its place.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace vestibule {

// What reading may look at besides the text; tests give their own.
struct ConfigSources {
    std::function<std::optional<std::string>(std::string_view name)> environment;
    // The content of a small file (≤ 64 KiB); nothing where there is none; or why it cannot be used, for people, in
    // `detail`. `secret`: refuse one that others may read (checklist A26).
    enum class Privacy { any, secret };
    std::function<Result<std::optional<std::string>>(const std::string& path, Privacy privacy)> file;
};

struct ConfigProblem {
    std::string place;    // "provider.clientAuth.secretFile", "routes[2].upstream", "BFF_STORE"
    std::string message;  // what is wrong and how to mend it; never a secret
};

// `text` is the JSON-with-comments file's content; environment variables win over it (DESIGN §4).
tl::expected<Config, std::vector<ConfigProblem>> read_config(std::string_view text, const ConfigSources& sources);

// The file named by BFF_CONFIG, else /etc/vestibule/config.jsonc.
std::string config_path(const ConfigSources& sources);

// Finds that file and reads it. The default one may be missing where the environment gives all that is required.
tl::expected<Config, std::vector<ConfigProblem>> load_config(const ConfigSources& sources);

// One line a problem, for people.
std::string print_problems(const std::vector<ConfigProblem>& problems);

}  // namespace vestibule
