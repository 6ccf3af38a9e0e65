// CGI variables become a request (adapters/cgi/cgi_request.h).
#include "adapters/cgi/cgi_request.h"

#include <algorithm>

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

constexpr RequestLimits kLimits{.max_header_octets = 2048, .max_header_fields = 20};

void check_target(const Request& request, const std::vector<CgiVariable>& variables) {
    require(request.path.starts_with('/') && request.path.find_first_of("?#") == std::string::npos, "a path");
    for (const std::string& part : {request.path, request.query})
        for (const char c : part) require(static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '#', "no blank");
    for (const auto& [name, value] : variables) {
        if (name != "REQUEST_URI" || value.empty()) continue;
        const bool has_query = value.find('?') != value.npos;
        require(value == request.path + (has_query ? "?" : "") + request.query, "the target as it was sent");
    }
}

void check_fields(const HeaderFields& fields) {
    std::size_t octets = 0;
    for (const auto& [name, value] : fields) {
        require(!name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == name.npos,
                "a name");
        require(name != "proxy" && name != "authorization" && name != "transfer-encoding", "never taken");
        require(is_valid_field_value(value), "no control in a value");
        octets += name.size() + value.size();
    }
    require(octets <= kLimits.max_header_octets && fields.size() <= kLimits.max_header_fields, "within the limits");
    require(fields.all("content-type").size() <= 1 && fields.all("content-length").empty(), "one description");
}

}  // namespace

// NAME=value, with a NUL between two of them, as the operating system keeps them.
FUZZ_TARGET(cgi_request) {
    std::vector<std::string> entries;
    for (Pieces pieces(input, '\0'); !pieces.empty();) entries.emplace_back(pieces.next());
    std::vector<const char*> environment;
    for (const std::string& entry : entries) environment.push_back(entry.c_str());
    environment.push_back(nullptr);

    const auto variables = cgi_variables(environment.data());
    const auto request = request_from_cgi(variables, kLimits);
    if (!request) {
        const ErrorCode code = request.error().code;
        return require(code == ErrorCode::bad_request || code == ErrorCode::headers_too_large, "one of two errors");
    }
    require(is_valid_field_name(request->method) && request->method.size() <= 32, "a method");
    require(request->content_length.value_or(0) <= INT64_MAX, "a length");
    check_target(*request, variables);
    check_fields(request->headers);
}
