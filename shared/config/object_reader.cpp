#include "config/object_reader.h"

#include <algorithm>

#include "codec/duration.h"
#include "config/byte_size.h"
#include "config/environment.h"
#include "config/nearest_name.h"

namespace vestibule {
namespace {

constexpr std::size_t kLongestText = 2048;

std::string item_of(std::string_view name, std::size_t index) {
    return std::string(name) + "[" + std::to_string(index) + "]";
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet < 0x20 || octet == 0x7f;
    });
}

std::string joined(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list.append(list.empty() ? "\"" : ", \"").append(name).append("\"");
    return list;
}

// "; set it here, or BFF_STORE": where else the environment may give it.
std::string elsewhere(std::string_view place) {
    for (const auto& [variable, setting] : environment_variables()) {
        if (setting == place) return "; set it in the configuration file, or " + std::string(variable);
    }
    return "";
}

Json array_of(const std::vector<std::string>& texts) { return Json(Json::Array(texts.begin(), texts.end())); }

}  // namespace

std::string ObjectReader::place_of(std::string_view name) const {
    const std::string shown(name.empty() ? "\"\"" : name);
    return place_.empty() ? shown : place_ + "." + shown;
}

void ObjectReader::problem(std::string_view name, std::string message) {
    findings_->problem(place_of(name), std::move(message));
}

SettingFacts ObjectReader::facts(std::string_view name, SettingKind kind, std::optional<Json> default_value) const {
    SettingFacts facts;
    facts.name = pattern_.empty() ? std::string(name) : pattern_ + "." + std::string(name);
    facts.kind = kind;
    facts.default_value = std::move(default_value);
    return facts;
}

const Json* ObjectReader::find(SettingFacts facts, Need need) {
    const std::string name = facts.name.substr(pattern_.empty() ? 0 : pattern_.size() + 1);
    asked_.push_back(name);
    facts.required = need == Need::required;
    findings_->setting(std::move(facts));
    const Json* value = object_ == nullptr ? nullptr : object_->find(name);
    if (value == nullptr && need != Need::optional) problem(name, "is missing" + elsewhere(place_of(name)));
    return value;
}

bool ObjectReader::is_text(const Json& value, std::string_view name) {
    if (!value.is_string()) return problem(name, "must be a text in quotes"), false;
    if (value.as_string().empty()) return problem(name, "must not be empty"), false;
    if (value.as_string().size() > kLongestText) return problem(name, "is longer than 2048 octets"), false;
    if (has_control(value.as_string())) return problem(name, "must not hold control characters"), false;
    return true;
}

bool ObjectReader::text(std::string_view name, std::string& value, Need need) {
    const auto default_value = value.empty() ? std::nullopt : std::optional<Json>(value);
    const Json* given = find(facts(name, SettingKind::text, default_value), need);
    if (given == nullptr || !is_text(*given, name)) return false;
    value = given->as_string();
    return true;
}

bool ObjectReader::texts(std::string_view name, std::vector<std::string>& values) {
    const Json* given = find(facts(name, SettingKind::texts, array_of(values)));
    if (given == nullptr) return false;
    if (!given->is_array()) return problem(name, "must be a list of texts: [\"…\"]"), false;
    std::vector<std::string> read;
    for (const Json& item : given->as_array()) {
        const std::string place = item_of(name, read.size());
        if (!is_text(item, place)) return false;
        if (std::find(read.begin(), read.end(), item.as_string()) != read.end()) {
            return problem(place, "stands there twice"), false;
        }
        read.push_back(item.as_string());
    }
    values = std::move(read);
    return true;
}

bool ObjectReader::flag(std::string_view name, bool& value) {
    const Json* given = find(facts(name, SettingKind::flag, value));
    if (given == nullptr) return false;
    if (!given->is_bool()) return problem(name, "must be true or false, without quotes"), false;
    value = given->as_bool();
    return true;
}

bool ObjectReader::count(std::string_view name, int& value, CountRange range) {
    SettingFacts about = facts(name, SettingKind::count, value);
    about.at_least = range.at_least;
    about.at_most = range.at_most;
    const Json* given = find(std::move(about));
    if (given == nullptr) return false;
    if (!given->is_integer() || given->as_integer() < range.at_least || given->as_integer() > range.at_most) {
        return problem(name, "must be a whole number from " + std::to_string(range.at_least) + " to " +
                                 std::to_string(range.at_most)),
               false;
    }
    value = static_cast<int>(given->as_integer());
    return true;
}

