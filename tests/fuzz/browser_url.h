// How a browser resolves a reference against a page of https://app.example.com, written from the WHATWG URL Standard
// (§4.4 "URL parsing", §4.5 "URL serializing") and not from our own code: only as far as the question "does it stay on
// this origin, and with which path" needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vestibule::fuzz {

class BrowserUrl {
public:
    // The path that the browser asks this origin for; nothing where it goes elsewhere. `base_path` begins with '/'.
    static std::optional<std::string> path_on_this_origin(std::string_view reference, std::string_view base_path) {
        const std::string text = cleaned(reference);
        if (has_scheme(text)) return std::nullopt;  // "https:x" would stay here; we never mean it
        const bool slash = !text.empty() && is_slash(text[0]);
        if (slash && text.size() > 1 && is_slash(text[1])) return std::nullopt;  // an authority
        const std::string path = text.substr(0, text.find_first_of("?#"));
        if (slash) return normalised(path);
        if (path.empty()) return std::string(base_path);
        return normalised(std::string(base_path.substr(0, base_path.rfind('/') + 1)) + path);
    }

private:
    // In special URLs '\' is '/'.
    static bool is_slash(char c) { return c == '/' || c == '\\'; }

    // "Remove any leading and trailing C0 control or space", "Remove all ASCII tab or newline".
    static std::string cleaned(std::string_view text) {
        const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
        while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
        while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
        std::string result;
        for (const char c : text) {
            if (c != '\t' && c != '\n' && c != '\r') result += c;
        }
        return result;
    }

    static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

    static bool has_scheme(std::string_view text) {
        if (text.empty() || !is_letter(text[0])) return false;
        for (const char c : text) {
            if (c == ':') return true;
            if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
        }
        return false;
    }

    // "A single-dot path segment is '.' or an ASCII case-insensitive match for '%2e'", the double-dot one likewise.
    static std::string without_escaped_dots(std::string_view segment) {
        std::string result;
        while (!segment.empty()) {
            const bool dot =
                segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 0x20) == 'e';
            result += dot ? '.' : segment[0];
            segment.remove_prefix(dot ? 3 : 1);
        }
        return result;
    }

    static std::string normalised(std::string_view path) {
        std::vector<std::string_view> segments;
        path.remove_prefix(1);
        for (;;) {
            std::size_t end = 0;
            while (end < path.size() && !is_slash(path[end])) ++end;
            const std::string_view segment = path.substr(0, end);
            const bool last = end == path.size();
            const std::string plain = without_escaped_dots(segment);
            if (plain == ".." && !segments.empty()) segments.pop_back();
            if (plain != "." && plain != "..") segments.push_back(segment);
            if ((plain == "." || plain == "..") && last) segments.emplace_back();
            if (last) break;
            path.remove_prefix(end + 1);
        }
        std::string result;
        for (const std::string_view segment : segments) result.append("/").append(segment);
        return result;
    }
};

}  // namespace vestibule::fuzz
