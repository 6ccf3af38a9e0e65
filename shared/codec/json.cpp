#include "codec/json.h"

#include <algorithm>

namespace vestibule {
namespace {

auto has_name(std::string_view name) {
    return [name](const Json::Member& member) { return member.first == name; };
}

}  // namespace

double Json::as_double() const { return is_integer() ? static_cast<double>(as_integer()) : std::get<double>(value_); }

const Json* Json::find(std::string_view name) const {
    if (!is_object()) return nullptr;
    const Object& members = as_object();
    const auto found = std::find_if(members.begin(), members.end(), has_name(name));
    return found == members.end() ? nullptr : &found->second;
}

std::optional<std::string> Json::string_at(std::string_view name) const {
    const Json* member = find(name);
    return member && member->is_string() ? std::optional(member->as_string()) : std::nullopt;
}

std::optional<std::int64_t> Json::integer_at(std::string_view name) const {
    const Json* member = find(name);
    return member && member->is_integer() ? std::optional(member->as_integer()) : std::nullopt;
}

std::optional<bool> Json::bool_at(std::string_view name) const {
    const Json* member = find(name);
    return member && member->is_bool() ? std::optional(member->as_bool()) : std::nullopt;
}

void Json::set(std::string name, Json value) {
    Object& members = std::get<Object>(value_);
    const auto found = std::find_if(members.begin(), members.end(), has_name(name));
    if (found != members.end()) {
        found->second = std::move(value);
    } else {
        members.emplace_back(std::move(name), std::move(value));
    }
}

}  // namespace vestibule
