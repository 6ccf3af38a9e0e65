// The tokens of a session, in the open. They live in memory for one request.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/secret.h"

namespace vestibule {

struct TokenSet {
    Secret access_token;
    WallTime access_expires_at{};
    Seconds access_lifetime{};
    std::optional<Secret> refresh_token;
    std::optional<Secret> id_token;                   // for id_token_hint at logout (checklist I44)
    std::optional<WallTime> refresh_token_over_at{};  // where the provider said so, in the answer these came with
    std::optional<WallTime> authorization_over_at{};  // likewise
};

}  // namespace vestibule
