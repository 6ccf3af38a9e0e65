// The client side of a module of the OpenID Foundation's client test plans: a login that must succeed, or one that must
// be rejected without a trace.
#pragma once

#include "functions/userinfo/handler.h"
#include "tests/conformance/rejected_login.h"

namespace vestibule {

// Logs in and asks UserInfo, as the modules expect of a client that is content. The session's cookie.
inline std::string expect_login(CallbackBench& b) {
    const Response response = b.come_back(b.log_in());
    const std::string session = cookie_set_by(response, kSessionCookieName);
    cr_assert(not(session.empty()), "%s", header_of(response, "Location").c_str());
    const Response claims = handle_userinfo(fetch_request("GET", "/auth/userinfo", session), b.world);
    cr_assert(eq(int, +claims.status, 200));
    cr_expect(member(json_of(claims), "userInfo").string_at("sub") == b.op.knobs.subject);
    return session;
}

inline void expect_rejected(const FaultyLogin& fault) {
    RejectedLogin login(fault);
    login.expect_it_was_rejected();
    login.expect_nothing_is_left();
    login.expect_no_further_call();
    login.expect_the_tokens_are_revoked();
    login.expect_nothing_is_shown();
    login.expect_the_next_login_works();
}

using Setup = std::function<void(CallbackBench&)>;

// An ID token that `spoil` makes wrong, after tokens were received; `prepare` is the plan's own set-up.
inline FaultyLogin bad_id_token(Setup prepare, Setup spoil) {
    FaultyLogin fault{"an ID token", std::move(spoil), {}};
    fault.prepare = std::move(prepare);
    return fault;
}
inline FaultyLogin bad_claims(Setup prepare, std::function<void(Json&)> change) {
    return bad_id_token(std::move(prepare),
                        [change = std::move(change)](CallbackBench& b) { b.op.knobs.change_claims = change; });
}

inline Json without_member(const Json& object, std::string_view name) {
    Json kept = Json::object();
    for (const auto& [key, value] : object.as_object()) {
        if (key != name) kept.set(key, value);
    }
    return kept;
}

// The plans add a character to what was right.
inline std::function<void(Json&)> spoilt(std::string claim) {
    return [claim](Json& claims) { claims.set(claim, claims.string_at(claim).value_or("") + "1"); };
}
inline std::function<void(Json&)> missing(std::string claim) {
    return [claim](Json& claims) { claims = without_member(claims, claim); };
}

inline void sign_with(CallbackBench& b, KeyType type, JwsAlgorithm algorithm) {
    b.op.use_key(SigningKey::generate(type), algorithm);
    b.config.provider.id_token_algorithms = {algorithm};
}

// The same claims in an ID token that nobody signed.
inline void unsign(std::string& compact) {
    const std::size_t payload = compact.find('.') + 1;
    compact = compact_jws(R"({"alg":"none"})", "", "") + compact.substr(payload, compact.rfind('.') - payload) + ".";
    compact.erase(compact.find(".."), 1);
}

}  // namespace vestibule
