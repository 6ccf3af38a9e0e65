// The files of "clientAuth": the client's signing keys and its certificate.
#pragma once

#include <optional>
#include <vector>

#include "config/config.h"
#include "config/read_config.h"

namespace vestibule {

// Reads the files that the method needs, and the certificate's wherever one is named. Problems carry the setting's
// place; none of them quotes a file. Files with a private key that others may read are refused (checklist A26).
tl::expected<ClientKeys, std::vector<ConfigProblem>> read_client_keys(const ClientAuth& auth,
                                                                      const ConfigSources& sources);

// What the profile has against a key (FAPI 2.0 Security Profile §5.4.1): when it is read first, and whenever its file
// is replaced.
std::optional<ConfigProblem> problem_of(const ClientKeys& keys, Profile profile);

}  // namespace vestibule
