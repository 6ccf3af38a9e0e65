// application/x-www-form-urlencoded, for queries and form bodies (RFC 6749 appendix B, checklist H20).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace vestibule {

// Parameters in the order they came; duplicates stay visible.
class Form {
public:
    using Parameter = std::pair<std::string, std::string>;

    struct Limits {
        std::size_t max_octets = 16 * 1024;
        std::size_t max_parameters = 64;
    };

    // '&' separates, ';' does not; '+' is a space. An escape that is none, a NUL, or a limit passed: bad_request.
    // Empty pieces (`&&`) are skipped; a piece without '=' is a name with an empty value.
    // Octets that are no UTF-8 pass: some providers describe their errors in Latin-1.
    static Result<Form> parse(std::string_view text, const Limits& limits);
    static Result<Form> parse(std::string_view text) { return parse(text, Limits{}); }

    Form() = default;
    explicit Form(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {}
    Form& add(std::string name, std::string value);

    // The value of the only parameter of that name; nothing where there is none or the value is empty; bad_request
    // where there are several (RFC 6749 §3.1, checklist C07).
    Result<std::optional<std::string>> single(std::string_view name) const;
    bool has(std::string_view name) const;
    const std::vector<Parameter>& parameters() const { return parameters_; }

    std::string encode() const;  // what parse() reads; a space becomes '+'

private:
    std::vector<Parameter> parameters_;
};

// One name or value, encoded as a form would (RFC 6749 §2.3.1 asks it of client id and secret before Basic).
std::string form_encode(std::string_view text);

// `url` with the parameters added to whatever query it has (checklist L17, O09). REQUIRES: `url` has no fragment.
std::string with_query(std::string_view url, const Form& parameters);

}  // namespace vestibule
