#include "functions/backchannel/handler.h"

#include <algorithm>

#include "codec/form.h"
#include "crypto/hash.h"
#include "http/respond.h"
#include "session/index_keys.h"
#include "session/login_flow.h"
#include "session/shared_clock.h"

namespace vestibule {
namespace {

constexpr std::size_t kLargestBody = 64 * 1024;

// No login in flight comes back with a session of what was ended; one takes at most this long (checklist B16).
constexpr Seconds kRemembered = 2 * kLoginFlowLifetime;

// More than anybody has: what lies beyond would not be seen.
constexpr std::uint64_t kMostOfOneUser = 10'000;

tl::unexpected<Error> bad(const char* what) { return failure(ErrorCode::bad_request, what); }

bool is_form(const Request& request) {
    const std::string_view type = request.headers.single("Content-Type").value_or("");
    const std::string_view media = type.substr(0, type.find_first_of("; "));
    return equal_ignoring_case(media, "application/x-www-form-urlencoded");
}

// No browser has a reason to come here, and every one says that it is a browser (checklist B22).
bool is_from_a_browser(const Request& request) {
    return request.headers.find("Sec-Fetch-Site") || request.headers.find("Sec-Fetch-Mode");
}

// "The POST body uses the application/x-www-form-urlencoded encoding and must include a logout_token parameter … The
// POST body MAY contain other values in addition to logout_token. Values that are not understood by the implementation
// MUST be ignored" (§2.5).
Result<Secret> read_token(const Request& request) {
    if (is_from_a_browser(request)) return bad("a browser sent it");
    if (!is_form(request)) return bad("the body is no form");
    const auto body = read_body(request, kLargestBody);
    if (!body) return bad("the body cannot be read, or is too large");
    const auto form = Form::parse(*body, {.max_octets = kLargestBody});
    if (!form) return bad("the body does not parse");
    const auto token = form->single("logout_token");
    if (!token || !*token) return bad("there is not one logout_token");
    return Secret(**token);
}

// The id of a token: of this issuer, of bounded length.
std::string id_of(const VerifiedLogoutToken& token, const Config& config) {
    return sha256(std::to_string(config.provider.issuer.size()) + ':' + config.provider.issuer + token.jti());
}

// "if a sub Claim is also present, … the session identified by the sid … must belong to it" (checklist B12). Whether
// there is any session of the sid.
Result<bool> is_known_sid_of(const std::vector<IndexKey>& sids, const std::vector<IndexKey>& subs,
                             const ProviderWorld& world) {
    const auto owners = world.store.subs_of_sid(sids, world.clock.now());
    if (!owners) return failure(owners.error());
    const auto is_named = [&](const IndexKey& sub) { return std::find(subs.begin(), subs.end(), sub) != subs.end(); };
    if (!std::all_of(owners->begin(), owners->end(), is_named)) return bad("the sid is not the sub's");
    return !owners->empty();
}

// There are providers whose logout tokens name a sid that no ID token carried: a session without one may be the one
// that is meant, and must not live on after a 200 (checklist B19). Sessions of another sid are not.
Result<std::uint64_t> end_those_without_sid(const std::vector<IndexKey>& subs, const ProviderWorld& world) {
    const WallTime now = world.clock.now();
    const auto rows = world.store.list(subs, kMostOfOneUser, now);
    if (!rows) return failure(rows.error());
    if (rows->size() == kMostOfOneUser) return failure(ErrorCode::store_unavailable, "the user has too many sessions");
    const auto has_sid = [](const SessionRow& row) { return row.sid.has_value(); };
    // A provider without sids, as far as can be seen: then no login in flight may come back either (checklist B16).
    if (!rows->empty() && std::none_of(rows->begin(), rows->end(), has_sid))
        return world.store.end_sub(subs, {}, now + kRemembered, now);
    std::uint64_t count = 0;
    for (const SessionRow& row : *rows) {
        if (has_sid(row)) continue;
        const auto erased = world.store.erase(row.key, now);
        if (!erased) return failure(erased.error());
        count += *erased ? 1 : 0;
    }
    return count;
}

Result<std::uint64_t> end_sessions(const VerifiedLogoutToken& token, const ProviderWorld& world) {
    const std::string& issuer = world.config.provider.issuer;
    const WallTime now = world.clock.now();
    std::vector<IndexKey> subs;
    if (token.subject()) subs = sub_index_keys(world.keys, issuer, *token.subject());
    if (!token.sid()) return world.store.end_sub(subs, {}, now + kRemembered, now);
    const auto sids = sid_index_keys(world.keys, issuer, *token.sid());
    std::uint64_t without_sid = 0;
    if (token.subject()) {
        const auto known = is_known_sid_of(sids, subs, world);
        if (!known) return failure(known.error());
        const auto ended = *known ? Result<std::uint64_t>(0) : end_those_without_sid(subs, world);
        if (!ended) return ended;
        without_sid = *ended;
    }
    const auto of_sid = world.store.end_sid(sids, subs, now + kRemembered, now);
    if (!of_sid) return of_sid;
    return *of_sid + without_sid;
}

// A token that was obeyed is not obeyed again, or an old one would end the sessions begun since. It is used up only
// once its sessions are gone: a provider that heard of a failure sends the same token once more (checklist B08).
Result<std::uint64_t> obey_once(const VerifiedLogoutToken& token, const ProviderWorld& world) {
    const std::string id = id_of(token, world.config);
    const auto obeyed = world.store.is_consumed(OnceKind::logout_jti, id, world.clock.now());
    if (!obeyed) return failure(obeyed.error());
    if (*obeyed) return 0;
    const auto ended = end_sessions(token, world);
    if (!ended) return ended;
    // The token is judged by the host's clock and its mark by the store's, which may be ahead.
    const WallTime forgotten_at = token.over_at() + kFollowsAtMost + kClocksAgree;
    const auto used_up = world.store.consume_once(OnceKind::logout_jti, id, forgotten_at, world.clock.now());
    if (!used_up) return failure(used_up.error());
    world.log.info("backchannel.ended",
                   {{"by", std::string(token.sid() ? "sid" : "sub")}, {"count", static_cast<std::int64_t>(*ended)}});
    return ended;
}

// "If the logout request was invalid or the logout failed, the RP MUST respond with HTTP 400 Bad Request" (§2.8); the
// body as of RFC 6749 §5.2, the only one that specification knows (checklist B19, B20).
Response refused(const Error& error, Log& log) {
    const bool is_ours = error.code != ErrorCode::bad_request && error.code != ErrorCode::identity_rejected;
    log.write({is_ours ? LogLevel::error : LogLevel::warning,
               is_ours ? "backchannel.failed" : "backchannel.refused",
               {{"code", std::string(facts(error.code).name)}, {"reason", error.detail}}});
    return json_response(Json::object({{"error", is_ours ? "temporarily_unavailable" : "invalid_request"},
                                       {"error_description", facts(error.code).title}}),
                         400);
}

}  // namespace

Response handle_backchannel(const Request& request, const ProviderWorld& world) {
    if (request.method != "POST") return method_not_allowed("POST");
    const auto text = read_token(request);
    if (!text) return refused(text.error(), world.log);
    const auto token = world.provider.verify_logout_token(*text);
    if (!token) return refused(token.error(), world.log);
    const auto ended = obey_once(*token, world);
    if (!ended) return refused(ended.error(), world.log);
    return json_response(Json::object());
}

}  // namespace vestibule
