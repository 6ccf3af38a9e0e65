// One way to say that something did not work.
#pragma once

#include <string_view>

#include "base/error.h"
#include "functions/admin/commands.h"

namespace vestibule::admin {

// "admin: <what>: <why>" on stderr; the exit status for it.
int fail(const Terminal& terminal, std::string_view what, std::string_view why);
int fail(const Terminal& terminal, std::string_view what, const Error& error);

}  // namespace vestibule::admin
