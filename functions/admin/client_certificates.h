// `keys certificate`: a self-signed certificate for the provider, and what to register of it.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "config/read_config.h"
#include "functions/admin/commands.h"

namespace vestibule::admin {

// Replaces both files, the key first. A running process keeps the old pair until the new one is whole.
int new_client_certificate(const NewClientCertificate& command, const Clock& clock, Random& random,
                           const Terminal& terminal);
// The JWK Set of RFC 8705 §2.2.2: the public key with the certificate in x5c.
int print_public_client_certificate(const PublicClientCertificate& command, const ConfigSources& sources,
                                    const Terminal& terminal);

}  // namespace vestibule::admin
