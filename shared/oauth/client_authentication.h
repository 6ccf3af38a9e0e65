// How we prove to the provider who we are (RFC 6749 §2.3.1, RFC 7523, RFC 10070, RFC 8705 §2; checklist A01, A03–A07,
// A11).
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "codec/form.h"
#include "config/config.h"
#include "crypto/signing_key.h"
#include "http/client.h"

namespace vestibule {

struct ClientAssertion {
    std::string client_id;
    std::string audience;  // one
    std::string jti;       // never used before
    WallTime now;
    enum class Type { said, left_out } type = Type::said;
};

// A JWT by which a client proves itself, good for a minute: iss, sub, aud as one string, jti, iat, exp.
std::string sign_client_assertion(const ClientAssertion& assertion, const PrivateSigningKey& key);

// A POST of `parameters` to `endpoint`, authenticated by the configured method and no other: Basic with both parts
// form-urlencoded first; client_id and client_secret in the body; client_id and `assertion`, which only
// private_key_jwt looks at; or client_id alone, where TLS does the rest. Asks for JSON.
OutboundRequest authenticated_post(const std::string& endpoint, Form parameters, const ProviderConfig& client,
                                   const std::string& assertion = {});

}  // namespace vestibule
