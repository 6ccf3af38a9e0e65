#include "tests/support/test_provider.h"

#include <stdexcept>

#include "oauth/dpop_proof.h"

namespace vestibule {
namespace {

HeaderFields json_headers() { return {{"Content-Type", "application/json"}}; }

ScriptedAnswer oauth_error(int status, const std::string& error) {
    return json_answer(status, Json::object({{"error", error}}).print());
}

Form query_of(std::string_view url) {
    const auto question = url.find('?');
    if (question == std::string_view::npos) throw std::logic_error("an authorization URL without a query");
    return Form::parse(url.substr(question + 1)).value();
}

std::string one(const Form& form, std::string_view name) { return form.single(name).value().value_or(std::string{}); }

}  // namespace

TestProvider::TestProvider(ScriptedHttpClient& http, const Clock& clock, std::string issuer)
    : metadata_headers(json_headers()),
      keys_headers(json_headers()),
      dpop(clock, "as-nonce"),
      userinfo_dpop(clock, "rs-nonce"),
      http_(http),
      clock_(clock),
      issuer_(std::move(issuer)),
      key_(SigningKey::generate(KeyType::ec_p256)) {
    metadata = Json::object({
        {"issuer", issuer_},
        {"authorization_endpoint", authorization_endpoint()},
        {"token_endpoint", token_endpoint()},
        {"pushed_authorization_request_endpoint", push_endpoint()},
        {"jwks_uri", keys_url()},
        {"userinfo_endpoint", userinfo_endpoint()},
        {"revocation_endpoint", revocation_endpoint()},
        {"end_session_endpoint", end_session_endpoint()},
        {"response_types_supported", Json::array({"code"})},
        {"subject_types_supported", Json::array({"public"})},
        {"id_token_signing_alg_values_supported", Json::array({"RS256", "PS256", "ES256", "EdDSA"})},
        {"token_endpoint_auth_methods_supported",
         Json::array({"client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth",
                      "self_signed_tls_client_auth"})},
        {"token_endpoint_auth_signing_alg_values_supported", Json::array({"PS256", "ES256", "EdDSA", "Ed25519"})},
        {"code_challenge_methods_supported", Json::array({"S256"})},
        {"authorization_response_iss_parameter_supported", true},
    });
    publish();
}

void TestProvider::configure(ProviderConfig& config) const {
    config.issuer = issuer_;
    config.client_id = client_id;
    config.auth.secret = Secret(client_secret);
    config.id_token_algorithms = {algorithm_};
}

void TestProvider::publish() {
    http_.on(metadata_url(), [this](const RecordedRequest&) {
        return ScriptedAnswer{.headers = metadata_headers, .body = metadata.print()};
    });
    http_.on(keys_url(), [this](const RecordedRequest&) { return answer_keys(); });
    http_.on(token_endpoint(), [this](const RecordedRequest& request) { return answer_token(request); });
    http_.on(push_endpoint(), [this](const RecordedRequest& request) { return answer_push(request); });
    http_.on(userinfo_endpoint(), [this](const RecordedRequest& request) { return answer_userinfo(request); });
    http_.on(revocation_endpoint(), [this](const RecordedRequest& request) { return answer_revocation(request); });
}

void TestProvider::go_down(ErrorCode error) {
    for (const auto& url :
         {metadata_url(), keys_url(), token_endpoint(), push_endpoint(), userinfo_endpoint(), revocation_endpoint()})
        http_.answer(url, failing_answer(error));
}

void TestProvider::come_back() { publish(); }

// --- the person at the provider ---

std::string TestProvider::log_in(std::string_view authorization_url) {
    const std::lock_guard lock(mutex_);
    const Form asked = asked_by(authorization_url);
    if (one(asked, "client_id") != client_id || one(asked, "response_type") != "code")
        throw std::logic_error("the provider would not accept this authorization request");
    const std::string code = new_secret("code");
    codes_[code] = {one(asked, "nonce"), one(asked, "code_challenge"), one(asked, "redirect_uri"), one(asked, "scope"),
                    one(asked, "dpop_jkt")};
    Form answer;
    answer.add("code", code).add("state", one(asked, "state"));
    if (knobs.iss_in_responses) answer.add("iss", issuer_);
    return answer.encode();
}

std::string TestProvider::refuse(std::string_view authorization_url, std::string_view error) {
    const std::lock_guard lock(mutex_);
    Form answer;
    answer.add("error", std::string(error)).add("state", one(asked_by(authorization_url), "state"));
    if (knobs.iss_in_responses) answer.add("iss", issuer_);
    return answer.encode();
}

// "the authorization server MUST … reject the request if the request_uri authorization request parameter is provided"
// (RFC 9126 §2.1).
ScriptedAnswer TestProvider::answer_push(const RecordedRequest& request) {
    const std::lock_guard lock(mutex_);
    if (knobs.push_answer) return *knobs.push_answer;
    if (request.method != "POST") return oauth_error(405, "invalid_request");
    if (!authenticated(request)) return oauth_error(401, "invalid_client");
    const auto key = proven_key(request);
    if (!key) return with_nonce(key.error(), dpop);
    Form form = request.form();
    if (*key && !form.has("dpop_jkt")) form.add("dpop_jkt", **key);
    if (*key && one(form, "dpop_jkt") != **key) return oauth_error(400, "invalid_dpop_proof");
    if (form.has("request_uri") || one(form, "client_id") != client_id) return oauth_error(400, "invalid_request");
    const std::string request_uri = "urn:ietf:params:oauth:request_uri:" + std::to_string(++pushes_);
    pushed_[request_uri] = form;
    Json answer = Json::object({{"request_uri", request_uri}, {"expires_in", 60}});
    if (knobs.change_push_answer) knobs.change_push_answer(answer);
    return with_nonce(json_answer(201, answer.print()), dpop);
}

Form TestProvider::asked_by(std::string_view authorization_url) {
    const Form query = query_of(authorization_url);
    const std::string request_uri = one(query, "request_uri");
    if (request_uri.empty()) return query;
    const auto found = pushed_.find(request_uri);
    if (found == pushed_.end()) throw std::logic_error("a request_uri that nobody pushed, or that was used before");
    if (query.parameters().size() != 2 || one(query, "client_id") != client_id)
        throw std::logic_error("more than client_id and request_uri");
    Form pushed = std::move(found->second);
    pushed_.erase(found);
    return pushed;
}

TokenSet TestProvider::issue_tokens(const std::optional<Secret>& dpop_key) {
    const std::lock_guard lock(mutex_);
    TokenSet tokens;
    tokens.dpop_key = dpop_key;
    proven_ = dpop_key ? std::optional(DpopKey::of(*dpop_key).value().thumbprint()) : std::nullopt;
    tokens.access_token = Secret(new_secret("access-token"));
    access_tokens_.insert(tokens.access_token.reveal());
    if (proven_) bound_[tokens.access_token.reveal()] = *proven_;
    tokens.access_lifetime = knobs.access_token_lifetime;
    tokens.access_expires_at = clock_.now() + knobs.access_token_lifetime;
    if (knobs.refresh_tokens) tokens.refresh_token = Secret(new_refresh_token(++families_));
    tokens.id_token = Secret(signed_id_token(usual_claims()));
    return tokens;
}

std::string TestProvider::id_token(const Json& changes) {
    Json claims = usual_claims();
    for (const auto& [name, value] : changes.as_object()) claims.set(name, value);
    return signed_id_token(std::move(claims));
}

// --- keys ---

void TestProvider::rotate_keys() {
    const std::lock_guard lock(mutex_);
    set_key(SigningKey::generate(key_.type()), algorithm_, "key-" + std::to_string(++keys_made_));
}

void TestProvider::replace_key_under_its_kid() { use_key(SigningKey::generate(key_.type()), algorithm_); }

void TestProvider::use_key(SigningKey key, JwsAlgorithm algorithm) { set_key(std::move(key), algorithm, kid_); }

void TestProvider::set_key(SigningKey key, JwsAlgorithm algorithm, std::string kid) {
    const std::lock_guard lock(mutex_);
    key_ = std::move(key);
    algorithm_ = algorithm;
    kid_ = std::move(kid);
    published_keys_.reset();
}

void TestProvider::publish_keys(std::string jwk_set) {
    const std::lock_guard lock(mutex_);
    published_keys_ = std::move(jwk_set);
}

ScriptedAnswer TestProvider::answer_keys() const {
    const std::lock_guard lock(mutex_);
    const std::string own = jwk_set({key_.public_jwk(kid_, name_of(algorithm_))});
    return {.headers = keys_headers, .body = published_keys_.value_or(own)};
}

// --- the other endpoints ---

ScriptedAnswer TestProvider::answer_userinfo(const RecordedRequest& request) {
    const std::lock_guard lock(mutex_);
    std::string why_not = "Bearer error=\"invalid_token\"";
    if (!shows_access_token(request, why_not)) {
        ScriptedAnswer refused = oauth_error(401, "invalid_token");
        refused.headers.add("WWW-Authenticate", why_not);
        return with_nonce(std::move(refused), userinfo_dpop);
    }
    Json claims = knobs.user;
    claims.set("sub", knobs.subject);
    if (knobs.change_userinfo) knobs.change_userinfo(claims);
    ScriptedAnswer response = with_nonce(json_answer(200, claims.print()), userinfo_dpop);
    if (knobs.change_userinfo_response) knobs.change_userinfo_response(response);
    return response;
}

// "The authorization server responds with HTTP status code 200 if the token has been revoked successfully or if the
// client submitted an invalid token" (RFC 7009 §2.2).
ScriptedAnswer TestProvider::answer_revocation(const RecordedRequest& request) {
    const std::lock_guard lock(mutex_);
    if (!authenticated(request)) return oauth_error(401, "invalid_client");
    const std::string token = request.parameter("token");
    revoked_.push_back(token);
    access_tokens_.erase(token);
    if (const auto found = refresh_tokens_.find(token); found != refresh_tokens_.end())
        kill_family(found->second.family);
    return ScriptedAnswer{};
}

// --- what happened ---

std::vector<std::string> TestProvider::issued_secrets() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all = secrets_;
    all.push_back(client_secret);
    return all;
}

std::vector<std::string> TestProvider::revoked_tokens() const {
    const std::lock_guard lock(mutex_);
    return revoked_;
}

int TestProvider::token_requests() const {
    const std::lock_guard lock(mutex_);
    return token_requests_;
}

int TestProvider::reused_refresh_tokens() const {
    const std::lock_guard lock(mutex_);
    return reused_;
}

bool TestProvider::refresh_token_lives(std::string_view token) const {
    const std::lock_guard lock(mutex_);
    const auto found = refresh_tokens_.find(token);
    return found != refresh_tokens_.end() && found->second.alive;
}

}  // namespace vestibule
