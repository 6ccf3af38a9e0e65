#include "policy/location.h"

#include <algorithm>

#include "policy/target_path.h"

namespace vestibule {
namespace {

// Resolves "." and ".." (RFC 3986 §5.2.4). `path` begins with '/'.
std::string without_dot_segments(std::string_view path) {
    std::string result;
    while (!path.empty()) {
        const std::string_view segment = path.substr(0, path.find('/', 1));  // with its '/'
        path.remove_prefix(segment.size());
        const bool is_dot = segment == "/." || segment == "/..";
        if (segment == "/..") result.erase(std::min(result.rfind('/'), result.size()));
        if (!is_dot) result.append(segment);
        if (is_dot && path.empty()) result += '/';
    }
    return result;
}

bool has_scheme(std::string_view reference) {
    const auto colon = reference.find(':');
    return colon != std::string_view::npos && colon < reference.find_first_of("/?");
}

// RFC 3986 §5.2.2, for a reference without fragment.
std::optional<Url> resolve(std::string_view reference, const Url& base) {
    if (has_scheme(reference)) return parse_url(reference);
    if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
    const std::string text(reference);
    if (reference.starts_with('/')) return parse_url(base.origin() + text);
    if (reference.empty() || reference.starts_with('?')) return parse_url(base.origin() + base.path + text);
    return parse_url(base.origin() + base.path.substr(0, base.path.rfind('/') + 1) + text);
}

// What follows `prefix` in `path`; for the prefix without its last '/', nothing.
std::optional<std::string> below(const std::string& prefix, const std::string& path) {
    if (path.starts_with(prefix)) return path.substr(prefix.size());
    return std::nullopt;
}

bool is_plain_fragment(std::string_view fragment) {
    return std::all_of(fragment.begin(), fragment.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<std::string> path_below_route(const Url& target, const Route& route, const Url& public_url) {
    const auto upstream = parse_url(route.upstream);
    const std::string path = without_dot_segments(target.path.empty() ? "/" : target.path);
    std::optional<std::string> rest;
    if (upstream && target.origin() == upstream->origin()) {
        rest = below(upstream->path, path);
    } else if (target.origin() == public_url.origin()) {
        rest = below(route.path, path);
    }
    if (!rest) return std::nullopt;
    return route.path + *rest;
}

}  // namespace

std::optional<std::string> public_location(std::string_view location, std::string_view requested_url,
                                           const Route& route, const Url& public_url) {
    const auto hash = std::min(location.find('#'), location.size());
    const std::string_view fragment = location.substr(hash);
    // Of the base only authority and path count, and a browser's query may hold what no URL of ours does, such as '\'.
    const auto base = parse_url(requested_url.substr(0, requested_url.find('?')));
    const auto target = base ? resolve(location.substr(0, hash), *base) : std::nullopt;
    if (!target || !is_plain_fragment(fragment) || !check_target_query(target->query)) return std::nullopt;
    const auto path = path_below_route(*target, route, public_url);
    const auto slashes = route.encoded_slashes ? EncodedSlashes::allow : EncodedSlashes::refuse;
    if (!path || !check_target_path(*path, slashes)) return std::nullopt;
    std::string url = public_url.origin() + *path;
    if (target->has_query) url.append("?").append(target->query);
    return url.append(fragment);
}

}  // namespace vestibule
