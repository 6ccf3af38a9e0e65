// What a failure of libcurl means to the caller.
#pragma once

#include <curl/curl.h>

#include "base/error.h"

namespace vestibule {

// After the header nothing is unreachable any more: what came is broken.
Error error_of(CURLcode code, const char* message, bool header_complete);

}  // namespace vestibule
