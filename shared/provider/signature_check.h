// Whether the provider signed something: the one place where its published keys meet a signature.
#pragma once

#include <string>

#include "crypto/jws.h"
#include "provider/key_set_cache.h"

namespace vestibule {

// The keys are fetched anew once where none fits, within the pace of provider/document_cache.h (Core §10.1.1; checklist
// D10–D12). identity_rejected: no published key verifies it, or what is signed is no JSON object. unavailable: nobody
// can tell, for the keys that would are not to be had now.
Result<VerifiedJws> check_signature(const UnverifiedJws& jws, KeySetCache& key_sets, const std::string& jwks_uri,
                                    const Deadline& deadline);

}  // namespace vestibule
