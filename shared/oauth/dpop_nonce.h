// The nonces that servers give out for DPoP proofs (RFC 9449 §8, §9; checklist A15).
#pragma once

#include <optional>
#include <string>

#include "http/client.h"
#include "http/message.h"

namespace vestibule {

// The DPoP-Nonce of an answer, whatever its status. Nothing where there is none, more than one, or one that is no
// 1*NQCHAR (RFC 9449 §8.1) of at most 1024 octets.
std::optional<std::string> dpop_nonce(const HeaderFields& answer);

// An authorization server wants the request again, with the nonce it sent along: 400 (or 401) with JSON
// error=use_dpop_nonce (§8).
bool asks_for_dpop_nonce(const OutboundResponse& answer);

// A resource server does: WWW-Authenticate: DPoP … error="use_dpop_nonce" (§9). REQUIRES: the status is 401.
bool challenges_for_dpop_nonce(const HeaderFields& answer);

}  // namespace vestibule
