// What one pass over a configuration finds: every problem, and every setting that was looked at, with its facts. The
// second list is what keeps schema/config.schema.json and the reference in step with the code.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/json.h"
#include "config/read_config.h"

namespace vestibule {

enum class SettingKind {
    text,
    texts,
    choice,
    choices,
    flag,
    count,
    size,
    duration,
    object,
    objects,
    claims,
    named_texts
};

struct SettingFacts {
    std::string name;  // "provider.clientAuth.method", "routes[].path"
    SettingKind kind = SettingKind::text;
    std::optional<Json> default_value;              // as it would be written; nothing: required, or unset
    std::vector<std::string> choices;               // what a choice may be
    std::optional<std::int64_t> at_least, at_most;  // of a count
    bool required = false;                          // by everybody; not for what the environment may give instead
};

class Findings {
public:
    void problem(std::string_view place, std::string message);
    const std::vector<ConfigProblem>& problems() const { return problems_; }

    // From now on problems of the setting `place` are told with the name it was given by: "BFF_ISSUER".
    void given_by(std::string place, std::string name) { givers_[std::move(place)] = std::move(name); }
    std::string giver_of(std::string_view place) const;

    void setting(SettingFacts facts);
    const std::vector<SettingFacts>& settings() const { return settings_; }

private:
    std::vector<ConfigProblem> problems_;
    std::vector<SettingFacts> settings_;
    std::map<std::string, std::string, std::less<>> givers_;
};

}  // namespace vestibule
