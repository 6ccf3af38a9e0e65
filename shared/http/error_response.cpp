#include "http/error_response.h"

#include "http/respond.h"

namespace vestibule {

Response error_response(const Request& request, const Error& error, std::string_view app_url) {
    return is_navigation(request) ? error_page(error, app_url) : problem_response(error);
}

}  // namespace vestibule
