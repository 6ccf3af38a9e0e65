#include "functions/admin/check.h"

#include <algorithm>
#include <ostream>

#include "codec/json.h"
#include "crypto/jwk.h"
#include "functions/admin/table.h"
#include "oauth/provider_metadata.h"
#include "session/shared_clock.h"

namespace vestibule::admin {
namespace {

Verdict usable(std::string part, std::string detail) {
    return {std::move(part), Verdict::Kind::usable, std::move(detail), {}};
}

Verdict unusable(std::string part, const Error& error) {
    return {std::move(part),
            Verdict::Kind::unusable,
            error.detail.empty() ? std::string(facts(error.code).title) : error.detail,
            {}};
}

Verdict check_keys(const KeyRing& keys) {
    return usable("keys", print_count_of(keys.keys().size(), "key") + "; " + keys.sealing().id + " seals");
}

// By more than a host follows.
Error apart(WallTime server, WallTime host) {
    const bool ahead = server > host;
    return {ErrorCode::store_unavailable,
            "its server's clock is " + print_span(std::chrono::abs(server - host)) + (ahead ? " ahead of" : " behind") +
                " this host's: leases and logouts need one time; set both by NTP",
            {}};
}

Verdict check_store(const SessionWorld& world) {
    if (const auto works = world.store.check(); !works) return unusable("store", works.error());
    const auto counted = world.store.statistics(world.clock.now());
    if (!counted) return unusable("store", counted.error());
    auto advice = world.store.advice();
    if (!advice) return unusable("store", advice.error());
    const auto time = world.store.server_time();
    if (!time) return unusable("store", time.error());
    if (*time && std::chrono::abs(**time - world.clock.now()) > kClocksAgree)
        return unusable("store", apart(**time, world.clock.now()));
    Verdict verdict = usable("store", print_count_of(counted->sessions, "session") + ", " +
                                          print_count(counted->expired) + " expired and waiting to be purged");
    verdict.advice = *std::move(advice);
    return verdict;
}

Result<Json> fetch(const Config& config, HttpClient& http, const std::string& url) {
    OutboundRequest request;
    request.url = url;
    request.headers.add("Accept", "application/json");
    request.limits.total = request.limits.first_byte = config.provider.timeout;
    const auto response = http.send(request);
    if (!response) return failure(ErrorCode::provider_unavailable, url + ": " + response.error().detail);
    if (response->status != 200) {
        return failure(ErrorCode::provider_unavailable,
                       url + " answers with status " + std::to_string(response->status) + "; is the issuer right?");
    }
    auto document = Json::parse(response->body);
    if (!document) return failure(ErrorCode::provider_unavailable, url + " answers with no JSON");
    return document;
}

Verdict check_provider(const Config& config, HttpClient& http) {
    const auto document = fetch(config, http, discovery_url(config.provider.issuer));
    if (!document) return unusable("provider", document.error());
    const auto metadata = parse_provider_metadata(*document, config);
    if (!metadata) return unusable("provider", metadata.error());
    const auto key_set = fetch(config, http, metadata->jwks_uri);
    if (!key_set) return unusable("provider", key_set.error());
    const auto keys = verification_keys(*key_set);
    if (!keys) return unusable("provider", keys.error());
    if (keys->empty()) {
        return unusable("provider", {ErrorCode::provider_unavailable,
                                     metadata->jwks_uri + " has no key that ID tokens could be verified with",
                                     {}});
    }
    return usable("provider", metadata->issuer + " with " + print_count_of(keys->size(), "key"));
}

std::string_view word_for(Verdict::Kind kind) { return kind == Verdict::Kind::usable ? "ok" : "NOT OK"; }

void add_rows(std::vector<std::vector<std::string>>& rows, const Verdict& verdict) {
    rows.push_back({verdict.part, std::string(word_for(verdict.kind)), verdict.detail});
    for (const std::string& advice : verdict.advice) rows.push_back({"", "advice", advice});
}

Json as_json(const Verdict& verdict) {
    Json part = Json::object({{"usable", verdict.kind == Verdict::Kind::usable}, {"detail", verdict.detail}});
    if (verdict.advice.empty()) return part;
    part.set("advice", Json(Json::Array(verdict.advice.begin(), verdict.advice.end())));
    return part;
}

void print_json(const std::vector<Verdict>& verdicts, bool all_usable, std::ostream& out) {
    Json parts = Json::object();
    for (const Verdict& verdict : verdicts) {
        parts.set(verdict.part, as_json(verdict));
    }
    out << Json::object({{"usable", all_usable}, {"parts", parts}}).print_indented() << '\n';
}

}  // namespace

std::vector<Verdict> check_world(const SessionWorld& world, HttpClient& http) {
    return {
        usable("config", world.config.public_url.origin() + ", " + print_count_of(world.config.routes.size(), "route")),
        check_keys(world.keys), check_store(world), check_provider(world.config, http)};
}

int print_verdicts(const std::vector<Verdict>& verdicts, Output output, const Terminal& terminal) {
    const bool all_usable = std::all_of(verdicts.begin(), verdicts.end(),
                                        [](const Verdict& verdict) { return verdict.kind == Verdict::Kind::usable; });
    if (output == Output::json) {
        print_json(verdicts, all_usable, terminal.out);
    } else {
        std::vector<std::vector<std::string>> rows;
        for (const Verdict& verdict : verdicts) add_rows(rows, verdict);
        print_table(terminal.out, rows);
    }
    return all_usable ? kDone : kFailed;
}

}  // namespace vestibule::admin
