// `keys client`: the private JWK Set that private_key_jwt signs from. The first key signs. A new one goes last, so that
// it can be registered at the provider before it is used.
#pragma once

#include "config/read_config.h"
#include "functions/admin/commands.h"

namespace vestibule::admin {

// `sources` reads the file there is; one that others may read, or that holds anything but a JWK Set, is left alone.
int new_client_key(const NewClientKey& command, const ConfigSources& sources, const Terminal& terminal);
int list_client_keys(const ListClientKeys& command, const ConfigSources& sources, const Terminal& terminal);
int print_public_client_keys(const PublicClientKeys& command, const ConfigSources& sources, const Terminal& terminal);
int use_client_key(const UseClientKey& command, const ConfigSources& sources, const Terminal& terminal);
int remove_client_key(const RemoveClientKey& command, const ConfigSources& sources, const Terminal& terminal);

}  // namespace vestibule::admin
