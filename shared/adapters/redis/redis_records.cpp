#include "adapters/redis/redis_operations.h"
#include "adapters/redis/redis_values.h"
#include "codec/base64url.h"

namespace vestibule::redis {
namespace {

const char* name_of(OnceKind kind) {
    switch (kind) {
        case OnceKind::flow: return "flow";
        case OnceKind::logout_jti: return "logout_jti";
        case OnceKind::throttle: return "throttle";
    }
    return "";
}

std::string once_key(const Asked& asked, OnceKind kind, std::string_view id) {
    return "{" + asked.client.address().prefix + ":once:" + name_of(kind) + ":" + hex_encode(id) + "}";
}

std::vector<std::string> sets_of(const Asked& asked, const std::string& kind, const std::vector<IndexKey>& names) {
    std::vector<std::string> keys;
    keys.reserve(names.size());
    for (const IndexKey& name : names) keys.push_back(asked.named(kind + hex_encode(name.octets)));
    return keys;
}

std::vector<std::string> keys_to_end(const Asked& asked, const std::string& kind, const std::vector<IndexKey>& names) {
    std::vector<std::string> keys = sets_of(asked, kind, names);
    keys.insert(keys.begin(), {asked.named("created"), asked.named("expiry")});
    return keys;
}

std::string cache_key(const Asked& asked, std::string_view name) {
    return "{" + asked.client.address().prefix + ":cache:" + hex_encode(name) + "}";
}

}  // namespace

Result<std::uint64_t> end_sid(const Asked& asked, const std::vector<IndexKey>& sids,
                              const std::vector<IndexKey>& only_of, WallTime remembered_until, WallTime now) {
    std::vector<std::string> arguments{print(now), print(remembered_until), print(sids.size())};
    for (const IndexKey& sid : sids) arguments.push_back(hex_encode(sid.octets));
    for (const IndexKey& sub : only_of) arguments.push_back(hex_encode(sub.octets));
    const auto reply =
        asked.run("end_sid", RedisEffect::confirmed, keys_to_end(asked, "sid:", sids), std::move(arguments));
    if (!reply) return failure(reply.error());
    return read_count(**reply);
}

Result<std::vector<IndexKey>> subs_of_sid(const Asked& asked, const std::vector<IndexKey>& sids, WallTime now) {
    std::vector<IndexKey> subs;
    if (sids.empty()) return subs;
    const auto reply = asked.run("subs_of_sid", RedisEffect::none, sets_of(asked, "sid:", sids), {print(now)});
    if (!reply) return failure(reply.error());
    if ((*reply)->kind != RedisReply::Kind::list) return unreadable("no subs");
    for (const auto& element : (*reply)->elements) {
        auto sub = hex_decode(element->text);
        if (!sub || element->kind != RedisReply::Kind::text) return unreadable("no sub");
        subs.push_back({*std::move(sub)});
    }
    return subs;
}

Result<std::uint64_t> end_sub(const Asked& asked, const std::vector<IndexKey>& subs,
                              const std::optional<SessionKey>& spared, WallTime remembered_until, WallTime now) {
    std::vector<std::string> arguments{print(now), print(remembered_until), spared ? hex_encode(spared->octets) : ""};
    for (const IndexKey& sub : subs) arguments.push_back(hex_encode(sub.octets));
    const auto reply =
        asked.run("end_sub", RedisEffect::confirmed, keys_to_end(asked, "sub:", subs), std::move(arguments));
    if (!reply) return failure(reply.error());
    return read_count(**reply);
}

Result<bool> consume_once(const Asked& asked, OnceKind kind, std::string_view id, WallTime expires_at, WallTime now) {
    const auto reply = asked.client.run(
        {"consume_once", RedisEffect::confirmed, {once_key(asked, kind, id)}, {print(expires_at), print(now)}},
        asked.deadline);
    if (!reply) return failure(reply.error());
    return read_truth(**reply);
}

Result<bool> is_consumed(const Asked& asked, OnceKind kind, std::string_view id, WallTime now) {
    const auto reply =
        asked.client.run({"is_consumed", RedisEffect::none, {once_key(asked, kind, id)}, {print(now)}}, asked.deadline);
    if (!reply) return failure(reply.error());
    return read_truth(**reply);
}

Result<std::optional<CachedDocument>> cached(const Asked& asked, std::string_view name) {
    const auto reply = asked.client.run({"cached", RedisEffect::none, {cache_key(asked, name)}, {}}, asked.deadline);
    if (!reply) return failure(reply.error());
    const RedisReply& document = **reply;
    if (document.kind == RedisReply::Kind::list && document.elements.empty()) return std::nullopt;
    if (document.kind != RedisReply::Kind::list || document.elements.size() != 2) return unreadable("no document");
    const auto stored_at = read_time(*document.elements[1]);
    auto sealed = read_word(*document.elements[0]);
    if (!stored_at || !sealed) return unreadable("no document");
    return CachedDocument{*std::move(sealed), *stored_at};
}

Result<void> cache(const Asked& asked, std::string_view name, const CachedDocument& document) {
    const auto reply = asked.client.run(
        {"cache", RedisEffect::writes, {cache_key(asked, name)}, {document.sealed, print(document.stored_at)}},
        asked.deadline);
    if (!reply) return failure(reply.error());
    return read_truth(**reply).map([](bool) {});
}

Result<std::uint64_t> purge(const Asked& asked, std::uint64_t at_most, WallTime now) {
    const auto reply = asked.run("purge", RedisEffect::writes, {asked.named("created"), asked.named("expiry")},
                                 {print(at_most), print(now)});
    if (!reply) return failure(reply.error());
    return read_count(**reply);
}

Result<std::optional<WallTime>> server_time(const Asked& asked) {
    const auto reply = asked.run("server_time", RedisEffect::none, {asked.named("schema")}, {});
    if (!reply) return failure(reply.error());
    return read_time(**reply).map([](WallTime time) { return std::optional(time); });
}

}  // namespace vestibule::redis
