#include <algorithm>
#include <set>
#include <utility>

#include "adapters/redis/redis_operations.h"
#include "adapters/redis/redis_values.h"
#include "codec/base64url.h"

namespace vestibule::redis {
namespace {

constexpr std::uint64_t kPage = 1000;  // rows that one script lists: the server does nothing else meanwhile

void add_names(std::vector<std::string>& arguments, const std::vector<IndexKey>& names) {
    for (const IndexKey& name : names) arguments.push_back(hex_encode(name.octets));
}

std::vector<std::string> arguments_of(const NewSession& session, std::uint64_t purge_at_most, WallTime now) {
    const SessionRow& row = session.row;
    return {print(now),
            print(session.flow_started_at),
            print(purge_at_most),
            print(session.replaces_browser.size()),
            print(session.limit ? session.limit->subs.size() : 0),
            print(session.limit ? std::max<std::uint64_t>(session.limit->at_most, 1) : 0),
            session.replaces ? hex_encode(session.replaces->octets) : "",
            hex_encode(row.key.octets),
            print(row.version),
            row.sid ? hex_encode(row.sid->octets) : "",
            hex_encode(row.sub.octets),
            hex_encode(row.browser.octets),
            print(row.created_at),
            print(row.idle_expires_at),
            print(row.expires_at),
            print(row.access_expires_at),
            print(row.access_lifetime),
            row.sealed.claims,
            row.sealed.access_token,
            row.sealed.refresh_and_id_token};
}

// The session that find.lua gives, if it gives one.
Result<std::optional<SessionRow>> read_found(const RedisReply& reply) {
    if (reply.kind == RedisReply::Kind::list && reply.elements.empty()) return std::nullopt;
    return read_sealed_row(reply, 0).map([](SessionRow row) { return std::optional(std::move(row)); });
}

Result<std::uint64_t> append_rows(std::vector<SessionRow>& rows, const RedisReply& reply) {
    if (reply.kind != RedisReply::Kind::list || reply.elements.size() % kRowFields != 0) return unreadable("no rows");
    for (std::size_t at = 0; at < reply.elements.size(); at += kRowFields) {
        auto row = read_row(reply, at);
        if (!row) return failure(row.error());
        rows.push_back(*std::move(row));
    }
    return reply.elements.size() / kRowFields;
}

// The page that follows what was listed so far; how many rows it had.
Result<std::uint64_t> list_page(const Asked& asked, const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                WallTime now, std::vector<SessionRow>& rows) {
    std::vector<std::string> arguments{print(now), print(at_most), rows.empty() ? "" : print(rows.back().created_at),
                                       rows.empty() ? "" : hex_encode(rows.back().key.octets)};
    add_names(arguments, subs);
    const auto reply =
        asked.run("list", RedisEffect::none, {asked.named("created"), asked.named("expiry")}, std::move(arguments));
    if (!reply) return failure(reply.error());
    return append_rows(rows, **reply);
}

}  // namespace

Result<InsertOutcome> insert(const Asked& asked, const NewSession& session, std::uint64_t purge_at_most, WallTime now) {
    std::vector<std::string> arguments = arguments_of(session, purge_at_most, now);
    add_names(arguments, session.replaces_browser);
    if (session.limit) add_names(arguments, session.limit->subs);
    const auto reply = asked.run("insert", RedisEffect::confirmed,
                                 {asked.session(session.row.key), asked.named("created"), asked.named("expiry")},
                                 std::move(arguments));
    if (!reply) return failure(reply.error());
    const auto word = read_word(**reply);
    if (!word) return failure(word.error());
    if (*word == "inserted") return InsertOutcome::inserted;
    if (*word == "ended_meanwhile") return InsertOutcome::ended_meanwhile;
    if (*word == "key_taken") return InsertOutcome::key_taken;
    return unreadable("no outcome of an insert");
}

Result<std::optional<SessionRow>> find(const Asked& asked, const SessionKey& key, WallTime now) {
    const auto reply = asked.run("find", RedisEffect::none, {asked.session(key)}, {hex_encode(key.octets), print(now)});
    if (!reply) return failure(reply.error());
    return read_found(**reply);
}

Result<bool> touch(const Asked& asked, const SessionKey& key, WallTime idle_expires_at, WallTime now) {
    const auto reply = asked.run("touch", RedisEffect::writes, {asked.session(key), asked.named("expiry")},
                                 {hex_encode(key.octets), print(idle_expires_at), print(now)});
    if (!reply) return failure(reply.error());
    return read_truth(**reply);
}

Result<std::optional<SessionRow>> erase(const Asked& asked, const SessionKey& key, WallTime now) {
    const auto reply =
        asked.run("erase", RedisEffect::confirmed, {asked.session(key), asked.named("created"), asked.named("expiry")},
                  {hex_encode(key.octets), print(now)});
    if (!reply) return failure(reply.error());
    return read_found(**reply);
}

Result<std::vector<SessionRow>> list(const Asked& asked, const std::vector<IndexKey>& subs, std::uint64_t at_most,
                                     WallTime now) {
    std::vector<SessionRow> rows;
    while (rows.size() < at_most) {
        const std::uint64_t wanted = std::min(kPage, at_most - rows.size());
        const auto listed = list_page(asked, subs, wanted, now, rows);
        if (!listed) return failure(listed.error());
        if (*listed < wanted) break;
    }
    return rows;
}

Result<StoreStatistics> statistics(const Asked& asked, WallTime now) {
    const auto reply = asked.run("statistics", RedisEffect::none, {asked.named("expiry")}, {print(now)});
    if (!reply) return failure(reply.error());
    if ((*reply)->kind != RedisReply::Kind::list || (*reply)->elements.size() != 2) return unreadable("no statistics");
    const auto live = read_count(*(*reply)->elements[0]);
    const auto over = read_count(*(*reply)->elements[1]);
    if (!live || !over) return unreadable("no statistics");
    return StoreStatistics{*live, *over};
}

}  // namespace vestibule::redis
