// The parts of a configuration, each read and checked in a file of its own. Problems go to the reader's findings; what
// a part gives back after a problem is only good for looking for more.
#pragma once

#include "config/config.h"
#include "config/object_reader.h"
#include "config/url_rules.h"

namespace vestibule {

struct ClientAuthSettings {
    ClientAuth auth;          // without what files hold
    std::string secret_file;  // "" where none is named
};

struct ProviderSettings {
    ProviderConfig provider;
    std::string secret_file;
};

// With the defaults of the profile.
ProviderSettings read_provider(ObjectReader from, PlainHttp plain_http, Profile profile);
ClientAuthSettings read_client_auth(ObjectReader from);
// What the files of "clientAuth" hold, and the variables in their place, goes into `provider.auth`.
void read_client_credentials(const std::string& secret_file, ProviderConfig& provider, const ConfigSources& sources,
                             Findings& findings);
void read_authorization(ObjectReader& from, ProviderConfig& provider);
SessionConfig read_session(ObjectReader from);
Paths read_paths(ObjectReader from);
Route read_route(ObjectReader from, PlainHttp plain_http);
ServingConfig read_serving(ObjectReader from);

// "store": an address of a kind that there is. Whether this build has it is said when it is opened.
void check_store(ObjectReader& from, std::string_view name, std::string_view store);

// What can only be seen with all parts together: routes against paths, against each other, against the provider and
// against ourselves.
void check_routes(const Config& config, Findings& findings);
// Every setting that contradicts the profile, by its name.
void check_profile(const Config& config, Findings& findings);

}  // namespace vestibule
