#include "session/token_set.h"

namespace vestibule {

TokenSet to_give_back(TokenSet tokens, Grant grant) {
    if (grant == Grant::may_be_a_sessions) tokens.refresh_token.reset();
    return tokens;
}

}  // namespace vestibule
