// DPoP at the provider inside the test (RFC 9449).
#include "oauth/dpop_proof.h"
#include "tests/support/test_provider.h"

namespace vestibule {

tl::expected<std::optional<std::string>, ScriptedAnswer> TestProvider::proven_key(const RecordedRequest& request) {
    if (!request.headers.find("DPoP") && !knobs.require_dpop) return std::nullopt;
    auto thumbprint = dpop.verify(request, std::nullopt);
    if (thumbprint) return *std::move(thumbprint);
    const bool lacks_nonce = thumbprint.error().detail == "use_dpop_nonce";
    const Json error = Json::object({{"error", lacks_nonce ? "use_dpop_nonce" : "invalid_dpop_proof"},
                                     {"error_description", thumbprint.error().detail}});
    return tl::make_unexpected(json_answer(400, error.print()));
}

ScriptedAnswer TestProvider::with_nonce(ScriptedAnswer answer, DpopVerifier& dpop) {
    if (const auto nonce = dpop.nonce_to_give()) answer.headers.set("DPoP-Nonce", *nonce);
    return answer;
}

bool TestProvider::shows_access_token(const RecordedRequest& request, std::string& why_not) {
    const std::string authorization = request.header("Authorization");
    const std::string scheme = authorization.substr(0, authorization.find(' ') + 1);
    const std::string token = authorization.substr(scheme.size());
    if (!access_tokens_.contains(token)) return false;
    const auto bound = bound_.find(token);
    if (bound == bound_.end()) return scheme == "Bearer " && !request.headers.find("DPoP");
    why_not = "DPoP error=\"invalid_token\", algs=\"ES256\"";
    if (scheme != "DPoP ") return false;
    const auto thumbprint = userinfo_dpop.verify(request, token);
    if (!thumbprint && thumbprint.error().detail == "use_dpop_nonce") why_not = "DPoP error=\"use_dpop_nonce\"";
    return thumbprint && *thumbprint == bound->second;
}

}  // namespace vestibule
