#include "functions/proxy/forward.h"

#include "functions/proxy/refusal.h"
#include "functions/proxy/upstream_challenge.h"
#include "http/respond.h"
#include "oauth/dpop_nonce.h"
#include "policy/request_headers.h"
#include "policy/response_headers.h"
#include "policy/route_match.h"
#include "policy/token_free_body.h"
#include "provider/presented_token.h"
#include "world/refresh_with_provider.h"

namespace vestibule {
namespace {

constexpr Seconds kTryAgainAtOnce{1};
constexpr std::size_t kLargestKeptBody = 64 * 1024;

HttpLimits limits_of(const Route& route) {
    HttpLimits limits;
    limits.connect = route.connect_timeout;
    limits.first_byte = route.first_byte_timeout;
    limits.idle = route.idle_timeout;
    limits.total = route.total_timeout;
    return limits;
}

std::optional<std::string_view> query_of(const Request& request) {
    if (!request.has_query && request.query.empty()) return std::nullopt;
    return request.query;
}

bool has_body(const Request& request) { return request.content_length.value_or(0) > 0; }

std::shared_ptr<BodySource> body_of(OpenResponse& upstream, const AskedUpstream& asked) {
    const bool can_be_searched = asked.access_token && !upstream.headers.find("Content-Encoding");
    return can_be_searched ? token_free_body(std::move(upstream.body), *asked.access_token) : std::move(upstream.body);
}

// Lives for one request.
class Exchange {
public:
    Exchange(const Request& request, const Route& route, const ProviderWorld& world)
        : request_(request), route_(route), world_(world), url_(upstream_url(route, request.path, query_of(request))) {}

    Forwarded run(const std::optional<LiveSession>& session) {
        auto upstream = ask(session);
        if (!upstream) return failed(upstream.error());
        if (upstream_status_ != 401) return answer(*std::move(upstream));
        const UpstreamChallenge challenge = read_challenge(upstream->headers);
        upstream->body.reset();  // nobody needs it; the connection is free
        if (challenge.complaint == Complaint::nonce_wanted) return still_wants_nonce(challenge);
        const bool token_rejected = challenge.complaint == Complaint::token_rejected && asked_.access_token;
        if (token_rejected) return refresh_and_replay(*session);
        return refused(challenge);
    }

private:
    // One attempt; and where the upstream lacks its nonce in our proof, one more with it, if there is a body to send
    // again. Nothing was processed then (RFC 9449 §9), so that is safe for every method (checklist A15, A17).
    Result<OpenResponse> ask(const std::optional<LiveSession>& session) {
        auto upstream = attempt(session);
        if (!upstream || !nonce_learnt_ || !can_be_repeated()) return upstream;
        upstream->body.reset();  // the connection is free
        return attempt(session);
    }

    // Everything in it is made anew, and of this session alone. Fills in asked_, upstream_status_, nonce_learnt_.
    Result<OpenResponse> attempt(const std::optional<LiveSession>& session) {
        asked_ = {request_.method, url_, std::nullopt};
        upstream_status_ = 0;
        nonce_learnt_ = false;
        auto credentials = credentials_of(session);
        if (!credentials) return failure(credentials.error());
        auto headers = upstream_headers(request_, route_.request_headers, world_.config.public_url, *credentials);
        if (!headers) return failure(headers.error());
        auto upstream = world_.http.open(outbound(*std::move(headers)));
        if (!upstream) return upstream;
        upstream_status_ = upstream->status;
        if (credentials->find("DPoP")) learn_nonce(*upstream);
        return upstream;
    }

    Result<HeaderFields> credentials_of(const std::optional<LiveSession>& session) {
        if (!session || route_.token == TokenKind::none) return HeaderFields{};
        auto token = session->access_token(world_.keys);
        if (!token) return failure(token.error());
        asked_.access_token = token->text;
        if (token->dpop_key) {
            if (auto kept = keep_small_body(); !kept) return failure(kept.error());
        }
        return present_token(*token, request_.method, url_, world_.dpop_nonces, world_.random, world_.clock.host_now());
    }

    void learn_nonce(const OpenResponse& upstream) {
        const bool refused = upstream.status == 401 && challenges_for_dpop_nonce(upstream.headers);
        const auto occasion = refused ? NonceOccasion::refusal : NonceOccasion::answer;
        const bool learnt = world_.dpop_nonces.learn(DpopServer::resource, url_, upstream.headers, occasion);
        nonce_learnt_ = refused && learnt;
    }

