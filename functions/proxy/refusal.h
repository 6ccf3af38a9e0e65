// What a caller is told who does not get an upstream's answer: a problem for a program, a page for a person who clicked
// a link to a download. Cookies are never touched here: an API call that began before a new login must not undo it.
#pragma once

#include "base/error.h"
#include "config/config.h"
#include "http/message.h"
#include "world/world.h"

namespace vestibule {

// The answer alone. no_session and session_ended say where to log in (`links.login`).
Response refusal(const Request& request, const Error& error, const Config& config);

// The answer, and its line in the log.
Response refuse(const Request& request, const Error& error, const ProviderWorld& world);
Response refuse_method(const Route& route, const ProviderWorld& world);

}  // namespace vestibule
