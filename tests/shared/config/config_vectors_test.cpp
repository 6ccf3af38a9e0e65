// A corpus of configurations, good and bad: the reader and the schema must give the same verdict wherever a schema can
// express the rule. RapidJSON's validator stops at the first error, so it judges here and the reader reports.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "tests/shared/config/scripted_sources.h"

using namespace vestibule;

// RapidJSON 1.1.0 loses the long names of a schema's "required" and "properties" when the schema goes; only tests use
// its schemas.
extern "C" const char* __lsan_default_suppressions() { return "leak:AddUniqueElement"; }

namespace {

struct Vector {
    std::string name, text;
};

std::vector<Vector> vectors(const std::string& folder, std::size_t at_least) {
    std::vector<Vector> found;
    for (const auto& file : std::filesystem::directory_iterator("tests/vectors/config/" + folder)) {
        found.push_back({file.path().filename().string(), text_of_file(file.path().string())});
    }
    cr_assert(found.size() >= at_least, "suspiciously few files in %s: %zu", folder.c_str(), found.size());
    return found;
}

bool schema_accepts(const std::string& text) {
    constexpr unsigned kFlags = rapidjson::kParseCommentsFlag;
    static const auto schema = [] {
        rapidjson::Document document;
        document.Parse(text_of_file("schema/config.schema.json").c_str());
        cr_assert(not(document.HasParseError()));
        return std::make_unique<rapidjson::SchemaDocument>(document);
    }();
    rapidjson::Document document;
    document.Parse<kFlags>(text.c_str());
    cr_assert(not(document.HasParseError()), "%s", text.c_str());
    rapidjson::SchemaValidator validator(*schema);
    return document.Accept(validator);
}

// The first line: "// refused at: routes[0].path, store".
std::string refused_at(const Vector& vector) {
    constexpr std::string_view kMark = "// refused at: ";
    cr_assert(vector.text.starts_with(kMark), "%s does not say where it is refused", vector.name.c_str());
    return vector.text.substr(kMark.size(), vector.text.find('\n') - kMark.size());
}

std::vector<std::string> split(std::string list) {
    std::vector<std::string> items;
    for (std::size_t end; (end = list.find(", ")) != list.npos; list.erase(0, end + 2))
        items.push_back(list.substr(0, end));
    items.push_back(list);
    std::sort(items.begin(), items.end());
    return items;
}

void expect_refused_there(const Vector& vector) {
    ScriptedSources world;
    const auto config = read_config(vector.text, world.sources());
    std::vector<std::string> found = split(places(config));
    const std::vector<std::string> wanted = split(refused_at(vector));
    cr_expect(std::includes(found.begin(), found.end(), wanted.begin(), wanted.end()), "%s: refused at '%s'",
              vector.name.c_str(), places(config).c_str());
    // One fault in the file is one problem, unless what is missing makes more of them.
    const bool cascades = vector.name == "provider_is_a_text.jsonc";
    cr_expect(cascades || found.size() == wanted.size(), "%s: refused at '%s'", vector.name.c_str(),
              places(config).c_str());
    if (config) return;
    const std::string text = print_problems(config.error());
    cr_expect(text.find("CANARY") == text.npos && text.find("hunter2") == text.npos, "%s quotes a secret: %s",
              vector.name.c_str(), text.c_str());
}

}  // namespace

Test(config_vectors, valid_ones_are_accepted_by_reader_and_schema) {
    for (const Vector& vector : vectors("valid", 10)) {
        ScriptedSources world;
        const auto config = read_config(vector.text, world.sources());
        cr_expect(config.has_value(), "%s: %s", vector.name.c_str(),
                  config ? "" : print_problems(config.error()).c_str());
        cr_expect(schema_accepts(vector.text), "the schema refuses %s", vector.name.c_str());
    }
}

// L14 scope, D01 issuer, P03 methods, P42 CONNECT and TRACE, I03 algorithms, L01 client authentication.
Test(config_vectors, invalid_ones_are_refused_by_reader_and_schema) {
    for (const Vector& vector : vectors("invalid", 50)) {
        expect_refused_there(vector);
        cr_expect(not(schema_accepts(vector.text)), "the schema accepts %s", vector.name.c_str());
    }
}

// What takes more than one value, other files or arithmetic to see. A26 secret files, S12 lifetimes, I20 clock skew,
// L16 addresses, P05 paths, P06 prefixes, P10, P16 and P33–P35 headers, P19 our own origin, P47 TLS, P58 the provider.
Test(config_vectors, invalid_ones_beyond_a_schema_are_refused_by_the_reader) {
    for (const Vector& vector : vectors("invalid_beyond_schema", 50)) {
        expect_refused_there(vector);
        cr_expect(schema_accepts(vector.text), "the schema refuses %s: move it", vector.name.c_str());
    }
}
