#include "policy/active_content.h"

#include <algorithm>
#include <array>
#include <string>

#include "http/message.h"

namespace vestibule {
namespace {

constexpr std::array<std::string_view, 6> kDocuments{
    "text/html", "application/xhtml+xml", "text/xml", "application/xml", "text/xsl", "image/svg+xml"};

// "type/subtype" in lower case, without parameters and blanks; "" where there is none.
std::string essence(std::string_view content_type) {
    std::string result(content_type.substr(0, content_type.find(';')));
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto first = result.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return result.substr(first, result.find_last_not_of(" \t") - first + 1);
}

bool is_media_type(std::string_view type) {
    const auto slash = type.find('/');
    return slash != std::string_view::npos && is_valid_field_name(type.substr(0, slash)) &&
           is_valid_field_name(type.substr(slash + 1));
}

}  // namespace

ContentKind kind_of_content(std::string_view content_type) {
    // Of a list, browsers take the last, others the first (Fetch, "extract a MIME type").
    if (content_type.find(',') != std::string_view::npos) return ContentKind::unknown;
    const std::string type = essence(content_type);
    if (!is_media_type(type)) return ContentKind::unknown;
    const bool is_listed = std::find(kDocuments.begin(), kDocuments.end(), type) != kDocuments.end();
    if (is_listed || type.ends_with("+xml") || type == "multipart/x-mixed-replace") return ContentKind::document;
    const std::string_view subtype = std::string_view(type).substr(type.find('/') + 1);
    const bool is_script = subtype.find("javascript") != std::string_view::npos ||
                           subtype.find("ecmascript") != std::string_view::npos || type == "text/jscript" ||
                           type == "text/livescript" || type == "application/wasm";
    return is_script ? ContentKind::script : ContentKind::passive;
}

std::string_view sandbox_policy() {
    return "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action "
           "'none'; "
           "frame-ancestors 'none'";
}

}  // namespace vestibule
