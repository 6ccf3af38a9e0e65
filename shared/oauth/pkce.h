// Proof Key for Code Exchange, S256 only (RFC 7636 §4.1, §4.2; checklist L04–L06).
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace vestibule {

// BASE64URL(SHA256(ASCII(verifier))), 43 characters.
std::string code_challenge_s256(const Secret& code_verifier);

}  // namespace vestibule
