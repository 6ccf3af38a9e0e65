// The shape every answer of a provider has: JSON in an object, and it says so. (A signed UserInfo says
// application/jwt.)
#pragma once

#include <string_view>

#include "base/result.h"
#include "codec/json.h"
#include "http/message.h"

namespace vestibule {

// Content-Type is there once and is `type`, whatever its parameters.
bool has_media_type(const HeaderFields& headers, std::string_view type);

// Content-Type is there once and is application/json, or another JSON type such as application/jwk-set+json.
bool is_json(const HeaderFields& headers);

// upstream_invalid where the header does not say JSON, the body is none, or it is no object (checklist D04). The detail
// never quotes the body. Depth is limited to 32 (A23).
Result<Json> json_object(const HeaderFields& headers, std::string_view body);

}  // namespace vestibule
