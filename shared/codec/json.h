// JSON (RFC 8259) as plain values: parse untrusted text within limits, build, print. RapidJSON stays behind json.cpp.
//
// A value copies like any other value. Objects keep their members in order and never hold two of one name: duplicate
// member names are refused at parse time (checklist I02).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace vestibule {

struct JsonLimits {
    std::size_t max_octets = 1024 * 1024;
    std::size_t max_depth = 32;
    enum class Comments { refuse, allow } comments = Comments::refuse;  // `//` and `/* */`, for configuration files
};

class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() : value_(nullptr) {}
    Json(std::nullptr_t) : value_(nullptr) {}
    Json(bool value) : value_(value) {}
    Json(int value) : value_(static_cast<std::int64_t>(value)) {}
    Json(std::int64_t value) : value_(value) {}
    Json(double value) : value_(value) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(std::string value) : value_(std::move(value)) {}
    Json(Array value) : value_(std::move(value)) {}
    Json(Object value) : value_(std::move(value)) {}

    static Json object(std::initializer_list<Member> members = {}) { return Json(Object(members)); }
    static Json array(std::initializer_list<Json> items = {}) { return Json(Array(items)); }

    // The whole text must be one JSON value in valid UTF-8 without a byte-order mark. Fails with bad_request; the
    // detail says what and at which octet, and never quotes the text.
    static Result<Json> parse(std::string_view text, const JsonLimits& limits = {});
    // Compact UTF-8. Escapes what HTML could act on ('<', '>', '&', U+2028, U+2029); octets that are no UTF-8 become
    // U+FFFD, a double that is no number becomes null.
    std::string print() const;
    std::string print_indented() const;  // two spaces, for people

    bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
    bool is_object() const { return std::holds_alternative<Object>(value_); }
    bool is_array() const { return std::holds_alternative<Array>(value_); }
    bool is_string() const { return std::holds_alternative<std::string>(value_); }
    bool is_bool() const { return std::holds_alternative<bool>(value_); }
    bool is_number() const { return is_integer() || std::holds_alternative<double>(value_); }
    bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }

    // REQUIRES: the matching is_…(); anything else is a programming error (std::bad_variant_access).
    const Object& as_object() const { return std::get<Object>(value_); }
    const Array& as_array() const { return std::get<Array>(value_); }
    const std::string& as_string() const { return std::get<std::string>(value_); }
    bool as_bool() const { return std::get<bool>(value_); }
    std::int64_t as_integer() const { return std::get<std::int64_t>(value_); }
    double as_double() const;

    // The member of that name, or nullptr where this is no object or has no such member.
    const Json* find(std::string_view name) const;
    // The member's value where it is there and of that type; nothing for absent, null or any other type.
    std::optional<std::string> string_at(std::string_view name) const;
    std::optional<std::int64_t> integer_at(std::string_view name) const;
    std::optional<bool> bool_at(std::string_view name) const;

    // Adds or replaces a member. REQUIRES: is_object().
    void set(std::string name, Json value);

    friend bool operator==(const Json&, const Json&) = default;

private:
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace vestibule
