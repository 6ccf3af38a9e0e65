// The schema and the reference say what the code says: the same settings, the same defaults, the same choices.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <map>
#include <sstream>

#include "config/environment.h"
#include "config/known_settings.h"
#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;

namespace {

constexpr std::size_t kAtLeast = 45;  // settings; fewer would mean that the looking is broken

Json parsed(const std::string& text) {
    JsonLimits limits;
    limits.comments = JsonLimits::Comments::allow;
    const auto value = Json::parse(text, limits);
    cr_assert(value.has_value());
    return *value;
}

using Properties = std::map<std::string, Json>;

void collect(const Json& schema, const std::string& prefix, Properties& into) {
    const Json* properties = schema.find("properties");
    if (properties == nullptr) return;
    cr_expect(schema.bool_at("additionalProperties") == std::optional(false), "%s lets unknown names in",
              prefix.c_str());
    for (const auto& [name, property] : properties->as_object()) {
        const std::string place = prefix.empty() ? name : prefix + "." + name;
        into[place] = property;
        collect(property, place, into);
        if (const Json* items = property.find("items")) collect(*items, place + "[]", into);
    }
}

Properties schema_properties() {
    Properties properties;
    collect(parsed(text_of_file("schema/config.schema.json")), "", properties);
    cr_assert(properties.size() >= kAtLeast, "suspiciously few settings in the schema: %zu", properties.size());
    return properties;
}

std::map<std::string, SettingFacts> code_settings() {
    std::map<std::string, SettingFacts> settings;
    for (const SettingFacts& facts : known_settings()) settings[facts.name] = facts;
    cr_assert(settings.size() >= kAtLeast, "suspiciously few settings in the code: %zu", settings.size());
    return settings;
}

std::string type_of(const Json& property) {
    const Json* type = property.find("type");
    return type == nullptr ? "" : type->print();
}

std::string type_of(SettingKind kind) {
    switch (kind) {
        case SettingKind::text:
        case SettingKind::choice:
        case SettingKind::duration: return R"("string")";
        case SettingKind::texts:
        case SettingKind::choices:
        case SettingKind::objects: return R"("array")";
        case SettingKind::flag: return R"("boolean")";
        case SettingKind::count: return R"("integer")";
        case SettingKind::size: return R"(["integer","string"])";
        case SettingKind::object:
        case SettingKind::named_texts:
        case SettingKind::claims: return R"("object")";
    }
    return "";
}

std::vector<std::string> choices_of(const Json& property) {
    const Json* items = property.find("items");
    const Json* choices = (items == nullptr ? property : *items).find("enum");
    std::vector<std::string> names;
    if (choices == nullptr) return names;
    for (const Json& choice : choices->as_array()) names.push_back(choice.as_string());
    return names;
}

bool is_required(const Json& route_schema, std::string_view name) {
    const Json* required = route_schema.find("required");
    if (required == nullptr) return false;
    const auto& names = required->as_array();
    return std::any_of(names.begin(), names.end(), [&](const Json& other) { return other.as_string() == name; });
}

void expect_same(const SettingFacts& facts, const Json& property) {
    const char* const name = facts.name.c_str();
    const Json* default_value = property.find("default");
    cr_expect(eq(str, type_of(property), type_of(facts.kind)), "%s", name);
    cr_expect(facts.default_value.has_value() == (default_value != nullptr), "%s: one of them has a default", name);
    if (facts.default_value && default_value != nullptr) {
        cr_expect(eq(str, default_value->print(), facts.default_value->print()), "%s", name);
    }
    cr_expect(choices_of(property) == facts.choices, "%s: other choices", name);
    cr_expect(property.integer_at("minimum") == facts.at_least || facts.kind == SettingKind::size, "%s: minimum", name);
    cr_expect(property.integer_at("maximum") == facts.at_most, "%s: maximum", name);
    const bool is_duration = property.string_at("pattern") == std::optional<std::string>("^[0-9]+[smhd]$");
    cr_expect(is_duration == (facts.kind == SettingKind::duration), "%s: length of time or not", name);
    cr_expect(property.string_at("description").value_or("").size() > 10, "%s has no description", name);
}

// The reference with its commented-out settings switched on.
std::string with_everything(const std::string& text) {
    std::istringstream lines(text);
    std::string result;
    for (std::string line; std::getline(lines, line);) {
        const auto comment = line.find_first_not_of(' ');
        if (comment != line.npos && line.substr(comment).starts_with("// \"")) line.erase(comment, 3);
        result += line + "\n";
    }
    return result;
}

// Whether a line of the table of variables says that `variable` stands for `setting`.
bool shows_variable(const std::string& text, std::string_view variable, std::string_view setting) {
    const std::string begin = "\n//   " + std::string(variable) + " ";
    const auto at = text.find(begin);
    if (at == text.npos) return false;
    const auto value = text.find_first_not_of(' ', at + begin.size());
    const std::string_view shown = std::string_view(text).substr(value, text.find('\n', value) - value);
    return setting.empty() ? shown.starts_with("the ") : shown == setting;
}

// Every setting in `value`, with what it is set to.
void collect_values(const Json& value, const std::string& prefix, Properties& into) {
    for (const auto& [name, member] : value.as_object()) {
        const std::string place = prefix.empty() ? name : prefix + "." + name;
        into[place] = member;
        if (member.is_object()) collect_values(member, place, into);
        if (!member.is_array()) continue;
        for (const Json& item : member.as_array()) {
            if (item.is_object()) collect_values(item, place + "[]", into);
        }
    }
}

}  // namespace

