#include "functions/callback/complete_login.h"

#include <algorithm>
#include <set>

#include "codec/base64url.h"
#include "provider/token_set_of.h"
#include "session/index_keys.h"
#include "session/provider_limits.h"
#include "session/session_sealing.h"

namespace vestibule {
namespace {

constexpr Milliseconds kRevokeAtMost{2'000};
constexpr Seconds kOtherClocks{5 * 60};  // a host whose clock is ahead must not purge what is valid on another

// The session of this browser that is to be replaced; nothing where it is over by now, or never was one.
Result<std::optional<SessionRow>> session_replaced(const LoginFlow& flow, const ProviderWorld& world) {
    if (!flow.replaces) return std::nullopt;
    auto row = world.store.find(*flow.replaces, world.clock.now());
    if (!row) return failure(ErrorCode::unavailable, row.error().detail);
    return row;
}

IdTokenRules rules_of(const ResumedFlow& resumed, const ProviderWorld& world) {
    const LoginFlow& flow = resumed.flow;
    const ProviderConfig& provider = world.config.provider;
    IdTokenRules rules;
    rules.issuer = provider.issuer;
    rules.client_id = provider.client_id;
    rules.nonce = resumed.secrets.nonce;
    rules.max_age = flow.max_age;
    rules.acr_values = flow.acr_values;
    rules.clock_skew = provider.clock_skew;
    return rules;
}

// Nobody sees a silent login, so it renews a session but hands it to nobody else (Session Management §3.1; checklist
// F08, R17).
Result<void> check_same_person(const LoginFlow& flow, const std::optional<SessionRow>& replaced,
                               const VerifiedIdToken& identity, const ProviderWorld& world) {
    if (!flow.silent || !replaced) return {};
    const auto keys = sub_index_keys(world.keys, world.config.provider.issuer, identity.subject());
    if (std::find(keys.begin(), keys.end(), replaced->sub) != keys.end()) return {};
    return failure(ErrorCode::login_required, "a silent login is of somebody else than the session there is");
}

// What the session keeps of all the claims: what checksession shows and what routes ask for (checklist X20).
std::set<std::string> claims_to_keep(const Config& config) {
    std::set<std::string> names(config.session.claims.begin(), config.session.claims.end());
    names.insert("sub");
    for (const Route& route : config.routes) {
        for (const RequiredClaim& claim : route.require) names.insert(claim.name);
    }
    return names;
}

void keep_claims(Json& kept, const Json& claims, const std::set<std::string>& names) {
    for (const std::string& name : names) {
        if (const Json* value = claims.find(name)) kept.set(name, *value);
    }
}

// A UserInfo endpoint that is down says nothing about who it is.
Error login_error(const Error& userinfo) {
    const bool is_down = userinfo.code == ErrorCode::provider_unavailable;
    return {is_down ? ErrorCode::unavailable : ErrorCode::identity_rejected, "UserInfo: " + userinfo.detail,
            userinfo.retry_after};
}

Result<Json> session_claims(const RedeemedCode& redeemed, const Deadline& until, const ProviderWorld& world) {
    const std::set<std::string> names = claims_to_keep(world.config);
    Json kept = Json::object();
    if (world.config.session.userinfo) {
        const auto claims = world.provider.userinfo({redeemed.tokens.access_token, redeemed.dpop_key},
                                                    redeemed.identity.subject(), until);
        if (!claims) return failure(login_error(claims.error()));
        keep_claims(kept, *claims, names);
    }
    keep_claims(kept, redeemed.identity.claims(), names);  // the signed statement wins
    return kept;
}

NewSession new_session(const SessionCookie& cookie, const ResumedFlow& resumed, const RedeemedCode& redeemed,
                       const Json& claims, const TokenSet& tokens, const ProviderWorld& world) {
    const Config& config = world.config;
    const std::string& issuer = config.provider.issuer;
    const WallTime now = world.clock.now();
    SessionRow row;
    row.key = cookie.key();
    if (const auto& sid = redeemed.identity.sid()) row.sid = sid_index_key(world.keys, issuer, *sid);
    row.sub = sub_index_key(world.keys, issuer, redeemed.identity.subject());
    row.browser = browser_index_key(world.keys, resumed.browser);
    row.created_at = now;
    const SessionEnds ends = ends_of_new_session(config.session, limits_in(claims), tokens.access_expires_at, now);
    row.expires_at = ends.absolute;
    row.idle_expires_at = ends.idle;
    row.access_expires_at = tokens.access_expires_at;
    row.access_lifetime = tokens.access_lifetime;
    row.sealed = seal_fields(world.keys, world.random, cookie, claims, tokens);
    NewSession session{std::move(row), resumed.flow.started_at, resumed.flow.replaces,
                       browser_index_keys(world.keys, resumed.browser)};
    if (config.session.per_user > 0) {
        session.limit = SessionLimit{sub_index_keys(world.keys, issuer, redeemed.identity.subject()),
                                     static_cast<std::uint64_t>(config.session.per_user)};
    }
    return session;
}

// Nothing more is begun when the time of the whole callback is over (checklist C38).
Result<void> check_time(const Deadline& until) {
    if (until.over()) return failure(ErrorCode::unavailable, "no time left");
    return {};
}

Result<void> insert(const NewSession& session, const ProviderWorld& world) {
    const auto outcome = world.store.insert(session, world.clock.now());
    if (!outcome) {
        // It may be written all the same, and nobody would ever have the cookie to end it.
        (void)world.store.erase(session.row.key, world.clock.now());
        return failure(ErrorCode::unavailable, outcome.error().detail);
    }
    switch (*outcome) {
        case InsertOutcome::inserted: return {};
        case InsertOutcome::ended_meanwhile:
            return failure(ErrorCode::login_required, "the provider ended this session during the login");
        case InsertOutcome::key_taken: return failure(ErrorCode::unavailable, "the session key is taken");
    }
    return failure(ErrorCode::unavailable, "unknown outcome");
}

// Consumed before anything is asked of the provider, so that one response is used at most once (checklist C02).
Result<bool> consume(const LoginFlow& flow, const Deadline& until, const ProviderWorld& world) {
    if (auto in_time = check_time(until); !in_time) return failure(in_time.error());
    const WallTime forget_at = flow.started_at + kLoginFlowLifetime + kOtherClocks;
    auto first = world.store.consume_once(OnceKind::flow, flow.id, forget_at, world.clock.now());
    if (!first) return failure(ErrorCode::unavailable, first.error().detail);
    return first;
}

// Who logged in, without saying it: an operator who knows the sub can find the line (checklist C39, G08).
void log_success(const NewSession& session, const ProviderWorld& world) {
    world.log.info("login.succeeded", {{"issuer", world.config.provider.issuer},
                                       {"sub_hash", hex_encode(session.row.sub.octets).substr(0, 16)},
                                       {"session_hash", hex_encode(session.row.key.octets).substr(0, 16)}});
}

Result<LoggedIn> create_session(const RedeemedCode& redeemed, const TokenSet& tokens, const ResumedFlow& resumed,
                                const Deadline& until, const ProviderWorld& world) {
    auto claims = session_claims(redeemed, until, world);
    if (!claims) return failure(claims.error());
    const ProviderLimits limits =
        stated_at_login(tokens, redeemed.identity.claims(), world.clock.now() - world.clock.host_now());
    if (limits.authorization_over_at && *limits.authorization_over_at <= world.clock.now())
        return failure(ErrorCode::identity_rejected, "the provider's own session is over already");
    keep_limits(*claims, limits);
    SessionCookie cookie = SessionCookie::create(world.random);
    const NewSession session = new_session(cookie, resumed, redeemed, *claims, tokens, world);
    if (auto in_time = check_time(until); !in_time) return failure(in_time.error());
    if (auto inserted = insert(session, world); !inserted) return failure(inserted.error());
    log_success(session, world);
    return LoggedIn{std::move(cookie)};
}

// Whether a session stays that may live by the grant of this login. Looked at again where a login fails at its end, for
// an insert that nobody confirmed may have ended it; where nobody knows, it may.
Grant grant_beside(const std::optional<SessionRow>& replaced, const LoginFlow& flow, const Deadline& until,
                   const ProviderWorld& world) {
    if (!replaced) return Grant::of_these_alone;
    if (until.over()) return Grant::may_be_a_sessions;
    const auto now = session_replaced(flow, world);
    return now && !*now ? Grant::of_these_alone : Grant::may_be_a_sessions;
}

tl::unexpected<Error> give_back(const TokenSet& tokens, Grant grant, const Error& why, const ProviderWorld& world) {
    world.provider.revoke(to_give_back(tokens, grant), kRevokeAtMost);
    return failure(why);
}

}  // namespace

Result<std::variant<LoggedIn, UsedBefore>> complete_login(const AuthorizationResponse& response,
                                                          const ResumedFlow& resumed, const Deadline& until,
                                                          const ProviderWorld& world) {
    const auto first_use = consume(resumed.flow, until, world);
    if (!first_use) return failure(first_use.error());
    if (!*first_use) return UsedBefore{};
    if (response.error) return failure(authorization_error(*response.error), "the provider answered with an error");
    const auto replaced = session_replaced(resumed.flow, world);
    if (!replaced) return failure(replaced.error());
    const Grant grant = *replaced ? Grant::may_be_a_sessions : Grant::of_these_alone;
    const auto redeemed =
        world.provider.redeem(*response.code, resumed.secrets, rules_of(resumed, world), grant, until);
    if (!redeemed) return failure(redeemed.error());
    TokenSet tokens = token_set_of(redeemed->tokens, world.clock.now());
    tokens.dpop_key = redeemed->dpop_key;
    // Another person's session lives by another grant.
    if (auto same = check_same_person(resumed.flow, *replaced, redeemed->identity, world); !same)
        return give_back(tokens, Grant::of_these_alone, same.error(), world);
    auto logged_in = create_session(*redeemed, tokens, resumed, until, world);
    if (!logged_in)
        return give_back(tokens, grant_beside(*replaced, resumed.flow, until, world), logged_in.error(), world);
    return *std::move(logged_in);
}

}  // namespace vestibule
