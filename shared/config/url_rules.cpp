#include "config/url_rules.h"

namespace vestibule {
namespace {

std::string_view without_root_dot(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

std::string_view port_of(const Url& url) {
    if (!url.port.empty()) return url.port;
    return url.scheme == "https" ? "443" : "80";
}

std::string problem_of_form(std::string_view text) {
    const std::string_view authority = text.substr(0, text.find('/', text.find("://") + 3));
    if (!text.starts_with("https://") && !text.starts_with("http://")) return "must begin with https:// (or http://)";
    if (authority.find('@') != authority.npos) return "must not hold a user name or password";
    if (text.find('#') != text.npos) return "must not have a fragment (#…)";
    return "is no absolute URL; write it as https://host/path";
}

}  // namespace

std::optional<std::string> problem_of_url(std::string_view text, PlainHttp plain_http) {
    const auto url = parse_url(text);
    if (!url) return problem_of_form(text);
    if (url->scheme == "http" && !url->is_loopback() && plain_http == PlainHttp::loopback_only) {
        return "is plain http beyond this machine; use https (or, where the network is really yours, say "
               "\"allowPlainHttp\": true)";
    }
    return std::nullopt;
}

bool is_same_party(const Url& a, const Url& b) {
    if (a.is_loopback() && b.is_loopback()) return port_of(a) == port_of(b);
    return without_root_dot(a.host) == without_root_dot(b.host);
}

}  // namespace vestibule
