#include "functions/admin/failure.h"

#include <ostream>

namespace vestibule::admin {

int fail(const Terminal& terminal, std::string_view what, std::string_view why) {
    terminal.err << "admin: " << what << ": " << why << '\n';
    return kFailed;
}

int fail(const Terminal& terminal, std::string_view what, const Error& error) {
    return fail(terminal, what, error.detail.empty() ? facts(error.code).title : std::string_view(error.detail));
}

}  // namespace vestibule::admin
