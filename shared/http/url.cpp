#include "http/url.h"

#include <algorithm>
#include <charconv>

namespace vestibule {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool is_url_character(char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != '#'; }

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

bool consists_of(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}

// A decimal number of at most `max`, written in the one shortest way.
bool is_number_up_to(std::string_view text, unsigned max) {
    unsigned number = 0;
    if (text.empty() || text.size() > 5 || !consists_of(text, kDigits)) return false;
    if (text.size() > 1 && text.front() == '0') return false;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number <= max;
}

bool is_port(std::string_view text) { return is_number_up_to(text, 65'535) && text != "0"; }

bool is_name_or_address(std::string_view host) {
    const bool has_empty_label = host.starts_with('.') || host.find("..") != std::string_view::npos;
    return !host.empty() && !has_empty_label && consists_of(host, "abcdefghijklmnopqrstuvwxyz0123456789-._");
}

bool is_ipv6_address(std::string_view host) {
    return host.find(':') != std::string_view::npos && consists_of(host, "abcdef0123456789:.");
}

// Splits "host:port" or "[address]:port"; false where it is neither.
bool read_authority(std::string_view authority, Url& url) {
    const bool bracketed = authority.starts_with('[');
    const std::size_t host_end = bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
    if (host_end == std::string_view::npos) return false;
    url.host = lower(authority.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0)));
    const std::string_view rest = authority.substr(host_end + (bracketed ? 1 : 0));
    if (bracketed ? !is_ipv6_address(url.host) : !is_name_or_address(url.host)) return false;
    if (rest.empty()) return true;
    url.port = rest.substr(1);
    return rest.front() == ':' && is_port(url.port);
}

bool read_scheme(std::string_view text, Url& url) {
    url.scheme = lower(text);
    return url.scheme == "http" || url.scheme == "https";
}

void read_path_and_query(std::string_view text, Url& url) {
    const std::size_t mark = text.find('?');
    url.path = text.substr(0, mark);
    url.has_query = mark != std::string_view::npos;
    if (url.has_query) url.query = text.substr(mark + 1);
}

// 127.0.0.0/8 written as four plain numbers; any other spelling of it is not believed.
bool is_loopback_ipv4(std::string_view host) {
    if (!host.starts_with("127.") || host.ends_with('.')) return false;
    int parts = 0;
    for (; !host.empty(); ++parts) {
        const std::size_t end = std::min(host.find('.'), host.size());
        if (!is_number_up_to(host.substr(0, end), 255)) return false;
        host.remove_prefix(std::min(end + 1, host.size()));
    }
    return parts == 4;
}

}  // namespace

std::string Url::origin() const {
    const bool is_address = host.find(':') != std::string::npos;
    const bool is_default = port.empty() || port == (scheme == "https" ? "443" : "80");
    return scheme + "://" + (is_address ? '[' + host + ']' : host) + (is_default ? "" : ':' + port);
}

bool Url::is_loopback() const {
    return host == "localhost" || host.ends_with(".localhost") || host == "::1" || is_loopback_ipv4(host);
}

std::optional<Url> parse_url(std::string_view text) {
    constexpr std::string_view kSeparator = "://";
    const std::size_t scheme_end = text.find(kSeparator);
    if (scheme_end == std::string_view::npos || !std::all_of(text.begin(), text.end(), is_url_character)) {
        return std::nullopt;
    }
    Url url;
    const std::string_view rest = text.substr(scheme_end + kSeparator.size());
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    if (!read_scheme(text.substr(0, scheme_end), url)) return std::nullopt;
    if (!read_authority(rest.substr(0, authority_end), url)) return std::nullopt;
    read_path_and_query(rest.substr(authority_end), url);
    return url;
}

}  // namespace vestibule
