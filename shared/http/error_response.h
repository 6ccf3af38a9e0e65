// An error for whoever asked: a problem for a program, a small page for a person who navigated.
#pragma once

#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace vestibule {

Response error_response(const Request& request, const Error& error, std::string_view app_url);

}  // namespace vestibule
