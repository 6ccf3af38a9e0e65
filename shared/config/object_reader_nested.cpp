// Objects inside objects, and the names that are in nobody's list.
#include <algorithm>

#include "config/nearest_name.h"
#include "config/object_reader.h"

namespace vestibule {

ObjectReader ObjectReader::object(std::string_view name) {
    SettingFacts about = facts(name, SettingKind::object, std::nullopt);
    const std::string pattern = about.name;
    const Json* given = find(std::move(about));
    if (given != nullptr && !given->is_object()) {
        problem(name, "must be an object: {…}");
        given = nullptr;
    }
    return {given, *findings_, place_of(name), pattern};
}

std::vector<ObjectReader> ObjectReader::objects(std::string_view name) {
    SettingFacts about = facts(name, SettingKind::objects, Json::array());
    const std::string pattern = about.name + "[]";
    const Json* given = find(std::move(about));
    if (given == nullptr) return {};
    if (!given->is_array()) return problem(name, "must be a list of objects: [{…}]"), std::vector<ObjectReader>{};
    std::vector<ObjectReader> readers;
    for (std::size_t i = 0; i < given->as_array().size(); ++i) {
        const Json& item = given->as_array()[i];
        const std::string place = place_of(name) + "[" + std::to_string(i) + "]";
        if (item.is_object()) {
            readers.push_back({&item, *findings_, place, pattern});
        } else {
            findings_->problem(place, "must be an object: {…}");
        }
    }
    return readers;
}

std::vector<std::pair<std::string, std::string>> ObjectReader::claims(std::string_view name) {
    const Json* given = find(facts(name, SettingKind::claims, Json::object()));
    if (given == nullptr) return {};
    std::vector<std::pair<std::string, std::string>> read;
    if (!given->is_object()) return problem(name, "must be an object: {\"claim\": \"value\"}"), read;
    for (const auto& [claim, wanted] : given->as_object()) {
        const std::string place = std::string(name) + "." + claim;
        const Json::Array values = wanted.is_array() ? wanted.as_array() : Json::Array{wanted};
        if (claim.empty()) problem(name, "has a claim without a name");
        if (values.empty()) problem(place, "must name at least one value");
        for (const Json& value : values) {
            if (is_text(value, place)) read.emplace_back(claim, value.as_string());
        }
    }
    return read;
}

std::vector<std::pair<std::string, std::string>> ObjectReader::named_texts(std::string_view name) {
    const Json* given = find(facts(name, SettingKind::named_texts, Json::object()));
    if (given == nullptr) return {};
    std::vector<std::pair<std::string, std::string>> read;
    if (!given->is_object()) return problem(name, "must be an object: {\"name\": \"text\"}"), read;
    for (const auto& [member, text] : given->as_object()) {
        if (member.empty()) problem(name, "has a member without a name");
        if (is_text(text, std::string(name) + "." + member)) read.emplace_back(member, text.as_string());
    }
    return read;
}

void ObjectReader::refuse(std::string_view name, std::string message) {
    if (object_ == nullptr || object_->find(name) == nullptr) return;
    refused_.emplace_back(name);
    problem(name, std::move(message));
}

void ObjectReader::refuse_others() {
    if (object_ == nullptr) return;
    for (const auto& [name, value] : object_->as_object()) {
        const auto is_name = [&name = name](const std::string& other) { return other == name; };
        if (std::any_of(asked_.begin(), asked_.end(), is_name)) continue;
        if (std::any_of(refused_.begin(), refused_.end(), is_name)) continue;
        const auto meant = nearest_name(name, asked_);
        problem(name, meant ? "is no setting; did you mean \"" + *meant + "\"?" : "is no setting here; remove it");
    }
}

}  // namespace vestibule
