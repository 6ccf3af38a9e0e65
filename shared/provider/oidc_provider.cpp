#include "provider/oidc_provider.h"

#include <algorithm>

#include "oauth/dpop_nonce.h"
#include "oauth/id_token_continuity.h"
#include "provider/loggable.h"
#include "provider/presented_token.h"
#include "provider/pushed_requests.h"
#include "provider/refresh_verdict.h"
#include "provider/revocation.h"
#include "provider/signature_check.h"
#include "provider/token_requests.h"
#include "provider/token_set_of.h"
#include "provider/userinfo_claims.h"

namespace vestibule {
namespace {

constexpr Milliseconds kDiscardAtMost{2'000};
constexpr Milliseconds kVerifyAtMost{5'000};  // the provider waits for the answer (checklist B24)
constexpr std::size_t kLargestUserinfo = 1024 * 1024;
// As much as `clockSkew` may be, where a session is at stake and not a login: that our clock is wrong must not end the
// sessions of all who refresh, nor keep in whom the provider logs out.
constexpr Seconds kClockSkewOfSessions{5 * 60};

Error unavailable(const Error& cause) { return {ErrorCode::unavailable, cause.detail, cause.retry_after}; }

bool is_passing(int status) { return status == 408 || status == 429 || status >= 500; }

bool lacks_nonce(const OutboundResponse& response) {
    return response.status == 401 && challenges_for_dpop_nonce(response.headers) && dpop_nonce(response.headers);
}

// The claims of an ID token that was verified when it came; nothing where they cannot be read any more.
std::optional<Json> claims_of(const Secret& id_token, const std::vector<JwsAlgorithm>& algorithms) {
    const auto jws = parse_jws(id_token.reveal(), algorithms);
    if (!jws) return std::nullopt;
    auto claims = Json::parse(jws->payload);
    return claims ? std::optional(std::move(*claims)) : std::nullopt;
}

}  // namespace

OidcProvider::OidcProvider(const ProviderContext& context)
    : context_(context),
      metadata_(context),
      key_sets_(context),
      id_tokens_(context.config, key_sets_),
      nonces_(context) {}

Deadline OidcProvider::deadline(const std::optional<Deadline>& until) const {
    const Milliseconds patience = context_.config.provider.timeout;
    return until ? until->within(patience) : Deadline(context_.clock, patience);
}

Result<ProviderMetadata> OidcProvider::metadata(const std::optional<Deadline>& until) {
    return metadata_.get(deadline(until));
}

Result<std::string> OidcProvider::authorization_url(const AuthorizationRequest& request) {
    const Deadline until = deadline();
    const auto provider = metadata_.get(until);
    if (!provider) return failure(provider.error());
    // Initiating User Registration 1.0 §4.
    if (request.prompt == "create" && !provider->registers_people)
        return failure(ErrorCode::bad_request, "prompt: the provider's prompt_values_supported lacks create");
    auto possession = TokenBinding::of_login(*provider, request.dpop_key).possession(nonces_);
    if (!possession) return failure(possession.error());
    AuthorizationRequest complete = request;
    if (*possession) complete.dpop_jkt = (*possession)->key.thumbprint();
    if (provider->pushes_requests)
        return push_authorization_request(context_, *provider, complete, *std::move(possession), until);
    return vestibule::authorization_url(*provider, complete);
}

// --- redeeming a code ---

Result<RedeemedCode> OidcProvider::redeem(const Secret& code, const FlowSecrets& secrets, const IdTokenRules& rules,
                                          Grant grant, const std::optional<Deadline>& callers) {
    const Deadline until = deadline(callers);
    const auto provider = metadata_.get(until);
    if (!provider) return failure(unavailable(provider.error()));
    const TokenBinding binding = TokenBinding::of_login(*provider, secrets.dpop_key);
    auto tokens = exchange(*provider, code, secrets.code_verifier, binding, grant, until);
    if (!tokens) return failure(std::move(tokens.error()));
    // Nothing of the answer is used before this passes (RFC 9700 §4.5.3.2, checklist C26).
    auto identity = identify(*provider, *tokens, rules, until);
    if (!identity) {
        discard(*provider, to_give_back(token_set_of(*tokens, context_.clock.now()), grant));
        return failure(std::move(identity.error()));
    }
    return RedeemedCode{std::move(*identity), std::move(*tokens), binding.key()};
}

// Once: a code that was presented is used up, whatever became of the answer (checklist C19). A token that comes back
// unbound although a proof was shown is a downgrade, and nobody is logged in with it (RFC 9449 §5, C21).
Result<TokenResponse> OidcProvider::exchange(const ProviderMetadata& provider, const Secret& code,
                                             const Secret& code_verifier, const TokenBinding& binding, Grant grant,
                                             const Deadline& until) {
    auto possession = binding.possession(nonces_);
    if (!possession) return failure(ErrorCode::unavailable, possession.error().detail);
    const auto response =
        send_authorization_code(context_, provider, code, code_verifier, *std::move(possession), until);
    if (!response) {
        const std::string reason(facts(response.error().code).name);
        context_.log.warning("token.unreachable", {{"grant", "authorization_code"}, {"reason", reason}});
        return failure(Error{ErrorCode::unavailable, "token endpoint: " + reason, std::nullopt});
    }
    if (response->status != 200) {
        const std::string reason = refusal_of(*response, context_.clock.host_now());
        context_.log.warning("token.refused", {{"grant", "authorization_code"}, {"reason", reason}});
        discard(provider, to_give_back(token_set_of(tokens_told_in(*response)), grant));
        const auto code_of = is_passing(response->status) ? ErrorCode::unavailable : ErrorCode::exchange_failed;
        return failure(Error{code_of, "token endpoint: " + reason, retry_after(*response, context_.clock.host_now())});
    }
    auto tokens = parse_token_response(*response, binding.token_type());
    if (!tokens) discard(provider, to_give_back(token_set_of(tokens_told_in(*response)), grant));
    return tokens;
}

Result<VerifiedIdToken> OidcProvider::identify(const ProviderMetadata& provider, const TokenResponse& tokens,
                                               const IdTokenRules& rules, const Deadline& until) {
    // "id_token REQUIRED" (Core §3.1.3.3, checklist C22).
    if (!tokens.id_token) return failure(ErrorCode::identity_rejected, "the token response has no id_token");
    IdTokenRules complete = rules;
    complete.access_token = tokens.access_token.reveal();
    complete.now = context_.clock.host_now();
    return id_tokens_.verify(*tokens.id_token, complete, provider.jwks_uri, until);
}

// In a time of its own: what came at the last moment is to be revoked, too.
void OidcProvider::discard(const ProviderMetadata& provider, const TokenSet& tokens) {
    revoke_tokens(context_, provider, tokens, Deadline(context_.clock, kDiscardAtMost));
}

// --- refreshing ---

RefreshVerdict OidcProvider::refresh(const TokenSet& current, std::string_view subject) {
    if (!current.refresh_token) return RefreshNotPossible{"there is no refresh token"};
    const Deadline whole(context_.clock, context_.config.provider.refresh_timeout);
    const auto provider = metadata_.get(deadline(whole));
    if (!provider) return ProviderTrouble{provider.error().detail, provider.error().retry_after};
    const TokenBinding binding = TokenBinding::of_session(current);
    auto possession = binding.possession(nonces_);
    if (!possession) return RefreshNotPossible{possession.error().detail};
    const auto response =
        send_refresh_token(context_, *provider, *current.refresh_token, *std::move(possession), whole);
    if (!response) return ProviderTrouble{std::string(facts(response.error().code).name), std::nullopt};
    if (auto verdict = refusal(*response, context_.clock.host_now())) {
        context_.log.warning("token.refused", {{"grant", "refresh_token"},
                                               {"reason", refusal_of(*response, context_.clock.host_now())}});
        discard_of_refresh(*provider, token_set_of(tokens_told_in(*response)), current);
        return std::move(*verdict);
    }
    auto tokens = parse_token_response(*response, binding.token_type());
    if (!tokens) {
        discard_of_refresh(*provider, token_set_of(tokens_told_in(*response)), current);
        return ProviderTrouble{tokens.error().detail, std::nullopt};
    }
    return judge_tokens(*provider, std::move(*tokens), current, subject, deadline(whole));
}

// The session stays, and lives by the grant of the refresh token, be it the old one or the new: what is given back is
// the new access token alone, which may be good for whoever finds it.
void OidcProvider::discard_of_refresh(const ProviderMetadata& provider, TokenSet received, const TokenSet& current) {
    if (received.access_token.reveal() == current.access_token.reveal()) return;
    discard(provider, to_give_back(std::move(received), Grant::may_be_a_sessions));
}

RefreshVerdict OidcProvider::judge_tokens(const ProviderMetadata& provider, TokenResponse tokens,
                                          const TokenSet& current, std::string_view subject, const Deadline& until) {
    if (auto recognised = recognise(provider, tokens, current, subject, until); !recognised) {
        TokenSet received = token_set_of(tokens, context_.clock.now());
        if (!received.refresh_token) received.refresh_token = current.refresh_token;
        discard(provider, received);
        return WrongIdentity{recognised.error().detail};
    }
    return Refreshed{token_set_of(tokens, context_.clock.now())};
}

// An ID token is optional here (Core §12.2), but one that comes must be of the same login. The refresh token has been
// used by now and the new one exists nowhere else: if the keys cannot be had this moment, the tokens are kept and the
// ID token is dropped, as though none had come.
Result<void> OidcProvider::recognise(const ProviderMetadata& provider, TokenResponse& tokens, const TokenSet& current,
                                     std::string_view subject, const Deadline& until) {
    if (!tokens.id_token) return {};
    const ProviderConfig& config = context_.config.provider;
    IdTokenRules rules;
    rules.issuer = config.issuer;
    rules.client_id = config.client_id;
    rules.access_token = tokens.access_token.reveal();
    rules.subject = std::string(subject);
    rules.clock_skew = std::max(config.clock_skew, kClockSkewOfSessions);
    rules.now = context_.clock.host_now();
    const auto identity = id_tokens_.verify(*tokens.id_token, rules, provider.jwks_uri, until);
    if (!identity && identity.error().code == ErrorCode::unavailable) {
        context_.log.warning("token.id_token_not_verified", {{"reason", identity.error().detail}});
        auto same = id_tokens_.check_unverified(*tokens.id_token, rules);
        if (same) tokens.id_token.reset();
        return same;
    }
    if (!identity) return failure(identity.error());
    if (!current.id_token) return {};
    const auto original = claims_of(*current.id_token, config.id_token_algorithms);
    return original ? check_continuity(*original, identity->claims()) : Result<void>{};
}

// --- the other endpoints ---

// "RECOMMENDED that the request use the HTTP GET method and the Access Token be sent using the Authorization header
// field" (Core §5.3.1).
Result<Json> OidcProvider::userinfo(const AccessToken& access_token, std::string_view subject,
                                    const std::optional<Deadline>& callers) {
    const Deadline until = deadline(callers);
    const auto provider = metadata_.get(until);
    if (!provider) return failure(provider.error());
    if (!provider->userinfo_endpoint || until.over())
        return failure(ErrorCode::provider_unavailable, "the provider has no userinfo_endpoint");
    auto response = ask_userinfo(*provider->userinfo_endpoint, access_token, until);
    if (response && access_token.dpop_key && lacks_nonce(*response) && !until.over())
        response = ask_userinfo(*provider->userinfo_endpoint, access_token, until);
    if (!response) {
        const std::string reason(facts(response.error().code).name);
        return failure(ErrorCode::provider_unavailable, "userinfo: " + reason);
    }
    // "invalid_token … The resource SHOULD respond with the HTTP 401 (Unauthorized) status code" (RFC 6750 §3.1).
    if (response->status == 401) return failure(ErrorCode::session_ended, "userinfo: the access token is rejected");
    if (is_passing(response->status)) {
        return failure(Error{ErrorCode::provider_unavailable, "userinfo: status " + std::to_string(response->status),
                             retry_after(*response, context_.clock.host_now())});
    }
    return userinfo_claims(*response, subject, context_, key_sets_, *provider, until);
}

// Once, with credentials made for it.
Result<OutboundResponse> OidcProvider::ask_userinfo(const std::string& endpoint, const AccessToken& access_token,
                                                    const Deadline& until) {
    OutboundRequest request;
    request.url = endpoint;
    auto credentials =
        present_token(access_token, request.method, endpoint, nonces_, context_.random, context_.clock.host_now());
    if (!credentials) return failure(credentials.error());
    request.headers = *std::move(credentials);
    request.headers.add("Accept", std::string(userinfo_accepted(context_.config.provider)));
    request.certificate = context_.client.current()->certificate;  // the token may be bound to it (RFC 8705 §3)
    request.limits = until.limits(kLargestUserinfo);
    auto response = context_.http.send(request);
    if (response && access_token.dpop_key) {
        const auto occasion = lacks_nonce(*response) ? NonceOccasion::refusal : NonceOccasion::answer;
        nonces_.learn(DpopServer::resource, endpoint, response->headers, occasion);
    }
    return response;
}

// "Validate the Logout Token signature in the same way that an ID Token signature is validated" (Back-Channel Logout
// §2.6-2), so it is the same algorithms and the same keys.
Result<VerifiedLogoutToken> OidcProvider::verify_logout_token(const Secret& logout_token) {
    const ProviderConfig& config = context_.config.provider;
    const auto jws = parse_jws(logout_token.reveal(), config.id_token_algorithms);
    if (!jws) return failure(jws.error());
    const auto claims = Json::parse(jws->payload);
    if (!claims || !claims->is_object())
        return failure(ErrorCode::identity_rejected, "logout token: the payload is no JSON object");
    const LogoutTokenRules rules{config.issuer, config.client_id, config.logout_token_typ,
                                 std::max(config.clock_skew, kClockSkewOfSessions), context_.clock.host_now()};
    if (auto plausible = check_logout_token(jws->header, *claims, rules); !plausible) return failure(plausible.error());
    const Deadline whole = deadline();
    const Deadline until = whole.within(kVerifyAtMost);
    const auto provider = metadata_.get(until);
    if (!provider) return failure(unavailable(provider.error()));
    const auto verified = check_signature(*jws, key_sets_, provider->jwks_uri, until);
    if (!verified) return failure(verified.error());
    return vestibule::verify_logout_token(*verified, rules);
}

void OidcProvider::revoke(const TokenSet& tokens, Milliseconds at_most) {
    const Deadline until(context_.clock, std::min(at_most, context_.config.provider.timeout));
    const auto provider = metadata_.get(until);
    if (!provider) {
        context_.log.warning("token.not_revoked", {{"reason", provider.error().detail}});
        return;
    }
    revoke_tokens(context_, *provider, tokens, until);
}

}  // namespace vestibule
