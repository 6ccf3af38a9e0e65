// UserInfo answers (oauth/userinfo_response.h).
#include "oauth/userinfo_response.h"

#include "tests/fuzz/outbound_response.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(userinfo_response) {
    const OutboundResponse response = fuzz::outbound_response(input);
    const auto claims = parse_userinfo_response(response, "alice");
    if (!claims) return require(claims.error().code == ErrorCode::identity_rejected, "one error");
    require(response.status == 200 && claims->is_object(), "200 with an object");
    require(claims->string_at("sub") == "alice", "the subject's own claims");
}
