#include "policy/target_path.h"

#include <algorithm>
#include <optional>
#include <string>

#include "codec/percent.h"
#include "codec/utf8.h"

namespace vestibule {
namespace {

tl::unexpected<Error> refused(const char* why) { return failure(ErrorCode::bad_request, why); }

bool is_control(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7f;
}

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

bool may_stand_in_path(char c) { return is_visible(c) && std::string_view("\\#\"<>`{}").find(c) == std::string::npos; }

// The octet that the escape at the front of `text` stands for; `%25`s before it are taken off, however many.
struct Escape {
    char octet = 0;
    bool nested = false;  // it was behind at least one %25
};
std::optional<Escape> escape_at_front(std::string_view text) {
    const auto octet = percent_decode(text.substr(0, 3));
    if (!octet || octet->size() != 1) return std::nullopt;
    if (octet->front() != '%') return Escape{octet->front(), false};
    text.remove_prefix(3);
    while (text.starts_with("25")) text.remove_prefix(2);
    const auto inner = percent_decode("%" + std::string(text.substr(0, 2)));
    return inner && inner->size() == 1 ? Escape{inner->front(), true} : Escape{'%', false};
}

bool is_harmless(const Escape& escape, EncodedSlashes encoded_slashes) {
    if (is_control(escape.octet) || escape.octet == '\\') return false;
    if (escape.octet == '/') return !escape.nested && encoded_slashes == EncodedSlashes::allow;
    if (escape.nested) return escape.octet != '.' && escape.octet != ';';
    return !is_unreserved(escape.octet);
}

Result<void> check_escapes(std::string_view path, EncodedSlashes encoded_slashes) {
    for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
        const auto escape = escape_at_front(path.substr(at));
        if (!escape) return refused("an escape that is none");
        if (!is_harmless(*escape, encoded_slashes)) return refused("an escape that hides something");
    }
    return {};
}

// What a segment is called for a server that drops ";parameters" (checklist P05: `..;/`).
std::string_view name_of_segment(std::string_view segment) { return segment.substr(0, segment.find(';')); }

// Windows drops blanks at the end of a segment: `..%20`.
bool is_dot_segment(std::string_view name) {
    if (name.find(' ') == std::string_view::npos) return name == "." || name == "..";
    return name.find('.') != std::string_view::npos && name.find_first_not_of(". ") == std::string_view::npos;
}

// A server that decodes before it splits sees several segments in one.
bool hides_dot_segment(std::string_view decoded) {
    for (;;) {
        const auto slash = decoded.find('/');
        const std::string_view name = name_of_segment(decoded.substr(0, slash));
        if (is_dot_segment(name)) return true;
        if (slash == std::string_view::npos) return false;
        decoded.remove_prefix(slash + 1);
    }
}

// `path` begins with '/'; its escapes were checked.
Result<void> check_segments(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        if (segment.empty() && path.empty()) return {};  // "/a/"
        const std::string decoded = percent_decode(segment).value_or("");
        if (name_of_segment(decoded).empty()) return refused("an empty segment");
        if (hides_dot_segment(decoded)) return refused("a dot segment");
    }
    return {};
}

}  // namespace

Result<void> check_target_path(std::string_view path, EncodedSlashes encoded_slashes) {
    if (!path.starts_with('/')) return refused("the path does not begin with '/'");
    if (!std::all_of(path.begin(), path.end(), may_stand_in_path)) return refused("an octet that no path holds");
    if (auto escapes = check_escapes(path, encoded_slashes); !escapes) return escapes;
    const auto decoded = percent_decode(path);
    if (!decoded || !is_valid_utf8(*decoded)) return refused("a path that is no UTF-8");
    return check_segments(path);
}

Result<void> check_target_query(std::string_view query) {
    const auto is_plain = [](char c) { return is_visible(c) && c != '#'; };
    if (!std::all_of(query.begin(), query.end(), is_plain)) return refused("an octet that no query holds");
    return {};
}

}  // namespace vestibule
