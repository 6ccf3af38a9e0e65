// UserInfo answers (OpenID Connect Core §5.3; checklist I39–I42).
#pragma once

#include <string_view>

#include "base/result.h"
#include "codec/json.h"
#include "http/client.h"

namespace vestibule {

// identity_rejected where it is not 200 application/json with an object whose `sub` is exactly `subject`.
Result<Json> parse_userinfo_response(const OutboundResponse& response, std::string_view subject);

}  // namespace vestibule
