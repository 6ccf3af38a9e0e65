#include "world/refresh_with_provider.h"

#include <chrono>

namespace vestibule {
namespace {

constexpr Seconds kLeaseMargin{10};         // for the store, and for verifying a new ID token
constexpr Milliseconds kWaitMargin{2'000};  // beyond the time that any other call to the provider takes
constexpr Milliseconds kRevokeAtMost{2'000};

RefreshTiming timing_of(const Config& config) {
    RefreshTiming timing;
    timing.lease = std::chrono::ceil<Seconds>(config.provider.refresh_timeout) + kLeaseMargin;
    timing.wait_at_most = config.provider.timeout + kWaitMargin;
    return timing;
}

std::string subject_of(const LiveSession& session) { return session.claims().string_at("sub").value_or(""); }

}  // namespace

Result<LiveSession> refresh_with_provider(const LiveSession& session, RefreshReason reason,
                                          const ProviderWorld& world) {
    const RefreshCalls calls{
        [&world](const LiveSession& current, const TokenSet& tokens) {
            return world.provider.refresh(tokens, subject_of(current));
        },
        [&world](const TokenSet& tokens) { world.provider.revoke(tokens, kRevokeAtMost); },
    };
    const RefreshContext context{world.store,  world.keys, world.clock,
                                 world.random, world.log,  timing_of(world.config)};
    return refresh_session(session, reason, context, calls);
}

}  // namespace vestibule
