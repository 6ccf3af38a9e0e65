#include "policy/cross_site.h"

#include <string>
#include <vector>

namespace vestibule {
namespace {

tl::unexpected<Error> rejected(std::string detail) { return failure(ErrorCode::csrf_rejected, std::move(detail)); }

bool says(const Request& request, std::string_view name, std::string_view value) {
    return request.headers.single(name) == value;
}

bool is_top_level_navigation(const Request& request) {
    return says(request, "Sec-Fetch-Mode", "navigate") && says(request, "Sec-Fetch-Dest", "document");
}

Result<void> check_fetch_site(const Request& request, Navigation navigation) {
    if (says(request, "Sec-Fetch-Site", "same-origin")) return {};
    const bool by_a_person = says(request, "Sec-Fetch-Site", "none") && is_top_level_navigation(request);
    if (by_a_person && navigation == Navigation::allow) return {};
    return rejected("Sec-Fetch-Site");
}

// Older browsers and programs (checklist S37).
Result<void> check_origin(const Request& request, std::string_view our_origin) {
    if (request.headers.find("Origin")) {
        if (says(request, "Origin", our_origin)) return {};
        return rejected("Origin");
    }
    if (says(request, "X-BFF", "1")) return {};
    return rejected("no sign of this site");
}

}  // namespace

Result<void> check_cross_site(const Request& request, std::string_view our_origin, Navigation navigation) {
    if (request.headers.find("Sec-Fetch-Site")) return check_fetch_site(request, navigation);
    return check_origin(request, our_origin);
}

Result<void> check_top_level(const Request& request) {
    const bool has_mode = request.headers.find("Sec-Fetch-Mode").has_value();
    const bool has_destination = request.headers.find("Sec-Fetch-Dest").has_value();
    if (!has_mode && !has_destination) return {};
    if (is_top_level_navigation(request)) return {};
    const bool by_script = says(request, "Sec-Fetch-Dest", "empty") && !says(request, "Sec-Fetch-Mode", "navigate") &&
                           !says(request, "Sec-Fetch-Mode", "websocket");
    if (by_script) return {};
    return rejected("Sec-Fetch-Dest");
}

Result<void> check_top_level_or_frame(const Request& request) {
    if (says(request, "Sec-Fetch-Mode", "navigate") && says(request, "Sec-Fetch-Dest", "iframe")) return {};
    return check_top_level(request);
}

}  // namespace vestibule
