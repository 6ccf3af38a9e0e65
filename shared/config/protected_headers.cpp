#include "config/protected_headers.h"

#include <algorithm>
#include <span>
#include <string>

namespace vestibule {
namespace {

// Names end with '*' where everything that begins so is meant.
using Names = std::span<const std::string_view>;

constexpr std::string_view kConnection[] = {"connection", "keep-alive", "te",     "trailer",        "transfer-encoding",
                                            "upgrade",    "proxy*",     "expect", "content-length", "via"};
constexpr std::string_view kRequest[] = {
    "authorization", "cookie*", "dpop",           "host",         "forwarded",      "x-forwarded-*", "x-real-ip",
    "x-user-id",     "origin",  "x-ssl-client*",  "client-cert*", "x-client-cert*", "x-original-*",  "x-rewrite-*",
    "sec-*",         "x-bff*",  "x-http-method*", "x-remote-*",   "remote-*",       "referer"};
constexpr std::string_view kResponse[] = {"set-cookie*",
                                          "clear-site-data",
                                          "strict-transport-security",
                                          "alt-svc",
                                          "public-key-pins*",
                                          "service-worker-allowed",
                                          "refresh",
                                          "authorization",
                                          "www-authenticate",
                                          "access-control-*",
                                          "status",
                                          "x-accel-*",
                                          "x-sendfile*",
                                          "x-lighttpd-*",
                                          "x-reproxy-*",
                                          "location",
                                          "cookie*",
                                          "content-security-policy*",
                                          "authentication-info",
                                          "dpop-nonce",
                                          "date",
                                          "server",
                                          "cross-origin-*",
                                          "reporting-endpoints",
                                          "report-to",
                                          "nel",
                                          "x-frame-options",
                                          "x-content-type-options",
                                          "permissions-policy",
                                          "referrer-policy",
                                          "speculation-rules",
                                          "origin-agent-cluster",
                                          "set-login",
                                          "vary",
                                          "cache-control"};

// Servers turn '_' and '-' into the same variable (checklist P51), so here they are the same letter.
std::string plain(std::string_view name) {
    std::string result(name);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == '_') c = '-';
    }
    return result;
}

bool is_among(std::string_view name, Names names) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view other) {
        return other.ends_with('*') ? name.starts_with(other.substr(0, other.size() - 1)) : name == other;
    });
}

}  // namespace

bool is_protected_request_header(std::string_view name) {
    const std::string plain_name = plain(name);
    return is_among(plain_name, kConnection) || is_among(plain_name, kRequest);
}

bool is_protected_response_header(std::string_view name) {
    const std::string plain_name = plain(name);
    return is_among(plain_name, kConnection) || is_among(plain_name, kResponse);
}

}  // namespace vestibule
