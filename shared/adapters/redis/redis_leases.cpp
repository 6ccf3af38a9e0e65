#include <utility>

#include "adapters/redis/redis_operations.h"
#include "adapters/redis/redis_values.h"
#include "codec/base64url.h"

namespace vestibule::redis {
namespace {

Result<ReplaceOutcome> read_outcome(const Result<RedisReplyPtr>& reply) {
    if (!reply) return failure(reply.error());
    const auto word = read_word(**reply);
    if (!word) return failure(word.error());
    if (*word == "replaced") return ReplaceOutcome::replaced;
    if (*word == "stale") return ReplaceOutcome::stale;
    if (*word == "gone") return ReplaceOutcome::gone;
    return unreadable("no outcome of a replacement");
}

Result<LeaseAnswer> read_grant(const RedisReply& list) {
    const auto fence = read_time(*list.elements[1]);  // a number, too
    auto row = read_sealed_row(list, 2);
    if (!fence) return failure(fence.error());
    if (!row) return failure(row.error());
    return Lease{static_cast<std::uint64_t>(fence->time_since_epoch().count()), *std::move(row)};
}

Result<LeaseAnswer> read_lease_answer(const RedisReply& list) {
    if (list.kind != RedisReply::Kind::list || list.elements.empty()) return unreadable("no answer about a lease");
    const std::string& word = list.elements[0]->text;
    if (word == "gone") return SessionGone{};
    if (list.elements.size() < 2) return unreadable("no answer about a lease");
    if (word == "granted") return read_grant(list);
    const auto until = read_time(*list.elements[1]);
    if (!until) return failure(until.error());
    if (word == "held") return LeaseHeld{*until};
    if (word == "backoff") return RefreshBackoff{*until};
    return unreadable("no answer about a lease");
}

}  // namespace

Result<LeaseAnswer> acquire_lease(const Asked& asked, const SessionKey& key, Seconds duration, WallTime now) {
    const auto reply = asked.run("acquire_lease", RedisEffect::confirmed, {asked.session(key)},
                                 {hex_encode(key.octets), print(now + duration), print(now)});
    if (!reply) return failure(reply.error());
    return read_lease_answer(**reply);
}

Result<ReplaceOutcome> replace(const Asked& asked, const Replacement& with, WallTime now) {
    return read_outcome(asked.run("replace", RedisEffect::confirmed, {asked.session(with.key)},
                                  {hex_encode(with.key.octets), print(now), print(with.expected_version),
                                   print(with.fence), print(with.access_expires_at), print(with.access_lifetime),
                                   with.sealed.claims, with.sealed.access_token, with.sealed.refresh_and_id_token}));
}

Result<void> release_lease(const Asked& asked, const SessionKey& key, std::uint64_t fence,
                           std::optional<WallTime> retry_at, WallTime now) {
    const auto reply = asked.run("release_lease", RedisEffect::writes, {asked.session(key)},
                                 {hex_encode(key.octets), print(fence), retry_at ? print(*retry_at) : "", print(now)});
    if (!reply) return failure(reply.error());
    return read_truth(**reply).map([](bool) {});
}

Result<ReplaceOutcome> erase_if_unchanged(const Asked& asked, const SessionKey& key, std::uint64_t expected_version,
                                          std::uint64_t fence, WallTime now) {
    return read_outcome(asked.run("erase_if_unchanged", RedisEffect::confirmed,
                                  {asked.session(key), asked.named("created"), asked.named("expiry")},
                                  {hex_encode(key.octets), print(expected_version), print(fence), print(now)}));
}

}  // namespace vestibule::redis
