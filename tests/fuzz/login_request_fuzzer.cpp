// What a page may ask of a login (functions/login/login_request.h).
#include "functions/login/login_request.h"

#include <algorithm>

#include "tests/fuzz/browser_url.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

namespace {

const Config& config() {
    static const auto made = [] {
        Config config;
        config.public_url = parse_url("https://app.example.com").value();
        config.provider.max_age = Seconds{3600};
        config.provider.acr_values = {"phr", "urn:mace:incommon:iap:silver"};
        return config;
    }();
    return made;
}

bool is_printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

FUZZ_TARGET(login_request) {
    const auto request = parse_login_request(input, config());
    if (!request) {
        const ErrorCode code = request.error().code;
        return require(code == ErrorCode::bad_request || code == ErrorCode::bad_return_to, "one of two errors");
    }
    require(fuzz::BrowserUrl::path_on_this_origin(request->return_to.text(), "/").has_value(),
            "returns to this origin");
    require(request->max_age && *request->max_age <= Seconds{3600} && request->max_age->count() >= 0, "only tightened");
    const auto& allowed = config().provider.acr_values;
    for (const std::string& acr : request->acr_values)
        require(std::find(allowed.begin(), allowed.end(), acr) != allowed.end(), "an allowed class");
    for (const auto& text : {request->prompt, request->login_hint, request->ui_locales})
        require(!text || (!text->empty() && text->size() <= 256 && is_printable(*text)), "a short text");
}