    // An upstream may want the request once more, for its nonce: a body that fits is kept, a larger one is streamed.
    Result<void> keep_small_body() {
        if (kept_body_ || !has_body(request_) || *request_.content_length > kLargestKeptBody) return {};
        auto body = read_body(request_, kLargestKeptBody);
        if (!body) return failure(body.error());
        kept_body_ = *std::move(body);
        return {};
    }

    bool can_be_repeated() const { return kept_body_ || !has_body(request_); }

    OutboundRequest outbound(HeaderFields headers) const {
        OutboundRequest outbound;
        outbound.method = request_.method;
        outbound.url = url_;
        outbound.headers = std::move(headers);
        if (kept_body_) {
            outbound.body = *kept_body_;
        } else if (has_body(request_)) {
            outbound.upload = request_.body;
            outbound.content_length = request_.content_length;
        }
        if (route_.client_certificate) outbound.certificate = world_.client.current()->certificate;
        outbound.cancellation = request_.cancellation;
        outbound.limits = limits_of(route_);
        return outbound;
    }

    Forwarded answer(OpenResponse upstream) {
        auto allowed = browser_answer(upstream, asked_, route_, world_.config.public_url);
        if (!allowed) return failed(allowed.error());
        Response response{allowed->status, std::move(allowed->headers), std::string{}};
        if (allowed->body == BodyRule::pass) response.body = body_of(upstream, asked_);
        return {std::move(response), upstream_status_, std::nullopt};
    }

    // Once: an upstream that rejects a token fresh from the provider will not take the next one either (checklist P29).
    Forwarded refresh_and_replay(const LiveSession& session) {
        world_.log.info("proxy.token_rejected", {{"route", route_.path}});
        const auto renewed = refresh_with_provider(session, RefreshReason::token_rejected, world_);
        if (!renewed) return failed(renewed.error());
        if (!can_be_repeated()) {  // it was streamed and is gone; the caller still has it, and the next token is good
            return failed({ErrorCode::refresh_busy, "the token was renewed, but the body is gone", kTryAgainAtOnce});
        }
        auto upstream = ask(*renewed);
        if (!upstream) return failed(upstream.error());
        if (upstream_status_ != 401) return answer(*std::move(upstream));
        const UpstreamChallenge challenge = read_challenge(upstream->headers);
        return challenge.complaint == Complaint::nonce_wanted ? still_wants_nonce(challenge) : refused(challenge);
    }

    Forwarded still_wants_nonce(const UpstreamChallenge& challenge) {
        if (nonce_learnt_ && !can_be_repeated())  // the caller still has the body, and the next proof has the nonce
            return failed({ErrorCode::refresh_busy, "the nonce is known now, but the body is gone", kTryAgainAtOnce});
        return refused(challenge);
    }

    Forwarded refused(const UpstreamChallenge& challenge) {
        if (challenge.complaint == Complaint::stronger_login) return step_up(challenge);
        if (route_.token == TokenKind::user_or_none && !asked_.access_token) {
            return failed({ErrorCode::no_session, "the upstream wants a token", std::nullopt});
        }
        return failed({ErrorCode::upstream_invalid, "the upstream does not accept our token", std::nullopt});
    }

    // The app navigates there; we never do it for it, so that nothing can loop (checklist P31).
    Forwarded step_up(const UpstreamChallenge& challenge) {
        const Error error{ErrorCode::reauthentication_required, "the upstream asks for a stronger login", std::nullopt};
        if (is_navigation(request_)) return failed(error);
        const std::string url = login_url(world_.config.paths.login, challenge);
        return {problem_response(error, Json::object({{"loginUrl", url}})), upstream_status_, error};
    }

    Forwarded failed(const Error& error) const {
        return {refusal(request_, error, world_.config), upstream_status_, error};
    }

    const Request& request_;
    const Route& route_;
    const ProviderWorld& world_;
    const std::string url_;
    AskedUpstream asked_;
    int upstream_status_ = 0;
    bool nonce_learnt_ = false;             // the last attempt was refused for it
    std::optional<std::string> kept_body_;  // where the request can be sent again in spite of its body
};

}  // namespace

Forwarded forward(const Request& request, const Route& route, const std::optional<LiveSession>& session,
                  const ProviderWorld& world) {
    return Exchange(request, route, world).run(session);
}

}  // namespace vestibule
