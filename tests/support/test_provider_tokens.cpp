// The token endpoint of the provider inside the test, and the tokens it makes.
#include "oauth/pkce.h"
#include "oauth/scope.h"
#include "tests/support/test_provider.h"

namespace vestibule {
namespace {

ScriptedAnswer oauth_error(int status, const std::string& error) {
    return json_answer(status, Json::object({{"error", error}}).print());
}

}  // namespace

// --- the token endpoint ---

ScriptedAnswer TestProvider::answer_token(const RecordedRequest& request) {
    const std::lock_guard lock(mutex_);
    ++token_requests_;
    if (request.method != "POST") return oauth_error(405, "invalid_request");
    if (!authenticated(request)) return oauth_error(401, "invalid_client");
    const auto key = proven_key(request);
    if (!key) return with_nonce(key.error(), dpop);
    proven_ = *key;
    const std::string grant_type = request.parameter("grant_type");
    if (grant_type == "authorization_code") return with_nonce(redeem(request), dpop);
    if (grant_type == "refresh_token") return with_nonce(refresh(request), dpop);
    return oauth_error(400, "unsupported_grant_type");
}

ScriptedAnswer TestProvider::redeem(const RecordedRequest& request) {
    const auto found = codes_.find(request.parameter("code"));
    if (found == codes_.end()) return oauth_error(400, "invalid_grant");
    const Login login = found->second;
    codes_.erase(found);  // once
    const Secret verifier(request.parameter("code_verifier"));
    if (request.parameter("redirect_uri") != login.redirect_uri) return oauth_error(400, "invalid_grant");
    if (code_challenge_s256(verifier) != login.code_challenge) return oauth_error(400, "invalid_grant");
    if (!login.dpop_jkt.empty() && proven_ != login.dpop_jkt) return oauth_error(400, "invalid_grant");

    Json claims = usual_claims();
    if (!login.nonce.empty()) claims.set("nonce", login.nonce);
    std::optional<std::string> refresh_token;
    if (knobs.refresh_tokens && has_scope(login.scope, "offline_access"))
        refresh_token = new_refresh_token(++families_);
    return good_answer(token_answer(refresh_token, signed_id_token(std::move(claims))));
}

ScriptedAnswer TestProvider::refresh(const RecordedRequest& request) {
    const auto found = refresh_tokens_.find(request.parameter("refresh_token"));
    if (found == refresh_tokens_.end()) return oauth_error(400, "invalid_grant");
    const int family = found->second.family;
    if (!found->second.alive) {  // RFC 9700 §4.14.2: reuse revokes the family
        ++reused_;
        kill_family(family);
        return oauth_error(400, "invalid_grant");
    }
    const auto bound = bound_.find(found->first);
    if (bound != bound_.end() && proven_ != bound->second) return oauth_error(400, "invalid_grant");
    std::optional<std::string> next;
    if (knobs.rotate_refresh_tokens) {
        found->second.alive = false;
        next = new_refresh_token(family);
    }
    std::optional<std::string> id_token;
    if (knobs.id_token_at_refresh) id_token = signed_id_token(usual_claims());
    return good_answer(token_answer(next, id_token));
}

ScriptedAnswer TestProvider::good_answer(const Json& tokens) const {
    ScriptedAnswer response = json_answer(200, tokens.print());
    if (knobs.change_token_response) knobs.change_token_response(response);
    return response;
}

Json TestProvider::token_answer(std::optional<std::string> refresh_token, std::optional<std::string> id_token) {
    const std::string access_token = new_secret("access-token");
    access_tokens_.insert(access_token);
    if (proven_) bound_[access_token] = *proven_;
    Json answer = Json::object({{"access_token", access_token},
                                {"token_type", proven_ ? "dPoP" : "Bearer"},
                                {"expires_in", std::int64_t{knobs.access_token_lifetime.count()}}});
    if (refresh_token) answer.set("refresh_token", *refresh_token);
    if (id_token) answer.set("id_token", *id_token);
    if (knobs.change_token_answer) knobs.change_token_answer(answer);
    return answer;
}

// --- making tokens ---

Json TestProvider::usual_claims() const {
    const std::int64_t now = clock_.now().time_since_epoch().count();
    Json claims = Json::object({{"iss", issuer_},
                                {"sub", knobs.subject},
                                {"aud", client_id},
                                {"iat", now},
                                {"auth_time", now},
                                {"exp", now + std::int64_t{knobs.id_token_lifetime.count()}}});
    if (knobs.sid) claims.set("sid", *knobs.sid);
    for (const auto& [name, value] : knobs.user.as_object()) claims.set(name, value);
    return claims;
}

std::string TestProvider::signed_id_token(Json claims) {
    const std::lock_guard lock(mutex_);
    if (knobs.change_claims) knobs.change_claims(claims);
    Json header = Json::object({{"alg", name_of(algorithm_)}, {"kid", kid_}, {"typ", "JWT"}});
    if (knobs.change_header) knobs.change_header(header);
    std::string compact = sign_jws(key_, algorithm_, header.print(), claims.print());
    if (knobs.change_jws) knobs.change_jws(compact);
    secrets_.push_back(compact);
    return compact;
}

std::string TestProvider::logout_token(const Json& changes) {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = clock_.now().time_since_epoch().count();
    const Json event = Json::object({{"http://schemas.openid.net/event/backchannel-logout", Json::object()}});
    Json usual = Json::object({{"iss", issuer_},
                               {"aud", client_id},
                               {"iat", now},
                               {"exp", now + 120},
                               {"jti", "logout-" + std::to_string(++logouts_)},
                               {"sub", knobs.subject},
                               {"events", event}});
    if (knobs.sid) usual.set("sid", *knobs.sid);
    for (const auto& [name, value] : changes.as_object()) usual.set(name, value);
    Json claims = Json::object();
    for (const auto& [name, value] : usual.as_object()) {
        if (!value.is_null()) claims.set(name, value);
    }
    Json header = Json::object({{"alg", name_of(algorithm_)}, {"kid", kid_}, {"typ", "logout+jwt"}});
    if (knobs.change_logout_header) knobs.change_logout_header(header);
    return sign_jws(key_, algorithm_, header.print(), claims.print());
}

std::string TestProvider::new_secret(std::string_view kind) {
    secrets_.push_back("canary-" + std::string(kind) + "-" + std::to_string(secrets_.size() + 1));
    return secrets_.back();
}

std::string TestProvider::new_refresh_token(int family) {
    std::string token = new_secret("refresh-token");
    refresh_tokens_[token] = {family, true};
    if (proven_) bound_[token] = *proven_;
    return token;
}

void TestProvider::kill_family(int family) {
    for (auto& [token, grant] : refresh_tokens_) {
        if (grant.family == family) grant.alive = false;
    }
}

}  // namespace vestibule
