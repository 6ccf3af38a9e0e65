#include <charconv>
#include <map>
#include <set>

#include "adapters/redis/redis_operations.h"
#include "adapters/redis/redis_values.h"

namespace vestibule::redis {
namespace {

using Facts = std::map<std::string, std::string, std::less<>>;

// "name:value" lines, as INFO answers.
Facts facts_of(std::string_view text) {
    Facts facts;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos) facts.emplace(line.substr(0, colon), line.substr(colon + 1));
    }
    return facts;
}

std::string_view fact(const Facts& facts, std::string_view name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::string_view() : found->second;
}

// A server that does not tell (its ACL may forbid it) is one of which nothing is known.
Result<Facts> ask_for_facts(const Asked& asked) {
    const auto reply = asked.client.tell_holder_of(asked.named("schema"), {"INFO"}, asked.deadline);
    if (!reply) return failure(reply.error());
    return (*reply)->kind == RedisReply::Kind::text ? facts_of((*reply)->text) : Facts{};
}

// Nothing where the server does not say, as managed ones do not.
std::optional<std::string> setting(const Asked& asked, std::string_view name) {
    const auto reply = asked.client.tell_holder_of(asked.named("schema"), {"CONFIG", "GET", name}, asked.deadline);
    if (!reply || (*reply)->kind != RedisReply::Kind::list || (*reply)->elements.size() != 2) return std::nullopt;
    return (*reply)->elements[1]->text;
}

std::optional<std::string> advice_on_persistence(const Asked& asked, const Facts& facts) {
    if (fact(facts, "aof_enabled") == "0") {
        return setting(asked, "save").value_or("unknown").empty()
                   ? "the server keeps nothing on disk: when it restarts, everybody is logged out; set appendonly yes"
                   : "the server keeps snapshots only: when it restarts, sessions that were ended since the last one "
                     "are back and newer ones are lost; set appendonly yes";
    }
    if (setting(asked, "appendfsync").value_or("always") == "always") return std::nullopt;
    return "a power failure undoes what the server did in its last seconds, logouts too; set appendfsync always";
}

std::optional<std::string> advice_on_replicas(const Asked& asked, const Facts& facts) {
    const std::string_view connected = fact(facts, "connected_slaves");
    if (connected.empty() || connected == "0" || asked.client.address().replicas > 0) return std::nullopt;
    return "the server has replicas, and none has to confirm a write: after a failover sessions that were ended just "
           "before may be back; add replicas=1 to the address of the store";
}

std::optional<std::string> advice_on_transport(const RedisAddress& address) {
    if (address.transport == RedisTransport::tls || address.endpoint.is_local()) return std::nullopt;
    return "the way to the server is not encrypted, its password included; use rediss://";
}

}  // namespace

Result<void> migrate(const Asked& asked) { return asked.client.check_layout(asked.deadline); }

Result<void> check(const Asked& asked) {
    if (const auto known = asked.client.check_layout(asked.deadline); !known) return known;
    const auto written = asked.run("prove_writable", RedisEffect::confirmed, {asked.named("schema")}, {});
    if (!written) return failure(written.error());
    if (const auto time = server_time(asked); !time) return failure(time.error());
    const auto facts = ask_for_facts(asked);
    if (!facts) return failure(facts.error());
    const std::string_view limit = fact(*facts, "maxmemory");
    const std::string_view policy = fact(*facts, "maxmemory_policy");
    if (limit.empty() || limit == "0" || policy == "noeviction") return {};
    return failure(ErrorCode::store_unavailable,
                   "the server throws records away when its memory is full (maxmemory-policy " + std::string(policy) +
                       "), which logs people out and lets logins be replayed; set maxmemory-policy noeviction");
}

Result<std::vector<std::string>> advice(const Asked& asked) {
    const auto facts = ask_for_facts(asked);
    if (!facts) return failure(facts.error());
    std::vector<std::string> told;
    if (facts->empty()) told.emplace_back("the server does not tell its settings (INFO); see schema/redis/README.md");
    for (const auto& one : {advice_on_persistence(asked, *facts), advice_on_replicas(asked, *facts),
                            advice_on_transport(asked.client.address())}) {
        if (one) told.push_back(*one);
    }
    return told;
}

}  // namespace vestibule::redis
