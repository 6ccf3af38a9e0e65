#include "provider/userinfo_claims.h"

#include "oauth/userinfo_response.h"
#include "provider/signature_check.h"

namespace vestibule {
namespace {

// unavailable is a login's word; here it is the provider that is.
tl::unexpected<Error> as_userinfo(Error error) {
    if (error.code == ErrorCode::unavailable) error.code = ErrorCode::provider_unavailable;
    error.detail = "userinfo: " + error.detail;
    return failure(std::move(error));
}

bool is_signed_form(const ProviderConfig& config) { return !config.userinfo_algorithms.empty(); }

}  // namespace

std::string_view userinfo_accepted(const ProviderConfig& config) {
    return is_signed_form(config) ? "application/jwt" : "application/json";
}

Result<Json> userinfo_claims(const OutboundResponse& response, std::string_view subject, const ProviderContext& context,
                             KeySetCache& key_sets, const ProviderMetadata& provider, const Deadline& until) {
    const ProviderConfig& config = context.config.provider;
    if (!is_signed_form(config)) return parse_userinfo_response(response, subject);
    const auto compact = signed_userinfo_of(response);
    if (!compact) return failure(compact.error());
    const auto jws = parse_jws(*compact, config.userinfo_algorithms);
    if (!jws) return as_userinfo(jws.error());
    const auto verified = check_signature(*jws, key_sets, provider.jwks_uri, until);
    if (!verified) return as_userinfo(verified.error());
    return check_signed_userinfo(*verified, {provider.issuer, config.client_id, std::string(subject), config.clock_skew,
                                             context.clock.host_now()});
}

}  // namespace vestibule