bool ObjectReader::size(std::string_view name, std::uint64_t& octets, SizeRange range) {
    const Json* given = find(facts(name, SettingKind::size, print_byte_size(octets)));
    if (given == nullptr) return false;
    std::optional<std::uint64_t> read;
    if (given->is_string()) read = parse_byte_size(given->as_string());
    if (given->is_integer() && given->as_integer() >= 0) read = static_cast<std::uint64_t>(given->as_integer());
    if (!read) return problem(name, "must be an amount of octets, such as 65536, \"64KiB\" or \"10MiB\""), false;
    if (*read < range.at_least || *read > range.at_most) {
        return problem(name,
                       "must be from " + print_byte_size(range.at_least) + " to " + print_byte_size(range.at_most)),
               false;
    }
    octets = *read;
    return true;
}

std::optional<Seconds> ObjectReader::read_duration(const Json& value, std::string_view name, DurationRange range) {
    const auto read = value.is_string() ? parse_duration(value.as_string()) : std::nullopt;
    if (!read) {
        return problem(name,
                       "must be a length of time of at most 400 days, such as \"90s\", \"30m\", \"12h\" or "
                       "\"7d\""),
               std::nullopt;
    }
    if (*read < range.at_least || *read > range.at_most) {
        return problem(name, "must be from " + print_duration(range.at_least) + " to " + print_duration(range.at_most)),
               std::nullopt;
    }
    return read;
}

bool ObjectReader::duration(std::string_view name, Seconds& value, DurationRange range) {
    const Json* given = find(facts(name, SettingKind::duration, print_duration(value)));
    const auto read = given == nullptr ? std::nullopt : read_duration(*given, name, range);
    if (read) value = *read;
    return read.has_value();
}

bool ObjectReader::duration(std::string_view name, Milliseconds& value, DurationRange range) {
    Seconds seconds = std::chrono::duration_cast<Seconds>(value);
    const bool given = duration(name, seconds, range);
    if (given) value = seconds;
    return given;
}

bool ObjectReader::duration(std::string_view name, std::optional<Seconds>& value, DurationRange range) {
    const auto default_value = value ? std::optional<Json>(print_duration(*value)) : std::nullopt;
    const Json* given = find(facts(name, SettingKind::duration, default_value));
    const auto read = given == nullptr ? std::nullopt : read_duration(*given, name, range);
    if (read) value = read;
    return read.has_value();
}

std::optional<std::size_t> ObjectReader::chosen(std::string_view name, const std::vector<std::string>& names,
                                                std::size_t default_index, const std::vector<Refusal>& refusals) {
    SettingFacts about = facts(name, SettingKind::choice, names.at(default_index));
    about.choices = names;
    const Json* given = find(std::move(about));
    if (given == nullptr) return std::nullopt;
    return chosen_from(*given, name, names, refusals);
}

std::optional<std::size_t> ObjectReader::chosen_from(const Json& value, std::string_view name,
                                                     const std::vector<std::string>& names,
                                                     const std::vector<Refusal>& refusals) {
    const std::string written = value.is_string() ? value.as_string() : "";
    const auto found = std::find(names.begin(), names.end(), written);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    for (const Refusal& refusal : refusals) {
        if (refusal.written == written) return problem(name, std::string(refusal.message)), std::nullopt;
    }
    return problem(name, "must be one of " + joined(names)), std::nullopt;
}

bool ObjectReader::choices(std::string_view name, std::vector<std::string>& values,
                           const std::vector<std::string>& names, const std::vector<Refusal>& refusals) {
    SettingFacts about = facts(name, SettingKind::choices, array_of(values));
    about.choices = names;
    const bool may_be_empty = values.empty();
    const Json* given = find(std::move(about));
    if (given == nullptr) return false;
    if (!given->is_array() || (given->as_array().empty() && !may_be_empty)) {
        return problem(name,
                       (may_be_empty ? "must be a list of " : "must be a list with at least one of ") + joined(names)),
               false;
    }
    std::vector<std::string> read;
    for (const Json& item : given->as_array()) {
        const std::string place = item_of(name, read.size());
        const auto index = chosen_from(item, place, names, refusals);
        if (!index) return false;
        if (std::find(read.begin(), read.end(), names[*index]) != read.end()) {
            return problem(place, "stands there twice"), false;
        }
        read.push_back(names[*index]);
    }
    values = std::move(read);
    return true;
}

}  // namespace vestibule
