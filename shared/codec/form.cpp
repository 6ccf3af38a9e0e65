#include "codec/form.h"

#include <algorithm>

#include "codec/percent.h"

namespace vestibule {
namespace {

tl::unexpected<Error> malformed(const char* what) {
    return failure(ErrorCode::bad_request, std::string("form: ") + what);
}

std::optional<std::string> form_decode(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return percent_decode(spaced);
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

Result<Form::Parameter> parse_parameter(std::string_view piece) {
    const std::size_t equals = std::min(piece.find('='), piece.size());
    auto name = form_decode(piece.substr(0, equals));
    auto value = form_decode(piece.substr(std::min(equals + 1, piece.size())));
    if (!name || !value) return malformed("an escape that is none");
    if (has_nul(*name) || has_nul(*value)) return malformed("a NUL");
    return Form::Parameter{std::move(*name), std::move(*value)};
}

// Cuts the text up to the next '&' off its front.
std::string_view next_piece(std::string_view& text) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return piece;
}

}  // namespace

Result<Form> Form::parse(std::string_view text, const Limits& limits) {
    if (text.size() > limits.max_octets) return malformed("too long");
    Form form;
    while (!text.empty()) {
        const std::string_view piece = next_piece(text);
        if (piece.empty()) continue;
        if (form.parameters_.size() == limits.max_parameters) return malformed("too many parameters");
        auto parameter = parse_parameter(piece);
        if (!parameter) return failure(std::move(parameter.error()));
        form.parameters_.push_back(std::move(*parameter));
    }
    return form;
}

Form& Form::add(std::string name, std::string value) {
    parameters_.emplace_back(std::move(name), std::move(value));
    return *this;
}

Result<std::optional<std::string>> Form::single(std::string_view name) const {
    std::optional<std::string> found;
    bool seen = false;
    for (const auto& [key, value] : parameters_) {
        if (key != name) continue;
        if (seen) return malformed("a parameter twice");
        seen = true;
        if (!value.empty()) found = value;
    }
    return found;
}

bool Form::has(std::string_view name) const {
    return std::any_of(parameters_.begin(), parameters_.end(), [name](const Parameter& p) { return p.first == name; });
}

std::string Form::encode() const {
    std::string text;
    for (const auto& [name, value] : parameters_) {
        if (!text.empty()) text += '&';
        text.append(form_encode(name)).append("=").append(form_encode(value));
    }
    return text;
}

std::string form_encode(std::string_view text) {
    std::string encoded;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t space = std::min(text.find(' ', start), text.size());
        encoded += percent_encode(text.substr(start, space - start));
        if (space < text.size()) encoded += '+';
        start = space + 1;
    }
    return encoded;
}

std::string with_query(std::string_view url, const Form& parameters) {
    std::string result(url);
    if (parameters.parameters().empty()) return result;
    const bool has_query = url.find('?') != std::string_view::npos;
    const bool needs_ampersand = has_query && !url.ends_with('?') && !url.ends_with('&');
    if (!has_query) result += '?';
    if (needs_ampersand) result += '&';
    return result + parameters.encode();
}

}  // namespace vestibule