Test(settings_in_step, the_schema_describes_every_setting_of_the_code_as_it_is) {
    const Properties properties = schema_properties();
    for (const auto& [name, facts] : code_settings()) {
        const auto found = properties.find(name);
        cr_expect(found != properties.end(), "%s is not in the schema", name.c_str());
        if (found != properties.end()) expect_same(facts, found->second);
    }
}

Test(settings_in_step, the_schema_describes_nothing_that_the_code_does_not_read) {
    const auto settings = code_settings();
    for (const auto& [name, property] : schema_properties()) {
        cr_expect(settings.contains(name), "%s is in the schema only", name.c_str());
    }
}

Test(settings_in_step, what_everybody_must_give_is_required_in_both) {
    const Json schema = parsed(text_of_file("schema/config.schema.json"));
    const Json route = *schema_properties().at("routes").find("items");
    std::size_t required = 0;
    for (const auto& [name, facts] : code_settings()) {
        required += facts.required ? 1 : 0;
        const bool of_route = name.starts_with("routes[].");
        cr_expect(is_required(of_route ? route : schema, of_route ? name.substr(9) : name) == facts.required, "%s",
                  name.c_str());
    }
    cr_expect(eq(sz, required, 2));
}

Test(settings_in_step, the_reference_is_valid_with_and_without_what_is_commented_out) {
    const std::string text = text_of_file("infra/config.example.jsonc");
    cr_assert(with_everything(text) != text);
    for (const std::string& variant : {text, with_everything(text)}) {
        ScriptedSources world;
        auto config = read_config(variant, world.sources());
        cr_expect(config.has_value(), "%s", config ? "" : print_problems(config.error()).c_str());
    }
}

Test(settings_in_step, the_reference_shows_every_setting_with_its_default) {
    const std::string text = text_of_file("infra/config.example.jsonc");
    Properties shown;
    collect_values(parsed(with_everything(text)), "", shown);
    const auto settings = code_settings();
    for (const auto& [name, facts] : settings) {
        cr_expect(shown.contains(name), "%s is not in the reference", name.c_str());
        if (!shown.contains(name) || !facts.default_value || facts.kind == SettingKind::objects) continue;
        cr_expect(eq(str, shown.at(name).print(), facts.default_value->print()), "%s", name.c_str());
    }
    for (const auto& [name, value] : shown) cr_expect(settings.contains(name), "%s is no setting", name.c_str());
}

Test(settings_in_step, the_reference_names_every_environment_variable_with_its_setting) {
    const std::string text = text_of_file("infra/config.example.jsonc");
    cr_assert(eq(sz, environment_variables().size(), 8));
    for (const auto& [name, setting] : environment_variables()) {
        cr_expect(shows_variable(text, name, setting), "%s", std::string(name).c_str());
    }
}
