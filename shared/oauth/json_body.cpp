#include "oauth/json_body.h"

namespace vestibule {
namespace {

// "type/subtype" without its parameters (RFC 9110 §8.3.1).
std::string_view media_type(std::string_view content_type) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    while (type.starts_with(' ') || type.starts_with('\t')) type.remove_prefix(1);
    return type;
}

bool is_structured_json(std::string_view type) {
    constexpr std::string_view kTree = "application/", kSuffix = "+json";
    return type.size() > kTree.size() + kSuffix.size() && equal_ignoring_case(type.substr(0, kTree.size()), kTree) &&
           equal_ignoring_case(type.substr(type.size() - kSuffix.size()), kSuffix);
}

}  // namespace

bool has_media_type(const HeaderFields& headers, std::string_view type) {
    const auto content_type = headers.single("Content-Type");
    return content_type && equal_ignoring_case(media_type(*content_type), type);
}

bool is_json(const HeaderFields& headers) {
    const auto content_type = headers.single("Content-Type");
    if (!content_type) return false;
    const std::string_view type = media_type(*content_type);
    return equal_ignoring_case(type, "application/json") || is_structured_json(type);
}

Result<Json> json_object(const HeaderFields& headers, std::string_view body) {
    if (!is_json(headers)) return failure(ErrorCode::upstream_invalid, "the answer is not application/json");
    auto json = Json::parse(body);
    if (!json) return failure(ErrorCode::upstream_invalid, "the answer is no JSON: " + json.error().detail);
    // Arrays and plain values are no set of members: they must not pass for an empty one.
    if (!json->is_object()) return failure(ErrorCode::upstream_invalid, "the answer is no JSON object");
    return json;
}

}  // namespace vestibule
