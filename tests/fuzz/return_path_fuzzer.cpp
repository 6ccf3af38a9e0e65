// Where a person may be sent (policy/return_path.h): whatever is accepted stays on this origin, as a browser reads it.
#include "policy/return_path.h"

#include "codec/percent.h"
#include "tests/fuzz/browser_url.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

void require_here(std::string_view reference) {
    for (const std::string_view base : {"/", "/auth/callback", "/a//b/"}) {
        const auto path = fuzz::BrowserUrl::path_on_this_origin(reference, base);
        require(path.has_value(), "a browser stays on this origin");
        require(!path->starts_with("//"), "the path is no authority for whoever resolves it once more");
    }
}

}  // namespace

FUZZ_TARGET(return_path) {
    const auto accepted = ReturnPath::parse(input);
    if (!accepted) return;
    require(accepted->text() == input && input.size() <= 1024, "kept as it is");
    for (const char c : input) require(c > 0x20 && c < 0x7f, "nothing that could break a header");
    require_here(input);
    const auto path = fuzz::BrowserUrl::path_on_this_origin(input, "/");
    require(path == input.substr(0, input.find_first_of("?#")), "the browser asks for just that path");

    // An application that decodes the path and goes there.
    const auto decoded = percent_decode(*path);
    require(decoded && fuzz::BrowserUrl::path_on_this_origin(*decoded, "/"),
            "nor does the decoded path lead elsewhere");

    const std::string with_error = accepted->with_parameter("auth_error", "a&b=c#d");
    require_here(with_error);
    require(with_error.substr(0, path->size() + 1) == *path + '?', "one more parameter, the same path");
    const auto fragment = std::min(input.find('#'), input.size());
    require(with_error.ends_with("auth_error=a%26b%3Dc%23d" + std::string(input.substr(fragment))),
            "before the fragment");
}
