// What a page may ask of a login: where to return to and how to log in. Nothing here can weaken what is configured.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "policy/return_path.h"
#include "session/login_flow.h"

namespace vestibule {

struct LoginRequest {
    ReturnPath return_to;
    std::optional<std::string> prompt;
    std::optional<std::string> login_hint;
    std::optional<std::string> ui_locales;
    std::optional<Seconds> max_age;       // the stricter of the asked and the configured one (checklist L20)
    std::vector<std::string> acr_values;  // the asked ones where all of them are allowed, else the configured ones
    AnswerBy answer_by = AnswerBy::redirect;
};

// `query` is raw. bad_return_to or bad_request; the detail names the parameter.
Result<LoginRequest> parse_login_request(std::string_view query, const Config& config);

}  // namespace vestibule
