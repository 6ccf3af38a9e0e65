// Absolute URLs (http/url.h).
#include "http/url.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return result;
}

}  // namespace

FUZZ_TARGET(url) {
    const auto url = parse_url(input);
    if (!url) return;
    const std::string bare_host = url->host.find(':') == std::string::npos ? url->host : '[' + url->host + ']';
    const std::string rest = url->path + (url->has_query ? "?" : "") + url->query;
    const std::string written = url->scheme + "://" + bare_host + (url->port.empty() ? "" : ':' + url->port);
    require(lower(input.substr(0, input.size() - rest.size())) == written, "all of the authority is understood");
    require(input.ends_with(rest), "path and query as they are");
    require(url->path.empty() || url->path.starts_with('/'), "a path");
    require(url->host.find_first_of("@/\\?#%") == std::string::npos && !url->host.empty(), "a host");

    const auto again = parse_url(url->origin() + rest);
    require(again && again->origin() == url->origin(), "an origin reads as itself");
    require(again->path == url->path && again->query == url->query, "with the same path and query");
    require(again->is_loopback() == url->is_loopback(), "on the same machine");
}
