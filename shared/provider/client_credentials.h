// The client's signing key and its certificate, as their files hold them now: a key that is replaced signs, and a
// certificate that is renewed is presented, without a restart and without a logout (checklist A12, A26, A27).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "config/client_keys.h"

namespace vestibule {

// How long a running process may not notice that a file was replaced.
constexpr Seconds kLookAgainAfter{30};

// Thread-safe.
class ClientCredentials {
public:
    // Begins with what the configuration read. Borrows all of it but `sources`.
    ClientCredentials(const ClientAuth& auth, Profile profile, ConfigSources sources, const Clock& clock, Log& log);
    // For a client without files.
    ClientCredentials(const ClientAuth& auth, const Clock& clock, Log& log);

    // Never null. Where the files cannot be read, or hold what no program would start with, the last good ones go on,
    // and the log says so once.
    std::shared_ptr<const ClientKeys> current();

private:
    bool is_time_to_look();
    void look_again();
    void note_problem(const std::string& problem);

    const ClientAuth& auth_;
    const Profile profile_;
    const ConfigSources sources_;
    const Clock& clock_;
    Log& log_;
    std::mutex mutex_;  // of what follows; not held while files are read
    std::shared_ptr<const ClientKeys> current_;
    MonotonicTime look_again_at_;
    std::string problem_;
};

}  // namespace vestibule
