// One whole login, through both handlers and the real provider code, and what became of it.
#pragma once

#include <functional>
#include <string>

#include "codec/base64url.h"
#include "session/live_session.h"
#include "tests/functions/callback/callback_bench.h"

namespace vestibule {

struct LoginOutcome : CallbackBench {
    // "" where the person is logged in, else the auth_error of the redirect. A refused login leaves nothing behind.
    std::string outcome() {
        const std::size_t revoked = op.revoked_tokens().size();
        const Response response = come_back(log_in());
        if (!leaks_nothing(response)) return "(a secret was seen)";
        const std::string error = error_of(response), cookie = cookie_set_by(response, kSessionCookieName);
        if (error.empty()) return opens(cookie) ? "" : "(no session and no error)";
        if (!cookie.empty()) return "(a session in spite of " + error + ")";
        return op.revoked_tokens().size() == revoked ? "(tokens not revoked)" : error;
    }
    // Why the last login failed, as the operator reads it.
    std::string reason() const { return log.last("login.failed")->text("reason"); }

    // The provider signs with this key, and publishes this set.
    void sign_with(const SigningKey& key, JwsAlgorithm algorithm, const std::string& published) {
        op.use_key(key, algorithm);
        op.metadata.set("id_token_signing_alg_values_supported", Json::array({name_of(algorithm)}));
        op.configure(config.provider);
        op.publish_keys(published);
    }
    // The header of ID tokens, octet by octet; signed all the same.
    void with_header(std::string header) {
        op.knobs.change_jws = [this, header = std::move(header)](std::string& jws) {
            const std::string payload = jws.substr(jws.find('.') + 1, jws.rfind('.') - jws.find('.') - 1);
            jws = sign_jws(op.key(), op.algorithm(), header, base64url_decode(payload).value());
        };
    }
    // Their signature, from what is signed.
    void with_signature(std::function<std::string(const std::string& signing_input)> sign) {
        op.knobs.change_jws = [sign = std::move(sign)](std::string& jws) {
            const std::string input = jws.substr(0, jws.rfind('.'));
            jws = input + '.' + base64url_encode(sign(input));
        };
    }
    void with_claim(const std::string& name, const Json& value) {
        op.knobs.change_claims = [=](Json& claims) { claims.set(name, value); };
    }
};

}  // namespace vestibule
