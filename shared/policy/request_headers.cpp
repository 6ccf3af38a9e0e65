#include "policy/request_headers.h"

#include <array>
#include <string>

#include "config/protected_headers.h"
#include "policy/field_names.h"
#include "policy/trace_headers.h"

namespace vestibule {
namespace {

constexpr std::array<std::string_view, 26> kForwarded{"Accept",
                                                      "Accept-Charset",
                                                      "Accept-Encoding",
                                                      "Accept-Language",
                                                      "Cache-Control",
                                                      "Content-Digest",
                                                      "Content-Disposition",
                                                      "Content-Encoding",
                                                      "Content-Language",
                                                      "Content-Range",
                                                      "Content-Type",
                                                      "Idempotency-Key",
                                                      "If-Match",
                                                      "If-Modified-Since",
                                                      "If-None-Match",
                                                      "If-Range",
                                                      "If-Unmodified-Since",
                                                      "Last-Event-ID",
                                                      "Pragma",
                                                      "Prefer",
                                                      "Priority",
                                                      "Range",
                                                      "Repr-Digest",

                                                      "User-Agent",
                                                      "Want-Content-Digest",
                                                      "Want-Repr-Digest"};

constexpr std::size_t kMaxVia = 1024;

constexpr std::array<std::string_view, 2> kTrace{"traceparent", "tracestate"};  // as trace_headers() says

bool is_never_copied(std::string_view name) { return is_protected_request_header(name) || holds_name(kTrace, name); }

// RFC 7239 §6: an IPv6 address stands in brackets and quotes.
std::string forwarded_node(const std::string& address) {
    return address.find(':') == std::string::npos ? address : "\"[" + address + "]\"";
}

// The web server names the peer; what is no address (a socket's path) is left out.
bool is_address(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
}

std::string authority_of(const Url& url) {
    const std::string origin = url.origin();
    return origin.substr(origin.find("://") + 3);
}

std::string via(const HeaderFields& request) {
    std::string result;
    for (const std::string_view hop : list_members(request, "Via")) result.append(hop).append(", ");
    if (result.size() > kMaxVia || !is_valid_field_value(result)) result.clear();
    return result.append("1.1 ").append(kViaName);
}

void add_forwarding(const Request& request, const Url& public_url, HeaderFields& headers) {
    const std::string authority = authority_of(public_url);
    std::string forwarded = "proto=" + public_url.scheme + ";host=\"" + authority + "\"";
    if (is_address(request.remote_address)) {
        headers.add("X-Forwarded-For", request.remote_address);
        forwarded = "for=" + forwarded_node(request.remote_address) + ";" + forwarded;
    }
    headers.add("X-Forwarded-Proto", public_url.scheme);
    headers.add("X-Forwarded-Host", authority);
    headers.add("Forwarded", forwarded);
}

}  // namespace

bool came_through_us(const HeaderFields& request) {
    for (const std::string_view hop : list_members(request, "Via")) {
        const auto name = hop.find(' ');  // after the protocol
        if (name != std::string_view::npos && equal_ignoring_case(hop.substr(name + 1), kViaName)) return true;
    }
    return false;
}

Result<HeaderFields> upstream_headers(const Request& request, const std::vector<std::string>& allowed_by_route,
                                      const Url& public_url, const HeaderFields& credentials) {
    const auto for_this_hop = connection_names(request.headers);
    HeaderFields headers;
    for (const auto& [name, value] : request.headers) {
        const bool wanted = holds_name(kForwarded, name) || holds_name(allowed_by_route, name);
        if (!wanted || is_never_copied(name) || holds_name(for_this_hop, name)) continue;
        if (!is_valid_field_value(value)) return failure(ErrorCode::bad_request, "a control in " + name);
        headers.add(name, value);
    }
    for (const auto& [name, value] : trace_headers(request.headers)) headers.add(name, value);
    headers.add("Via", via(request.headers));
    add_forwarding(request, public_url, headers);
    for (const auto& [name, value] : credentials) {
        if (!is_valid_field_value(value)) return failure(ErrorCode::internal, "a control in our own " + name);
        headers.add(name, value);
    }
    return headers;
}

}  // namespace vestibule
