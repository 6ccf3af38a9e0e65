// Typed access to one object of a configuration file. It knows its place, reports what is wrong there instead of
// stopping, and remembers every setting it was asked for.
//
// Each function takes the setting's name and the variable that holds its default, which it overwrites. True: the
// setting is given and well-formed, so its meaning is worth a look. False: it is absent, or a problem was reported.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "codec/json.h"
#include "config/findings.h"

namespace vestibule {

struct DurationRange {
    Seconds at_least, at_most;
};
struct CountRange {
    std::int64_t at_least, at_most;
};
struct SizeRange {
    std::uint64_t at_least, at_most;
};

enum class Need {
    optional,
    required,
    required_here_or_in_environment,
};

template <class Value>
struct Choice {
    std::string name;
    Value value;
};
// What people are known to write and must not: why, and what to do instead.
struct Refusal {
    std::string_view written;
    std::string_view message;
};

class ObjectReader {
public:
    // `object` is null where the object is absent: every setting then has its default. Borrows both.
    ObjectReader(const Json* object, Findings& findings) : object_(object), findings_(&findings) {}
    // Moved, never copied: two would each know half of what was asked.
    ObjectReader(ObjectReader&&) = default;
    ObjectReader& operator=(ObjectReader&&) = default;

    const std::string& place() const { return place_; }
    std::string place_of(std::string_view name) const;
    void problem(std::string_view name, std::string message);

    // 1–2048 octets without control characters.
    bool text(std::string_view name, std::string& value, Need need = Need::optional);
    bool texts(std::string_view name, std::vector<std::string>& values);
    bool flag(std::string_view name, bool& value);
    bool count(std::string_view name, int& value, CountRange range);
    bool size(std::string_view name, std::uint64_t& octets, SizeRange range);
    bool duration(std::string_view name, Seconds& value, DurationRange range);
    bool duration(std::string_view name, Milliseconds& value, DurationRange range);
    bool duration(std::string_view name, std::optional<Seconds>& value, DurationRange range);

    template <class Value>
    bool choice(std::string_view name, Value& value, const std::vector<Choice<Value>>& table,
                const std::vector<Refusal>& refusals = {});
    // Each of them one of the names, no two alike; at least one, unless the default is none.
    bool choices(std::string_view name, std::vector<std::string>& values, const std::vector<std::string>& names,
                 const std::vector<Refusal>& refusals);

    ObjectReader object(std::string_view name);
    std::vector<ObjectReader> objects(std::string_view name);
    // An object whose member names are free: claim → text, or array of texts.
    std::vector<std::pair<std::string, std::string>> claims(std::string_view name);

    // An object whose member names are free: name → text.
    std::vector<std::pair<std::string, std::string>> named_texts(std::string_view name);

    // A name that is refused with a reason of its own.
    void refuse(std::string_view name, std::string message);
    // Reports every member that none of the calls above asked for.
    void refuse_others();

private:
    ObjectReader(const Json* object, Findings& findings, std::string place, std::string pattern)
        : object_(object), findings_(&findings), place_(std::move(place)), pattern_(std::move(pattern)) {}

    const Json* find(SettingFacts facts, Need need = Need::optional);
    // The index of the name that is written there.
    std::optional<std::size_t> chosen(std::string_view name, const std::vector<std::string>& names,
                                      std::size_t default_index, const std::vector<Refusal>& refusals);
    std::optional<std::size_t> chosen_from(const Json& value, std::string_view name,
                                           const std::vector<std::string>& names, const std::vector<Refusal>& refusals);
    bool is_text(const Json& value, std::string_view name);
    SettingFacts facts(std::string_view name, SettingKind kind, std::optional<Json> default_value) const;
    std::optional<Seconds> read_duration(const Json& value, std::string_view name, DurationRange range);

    const Json* object_;
    Findings* findings_;
    std::string place_;               // "routes[2]"; "" at the top
    std::string pattern_;             // "routes[]"
    std::vector<std::string> asked_;  // names, in order
    std::vector<std::string> refused_;
};

template <class Value>
bool ObjectReader::choice(std::string_view name, Value& value, const std::vector<Choice<Value>>& table,
                          const std::vector<Refusal>& refusals) {
    std::vector<std::string> names;
    std::size_t index = 0;
    for (const Choice<Value>& row : table) {
        if (row.value == value) index = names.size();
        names.push_back(row.name);
    }
    const auto given = chosen(name, names, index, refusals);
    if (given) value = table[*given].value;
    return given.has_value();
}

}  // namespace vestibule
