#include "policy/route_match.h"

#include <algorithm>

#include "codec/percent.h"

namespace vestibule {
namespace {

// "/api/" without its last '/': what it stands for itself.
std::string_view base_of(std::string_view prefix) { return prefix.substr(0, prefix.size() - 1); }

bool covers(std::string_view prefix, std::string_view path) {
    return path.starts_with(prefix) || path == base_of(prefix);
}

std::string without_parameters(std::string_view path) {
    std::string result;
    bool in_parameter = false;
    for (const char c : path) {
        if (c == '/') in_parameter = false;
        if (c == ';') in_parameter = true;
        if (!in_parameter) result += c;
    }
    return result;
}

// "/api/admin.%20/x" decoded as Windows reads it; a segment that is nothing else is none.
std::string without_trailing_dots_and_blanks(std::string_view path) {
    std::string result;
    while (!path.empty()) {
        path.remove_prefix(1);  // '/'
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        const std::size_t last = segment.find_last_not_of(". ");
        const std::string_view kept = segment.substr(0, last == std::string_view::npos ? 0 : last + 1);
        if (!kept.empty() || (segment.empty() && path.empty())) result.append("/").append(kept);
    }
    return result;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// The longest prefix that covers the path when neither counts capitals; "" where there is none.
std::string prefix_ignoring_case(const std::vector<Route>& routes, std::string_view path) {
    const std::string lower_path = lower(path);
    std::string best;
    for (const Route& route : routes) {
        std::string prefix = lower(route.path);
        if (prefix.size() > best.size() && covers(prefix, lower_path)) best = std::move(prefix);
    }
    return best;
}

bool is_never_forwarded(std::string_view method) {
    return method == "CONNECT" || method == "TRACE" || method == "OPTIONS";
}

}  // namespace

const Route* find_route(const std::vector<Route>& routes, std::string_view path) {
    const Route* best = nullptr;
    for (const Route& route : routes) {
        const bool is_longer = best == nullptr || route.path.size() > best->path.size();
        if (is_longer && covers(route.path, path)) best = &route;
    }
    return best;
}

bool every_reading_leads_to(const Route& route, const std::vector<Route>& routes, std::string_view path) {
    const std::string decoded = percent_decode(path).value_or("");
    const std::string bare = without_parameters(decoded);
    const std::string prefix = lower(route.path);
    const auto leads_here = [&](std::string_view reading) { return prefix_ignoring_case(routes, reading) == prefix; };
    return leads_here(path) && leads_here(decoded) && leads_here(bare) &&
           leads_here(without_trailing_dots_and_blanks(bare));
}

bool allows_method(const Route& route, std::string_view method) {
    if (is_never_forwarded(method)) return false;
    return std::find(route.methods.begin(), route.methods.end(), method) != route.methods.end();
}

std::string allowed_methods(const Route& route) {
    std::string result;
    for (const std::string& method : route.methods) {
        if (!is_never_forwarded(method)) result.append(method).append(", ");
    }
    return result + "OPTIONS";
}

std::string upstream_url(const Route& route, std::string_view path, std::optional<std::string_view> query) {
    std::string url = route.upstream;
    if (path.size() < route.path.size()) {
        url.pop_back();  // "/api" for "/api/": the upstream's prefix without its last '/', too
    } else {
        url.append(path.substr(route.path.size()));
    }
    if (query) url.append("?").append(*query);
    return url;
}

}  // namespace vestibule
