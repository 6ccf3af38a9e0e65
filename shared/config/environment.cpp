#include "config/environment.h"

#include <array>

namespace vestibule {
namespace {

constexpr std::array<EnvironmentVariable, 8> kVariables{{
    {"BFF_PUBLIC_URL", "publicUrl"},
    {"BFF_ISSUER", "provider.issuer"},
    {"BFF_CLIENT_ID", "provider.clientId"},
    {"BFF_CLIENT_SECRET", ""},
    {"BFF_CLIENT_SECRET_FILE", "provider.clientAuth.secretFile"},
    {"BFF_STORE", "store"},
    {"BFF_KEYS", ""},
    {"BFF_KEYS_FILE", "keysFile"},
}};

// Sets "a.b.c", making the objects on the way. Where something else than an object stands there it is left for the
// reader to complain about.
Json with(Json object, std::string_view path, const std::string& value) {
    if (!object.is_object()) return object;
    const auto dot = path.find('.');
    const std::string name(path.substr(0, dot));
    if (dot == path.npos) {
        object.set(name, value);
        return object;
    }
    const Json* member = object.find(name);
    object.set(name, with(member == nullptr ? Json::object() : *member, path.substr(dot + 1), value));
    return object;
}

}  // namespace

std::span<const EnvironmentVariable> environment_variables() { return kVariables; }

std::optional<std::string> environment_value(const ConfigSources& sources, std::string_view name) {
    auto value = sources.environment(name);
    if (value && value->empty()) value.reset();
    return value;
}

void apply_environment(Json& document, const ConfigSources& sources, Findings& findings) {
    for (const EnvironmentVariable& variable : kVariables) {
        if (variable.setting.empty()) continue;
        const auto value = environment_value(sources, variable.name);
        if (!value) continue;
        document = with(std::move(document), variable.setting, *value);
        findings.given_by(std::string(variable.setting), std::string(variable.name));
    }
}

}  // namespace vestibule
