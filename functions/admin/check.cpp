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

// Of a server that says what time it is, and not the host's. `verdict`: what is known so far.
Verdict compare_clocks(Verdict verdict, WallTime server, WallTime host) {
    const Seconds ahead = ahead_of_host(server, host);
    if (std::chrono::abs(ahead) <= kClocksAgree) return verdict;
    const std::string told = "its server's clock is " + print_span(std::chrono::abs(ahead)) +
                             (ahead > Seconds{0} ? " ahead of" : " behind") + " this host's; set both by NTP";
    if (std::chrono::abs(ahead) > kFollowsAtMost) return unusable("store", {ErrorCode::store_unavailable, told, {}});
    verdict.advice.push_back(told);
    return verdict;
}

Verdict check_store(const SessionWorld& world) {
    if (const auto works = world.store.check(); !works) return unusable("store", works.error());
    const auto counted = world.store.statistics(world.clock.now());
    if (!counted) return unusable("store", counted.error());
    auto advice = world.store.advice();
    if (!advice) return unusable("store", advice.error());
    const auto time = world.store.server_time();
    if (!time) return unusable("store", time.error());
    Verdict verdict = usable("store", print_count_of(counted->sessions, "session") + ", " +
                                          print_count(counted->expired) + " expired and waiting to be purged");
    verdict.advice = *std::move(advice);
    return *time ? compare_clocks(std::move(verdict), **time, world.clock.host_now()) : verdict;
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
