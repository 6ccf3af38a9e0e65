// Plain CGI: one request from the environment and standard input, its answer on standard output (RFC 3875).
//
// A body that breaks off half way cannot be told to the web server where no Content-Length was sent; the exit code 1 is
// all there is. Whoever needs more uses FastCGI.
#pragma once

#include "adapters/cgi/service.h"

namespace vestibule {

// 0 once the answer was written, whatever it was; 1 where it could not be written as a whole. REQUIRES: no other
// thread.
int serve_cgi(const Service& service, const char* const* environment);

}  // namespace vestibule
