#include "adapters/redis/redis_session_store.h"

#include <chrono>
#include <string>
#include <utility>

#include "adapters/redis/redis_client.h"
#include "adapters/redis/redis_operations.h"
#include "adapters/redis/redis_url.h"
#include "adapters/system/config_sources.h"

namespace vestibule {
namespace {

using redis::Asked;

class RedisSessionStore : public SessionStore {
public:
    RedisSessionStore(const RedisAddress& address, const RedisStoreOptions& options)
        : options_(options), client_(address, options.connections) {}

    Result<InsertOutcome> insert(const NewSession& session, WallTime now) override {
        return named("insert", redis::insert(ask(), session, options_.purge_per_write, now));
    }
    Result<std::optional<SessionRow>> find(const SessionKey& key, WallTime now) override {
        return named("find", redis::find(ask(), key, now));
    }
    Result<bool> touch(const SessionKey& key, WallTime idle_expires_at, WallTime now) override {
        return named("touch", redis::touch(ask(), key, idle_expires_at, now));
    }
    Result<std::optional<SessionRow>> erase(const SessionKey& key, WallTime now) override {
        return named("erase", redis::erase(ask(), key, now));
    }

    Result<LeaseAnswer> acquire_lease(const SessionKey& key, Seconds duration, WallTime now) override {
        return named("acquire_lease", redis::acquire_lease(ask(), key, duration, now));
    }
    Result<ReplaceOutcome> replace(const Replacement& replacement, WallTime now) override {
        return named("replace", redis::replace(ask(), replacement, now));
    }
    Result<void> release_lease(const SessionKey& key, std::uint64_t fence, std::optional<WallTime> retry_at,
                               WallTime now) override {
        return named("release_lease", redis::release_lease(ask(), key, fence, retry_at, now));
    }
    Result<ReplaceOutcome> erase_if_unchanged(const SessionKey& key, std::uint64_t expected_version,
                                              std::uint64_t fence, WallTime now) override {
        return named("erase_if_unchanged", redis::erase_if_unchanged(ask(), key, expected_version, fence, now));
    }

    Result<std::uint64_t> end_sid(const std::vector<IndexKey>& sids, const std::vector<IndexKey>& only_of,
                                  WallTime remembered_until, WallTime now) override {
        return named("end_sid", redis::end_sid(ask(), sids, only_of, remembered_until, now));
    }
    Result<std::uint64_t> end_sub(const std::vector<IndexKey>& subs, const std::optional<SessionKey>& spared,
                                  WallTime remembered_until, WallTime now) override {
        return named("end_sub", redis::end_sub(ask(), subs, spared, remembered_until, now));
    }
    Result<std::vector<IndexKey>> subs_of_sid(const std::vector<IndexKey>& sids, WallTime now) override {
        return named("subs_of_sid", redis::subs_of_sid(ask(), sids, now));
    }
    Result<void> refuse_logins_in_flight(WallTime remembered_until, WallTime now) override {
        // The empty sub stands for everybody, and no session has it.
        return named("refuse_logins_in_flight",
                     redis::end_sub(ask(), {IndexKey{}}, {}, remembered_until, now).map([](std::uint64_t) {}));
    }

    Result<bool> is_consumed(OnceKind kind, std::string_view id, WallTime now) override {
        return named("is_consumed", redis::is_consumed(ask(), kind, id, now));
    }
    Result<bool> consume_once(OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) override {
        return named("consume_once", redis::consume_once(ask(), kind, id, expires_at, now));
    }

    Result<std::optional<CachedDocument>> cached(std::string_view name) override {
        return named("cached", redis::cached(ask(), name));
    }
    Result<void> cache(std::string_view name, const CachedDocument& document) override {
        return named("cache", redis::cache(ask(), name, document));
    }

    Result<std::uint64_t> purge(std::uint64_t at_most, WallTime now) override {
        return named("purge", redis::purge(ask(), at_most, now));
    }
    Result<std::vector<SessionRow>> list(const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                         WallTime now) override {
        return named("list", redis::list(ask(), subs, at_most, now));
    }
    Result<StoreStatistics> statistics(WallTime now) override {
        return named("statistics", redis::statistics(ask(), now));
    }
    Result<std::optional<WallTime>> server_time() override { return named("server_time", redis::server_time(ask())); }
    Result<void> check() override { return named("check", redis::check(ask())); }
    Result<void> migrate() override { return named("migrate", redis::migrate(ask())); }
    Result<std::vector<std::string>> advice() override { return named("advice", redis::advice(ask())); }

private:
    Asked ask() { return {client_, std::chrono::steady_clock::now() + options_.time_limit}; }

    template <class T>
    static Result<T> named(const char* operation, Result<T> outcome) {
        if (!outcome) outcome.error().detail = std::string("redis ") + operation + ": " + outcome.error().detail;
        return outcome;
    }

    const RedisStoreOptions options_;
    RedisClient client_;
};

}  // namespace

Result<std::unique_ptr<SessionStore>> open_redis_store(std::string_view url, const RedisStoreOptions& options) {
    auto address = parse_redis_url(url);
    if (!address) return failure(address.error());
    address->plain_beyond_this_host = options.plain_beyond_this_host;
    if (const auto allowed = check_transport(*address, address->endpoint); !allowed) return failure(allowed.error());
    if (!address->key_file.empty()) {
        const auto key = system_config_sources().file(address->key_file, ConfigSources::Privacy::secret);
        if (!key) return failure(ErrorCode::internal, "the key of the Redis store: " + key.error().detail);
    }
    return std::make_unique<RedisSessionStore>(*address, options);
}

}  // namespace vestibule
