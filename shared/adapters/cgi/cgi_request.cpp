#include "adapters/cgi/cgi_request.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "codec/percent.h"

namespace vestibule {
namespace {

constexpr std::size_t kMaxMethod = 32;

auto named(std::string_view name) {
    return [name](const CgiVariable& variable) { return variable.name == name; };
}

// The variables a request is made of, each at most once.
class MetaVariables {
public:
    explicit MetaVariables(const std::vector<CgiVariable>& variables) : variables_(variables) {}

    // "" and absent are the same in CGI (RFC 3875 §4.1).
    std::string_view value(std::string_view name) const {
        const auto found = std::find_if(variables_.begin(), variables_.end(), named(name));
        return found == variables_.end() ? std::string_view{} : found->value;
    }

    bool any_twice() const {
        static constexpr std::string_view kSingle[] = {"REQUEST_METHOD", "REQUEST_URI", "QUERY_STRING",
                                                       "SCRIPT_NAME",    "PATH_INFO",   "CONTENT_LENGTH",
                                                       "CONTENT_TYPE",   "REMOTE_ADDR"};
        return std::any_of(std::begin(kSingle), std::end(kSingle), [&](std::string_view name) {
            return std::count_if(variables_.begin(), variables_.end(), named(name)) > 1;
        });
    }

private:
    const std::vector<CgiVariable>& variables_;
};

// RFC 3875 §4.1.2: 1*DIGIT or "". Octets above 2^63 are nobody's body.
Result<std::optional<std::uint64_t>> content_length(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc{} || end != text.data() + text.size() || length > INT64_MAX)
        return failure(ErrorCode::bad_request, "CONTENT_LENGTH is no number");
    return length;
}

bool has_blank_or_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet <= 0x20 || octet == 0x7f;
    });
}

std::string encode_path(std::string_view decoded) {
    std::string result;
    while (!decoded.empty()) {
        const std::size_t slash = std::min(decoded.find('/'), decoded.size());
        result += percent_encode(decoded.substr(0, slash));
        if (slash < decoded.size()) result += '/';
        decoded.remove_prefix(std::min(slash + 1, decoded.size()));
    }
    return result;
}

std::string target_of(const MetaVariables& meta) {
    if (const std::string_view raw = meta.value("REQUEST_URI"); !raw.empty()) return std::string(raw);
    std::string target = encode_path(std::string(meta.value("SCRIPT_NAME")) + std::string(meta.value("PATH_INFO")));
    if (target.empty()) target = "/";
    if (const std::string_view query = meta.value("QUERY_STRING"); !query.empty()) target.append("?").append(query);
    return target;
}

// Origin form only (RFC 9112 §3.2.1): the absolute form names a host, and "*" no resource.
Result<void> take_target(std::string_view target, Request& request) {
    if (target.front() != '/' || has_blank_or_control(target) || target.find('#') != std::string_view::npos)
        return failure(ErrorCode::bad_request, "REQUEST_URI is not in origin form");
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    request.query = target.substr(std::min(mark + 1, target.size()));
    request.has_query = mark != target.size();
    return {};
}

bool is_dropped(std::string_view name) {
    static constexpr std::string_view kDropped[] = {"PROXY", "AUTHORIZATION", "CONTENT_LENGTH", "CONTENT_TYPE",
                                                    "TRANSFER_ENCODING"};
    return std::find(std::begin(kDropped), std::end(kDropped), name) != std::end(kDropped) || name.empty() ||
           name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != std::string_view::npos;
}

std::string field_name(std::string_view variable) {
    std::string name(variable);
    for (char& c : name) c = c == '_' ? '-' : (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    return name;
}

// A web server trims the blanks around a value; one that did not is helped here.
std::string_view trimmed(std::string_view value) {
    const std::size_t begin = value.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return value.substr(begin, value.find_last_not_of(" \t") - begin + 1);
}

class FieldTaker {
public:
    FieldTaker(HeaderFields& fields, const RequestLimits& limits, std::size_t octets)
        : fields_(fields), limits_(limits), octets_(octets) {}

    Result<void> add(const std::string& name, std::string_view value) {
        octets_ += name.size() + value.size();
        if (octets_ > limits_.max_header_octets || fields_.size() >= limits_.max_header_fields)
            return failure(ErrorCode::headers_too_large, "header of more than the limit");
        if (!is_valid_field_value(value)) return failure(ErrorCode::bad_request, "a header field has a control in it");
        fields_.add(name, trimmed(value));
        return {};
    }

private:
    HeaderFields& fields_;
    const RequestLimits& limits_;
    std::size_t octets_;
};

Result<void> take_fields(const std::vector<CgiVariable>& variables, FieldTaker taker) {
    constexpr std::string_view kPrefix = "HTTP_";
    for (const auto& [name, value] : variables) {
        Result<void> taken;
        if (name == "CONTENT_TYPE" && !value.empty()) taken = taker.add("content-type", value);
        if (name.starts_with(kPrefix) && !is_dropped(name.substr(kPrefix.size())))
            taken = taker.add(field_name(name.substr(kPrefix.size())), value);
        if (!taken) return taken;
    }
    return {};
}

}  // namespace

std::vector<CgiVariable> cgi_variables(const char* const* environment) {
    std::vector<CgiVariable> variables;
    for (; environment && *environment; ++environment) {
        const std::string_view entry = *environment;
        const std::size_t equals = entry.find('=');
        if (equals == std::string_view::npos) continue;
        variables.push_back({entry.substr(0, equals), entry.substr(equals + 1)});
    }
    return variables;
}

Result<Request> request_from_cgi(const std::vector<CgiVariable>& variables, const RequestLimits& limits) {
    const MetaVariables meta(variables);
    if (meta.any_twice()) return failure(ErrorCode::bad_request, "a CGI variable comes twice");

    Request request;
    request.method = meta.value("REQUEST_METHOD");
    if (!is_valid_field_name(request.method) || request.method.size() > kMaxMethod)
        return failure(ErrorCode::bad_request, "REQUEST_METHOD is no token");

    const std::string target = target_of(meta);
    const auto length = content_length(meta.value("CONTENT_LENGTH"));
    if (!length) return failure(length.error());
    if (!*length && !meta.value("HTTP_TRANSFER_ENCODING").empty())  // checklist H07
        return failure(ErrorCode::bad_request, "a body without CONTENT_LENGTH");
    request.content_length = *length;
    request.remote_address = meta.value("REMOTE_ADDR");

    if (auto taken = take_fields(variables, FieldTaker(request.headers, limits, target.size())); !taken)
        return failure(taken.error());
    if (auto taken = take_target(target, request); !taken) return failure(taken.error());
    return request;
}

}  // namespace vestibule
