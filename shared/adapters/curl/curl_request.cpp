#include "adapters/curl/curl_request.h"

#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace vestibule {
namespace {

template <std::size_t count>
bool is_one_of(std::string_view text, const std::string_view (&names)[count]) {
    return std::any_of(std::begin(names), std::end(names),
                       [&](std::string_view name) { return equal_ignoring_case(text, name); });
}

bool is_ours(std::string_view name) {
    static constexpr std::string_view kNames[] = {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",         "Proxy-Connection",
        "TE",   "Trailer",        "Upgrade",           "Expect",     "Proxy-Authorization"};
    return is_one_of(name, kNames);
}

// What libcurl would add on its own; "Name:" tells it not to.
constexpr std::string_view kAddedByCurl[] = {"Accept", "Content-Type", "Expect"};

// libcurl sends an empty value only for "Name;".
std::string line_of(const HeaderField& field) {
    return field.value.empty() ? field.name + ";" : field.name + ": " + field.value;
}

// By value, so that our copy can be wiped: it may hold a token.
// cppcheck-suppress passedByValue
void append(FieldList& list, std::string line) {
    list.reset(curl_slist_append(list.release(), line.c_str()));
    explicit_bzero(line.data(), line.size());
}

bool is_idempotent(std::string_view method) {  // RFC 9110 §9.2.2
    static constexpr std::string_view kMethods[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
    return is_one_of(method, kMethods);
}

bool streams(const OutboundRequest& request) { return request.upload && request.content_length.value_or(0) > 0; }

// Whether the method means a body, so that an empty one is said to be empty (RFC 9110 §8.6).
bool wants_length(std::string_view method) {
    static constexpr std::string_view kMethods[] = {"POST", "PUT", "PATCH"};
    return is_one_of(method, kMethods);
}

void configure_method(CURL* easy, const OutboundRequest& request) {
    if (request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (streams(request)) {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(*request.content_length));
    } else if (!request.body.empty() || wants_length(request.method)) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

// HTTP/1.1 only: one exchange a connection, so that nothing of one user's can reach another's. No redirects, no
// proxies, no cookies, no credentials from files, no content decoding (checklist A21, A22, A23, A28, P41, P49).
void configure_protocol(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "vestibule");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
}

// Checked always: there is no option that turns it off. The system's certificates are looked up in their hashed
// directory one at a time, where there is one: a whole bundle in memory for every handle would cost a megabyte each.
void configure_tls(CURL* easy, const TlsTrust& trust) {
    constexpr const char* kHashed = "/etc/ssl/certs";
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!trust.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, trust.ca_file.c_str());
        curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    } else if (access("/etc/ssl/certs/ca-certificates.crt", R_OK) == 0) {  // Debian, and its hashes beside it
        curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
        curl_easy_setopt(easy, CURLOPT_CAPATH, kHashed);
    }
}

// The handle borrows both for as long as it is configured.
curl_blob blob_of(const std::string& pem) {
    return {const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};  // NOLINT: libcurl's type; it only reads
}

// A resumed TLS session speaks for the certificate it began with (RFC 8446 §2.2): none is kept.
void configure_certificate(CURL* easy, const ClientCertificate* certificate) {
    if (certificate == nullptr) return;
    curl_blob certificates = blob_of(certificate->certificates);
    curl_blob key = blob_of(certificate->key.reveal());
    curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
    curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
    curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificates);
    curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

}  // namespace

void FieldListDeleter::operator()(curl_slist* list) const {
    for (curl_slist* entry = list; entry; entry = entry->next) explicit_bzero(entry->data, std::strlen(entry->data));
    curl_slist_free_all(list);
}

namespace {

// Path and query as they stand in the URL: newer libcurl would tidy them, an empty query away for one (RFC 9110 §7.7).
std::string target_of(const std::string& url) {
    const std::size_t authority = url.find("://");
    const std::size_t begin = url.find_first_of("/?", authority == url.npos ? 0 : authority + 3);
    if (begin == url.npos) return "/";
    return (url[begin] == '?' ? "/" : "") + url.substr(begin);
}

}  // namespace

Result<FieldList> field_list(const OutboundRequest& request) {
    if (!is_valid_field_name(request.method)) return failure(ErrorCode::internal, "the method is no token");
    FieldList list;
    for (const HeaderField& field : request.headers) {
        if (!is_valid_field_name(field.name) || !is_valid_field_value(field.value))
            return failure(ErrorCode::internal, "a malformed field for the upstream");
        if (!is_ours(field.name)) append(list, line_of(field));
    }
    for (const std::string_view name : kAddedByCurl) {
        if (is_ours(name) || !request.headers.find(name)) append(list, std::string(name) + ":");
    }
    return list;
}

void configure(CURL* easy, const OutboundRequest& request, const FieldList& fields, const TlsTrust& trust) {
    configure_protocol(easy);
    configure_tls(easy, trust);
    configure_certificate(easy, request.certificate.get());
    configure_method(easy, request);
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, target_of(request.url).c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields.get());
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.limits.connect.count()));
    // On a kept connection that turns out to be dead libcurl tries again on its own. What must not happen twice, or
    // cannot be read twice, gets a connection of its own (RFC 9110 §9.2.2, checklist P28).
    const bool once = !is_idempotent(request.method) || streams(request);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, once ? 1L : 0L);
}

}  // namespace vestibule
