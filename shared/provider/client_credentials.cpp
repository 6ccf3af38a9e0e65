#include "provider/client_credentials.h"

#include <utility>

namespace vestibule {
namespace {

std::string kid_of(const ClientKeys& keys) { return keys.signing ? keys.signing->kid() : std::string(); }

std::string thumbprint_of(const ClientKeys& keys) {
    return keys.certificate ? keys.certificate->thumbprint : std::string();
}

// The kid may be of the operator's choosing, so that it says nothing about the key.
bool is_same(const ClientKeys& a, const ClientKeys& b) {
    if (thumbprint_of(a) != thumbprint_of(b) || a.signing.has_value() != b.signing.has_value()) return false;
    return !a.signing || a.signing->public_jwk() == b.signing->public_jwk();
}

ConfigSources no_sources() {
    return {[](std::string_view) { return std::nullopt; },
            [](const std::string&, ConfigSources::Privacy) { return std::nullopt; }};
}

}  // namespace

ClientCredentials::ClientCredentials(const ClientAuth& auth, Profile profile, ConfigSources sources, const Clock& clock,
                                     Log& log)
    : auth_(auth),
      profile_(profile),
      sources_(std::move(sources)),
      clock_(clock),
      log_(log),
      look_again_at_(clock.monotonic_now() + kLookAgainAfter) {
    // Checklist, conflict 3: a server that takes our proof for another one could use it there.
    if (auth.method == ClientAuthMethod::private_key_jwt && auth.assertion_audience != AssertionAudience::issuer)
        log.warning("client_auth.downgraded", {{"setting", "provider.clientAuth.assertionAudience"}});
}

ClientCredentials::ClientCredentials(const ClientAuth& auth, const Clock& clock, Log& log)
    : ClientCredentials(auth, Profile::standard, no_sources(), clock, log) {}

std::shared_ptr<const ClientKeys> ClientCredentials::current() {
    if (is_time_to_look()) look_again();
    const std::lock_guard lock(mutex_);
    if (!current_) current_ = std::make_shared<const ClientKeys>(auth_.keys);
    return current_;
}

// One thread looks, the others go on with what there is.
bool ClientCredentials::is_time_to_look() {
    if (auth_.keys_file.empty() && auth_.certificate_file.empty()) return false;
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic_now() < look_again_at_) return false;
    look_again_at_ = clock_.monotonic_now() + kLookAgainAfter;
    return true;
}

void ClientCredentials::look_again() {
    auto read = read_client_keys(auth_, sources_);
    if (!read) return note_problem(print_problems(read.error()));
    if (const auto weak = problem_of(*read, profile_)) return note_problem(print_problems({*weak}));
    const std::lock_guard lock(mutex_);
    problem_.clear();
    if (is_same(*read, current_ ? *current_ : auth_.keys)) return;
    current_ = std::make_shared<const ClientKeys>(std::move(*read));
    log_.info("client_auth.replaced", {{"kid", kid_of(*current_)}, {"certificate", thumbprint_of(*current_)}});
}

void ClientCredentials::note_problem(const std::string& problem) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(problem_, problem) == problem) return;
    log_.error("client_auth.files_unusable", {{"reason", problem}});
}

}  // namespace vestibule
