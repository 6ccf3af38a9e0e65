// Tables of changes to a good JSON object, from tests/vectors/oauth/: {"id", "name", "set", "remove", "header"}.
#pragma once

#include <criterion/criterion.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "codec/json.h"

namespace vestibule {

struct JsonVector {
    std::string name;  // "I16 iss with a slash more"
    Json object;       // the good one, changed
    Json header;       // for JWTs
};

inline Json without(const Json& object, const Json* names) {
    Json::Object kept;
    for (const auto& member : object.as_object()) {
        const auto is_it = [&](const Json& name) { return name.as_string() == member.first; };
        const bool removed = names && std::any_of(names->as_array().begin(), names->as_array().end(), is_it);
        if (!removed) kept.push_back(member);
    }
    return Json(kept);
}

inline std::vector<JsonVector> json_vectors(const std::string& file, const Json& good, std::size_t at_least) {
    std::ifstream stream("tests/vectors/oauth/" + file);
    std::stringstream text;
    text << stream.rdbuf();
    const Json table = Json::parse(text.str()).value();
    std::vector<JsonVector> vectors;
    for (const Json& row : table.as_array()) {
        Json object = without(good, row.find("remove"));
        if (const Json* set = row.find("set")) {
            for (const auto& [name, value] : set->as_object()) object.set(name, value);
        }
        const Json* header = row.find("header");
        vectors.push_back({row.string_at("id").value() + " " + row.string_at("name").value(), std::move(object),
                           header ? *header : Json::object()});
    }
    cr_assert(vectors.size() >= at_least, "suspiciously few vectors in %s: %zu", file.c_str(), vectors.size());
    return vectors;
}

}  // namespace vestibule
