// "provider": who the provider is, and who we are to it.
#include <algorithm>
#include <iterator>

#include "config/settings.h"

namespace vestibule {
namespace {

const std::vector<JwsAlgorithm>& all_algorithms() {
    using enum JwsAlgorithm;
    static const std::vector<JwsAlgorithm> all = {RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA};
    return all;
}

// What the profile allows (FAPI 2.0 §5.4.1), so that nobody is refused for a default.
std::vector<JwsAlgorithm> fapi2_algorithms() { return {JwsAlgorithm::PS256, JwsAlgorithm::ES256, JwsAlgorithm::EdDSA}; }

// RFC 8725 §3.2, Core §2 (checklist I03): nothing that is not signed, nothing whose key both sides know.
const std::vector<Refusal> kWeakAlgorithms = {
    {"none", "accepts what is not signed; name what the provider signs with, such as \"RS256\""},
    {"HS256", "is a shared-secret signature and not accepted; have the provider sign with \"RS256\" or \"ES256\""},
    {"HS384", "is a shared-secret signature and not accepted; have the provider sign with \"RS256\" or \"ES256\""},
    {"HS512", "is a shared-secret signature and not accepted; have the provider sign with \"RS256\" or \"ES256\""},
};

void read_issuer(ObjectReader& from, std::string& issuer, PlainHttp plain_http) {
    if (!from.text("issuer", issuer, Need::required_here_or_in_environment)) return;
    const auto url = parse_url(issuer);
    if (const auto problem = problem_of_url(issuer, plain_http)) return from.problem("issuer", *problem);
    // Core §2 "iss": scheme, host, and optionally port and path (checklist D01).
    if (url && url->has_query) from.problem("issuer", "must not have a query (?…)");
}

bool is_scope_character(char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; }  // RFC 6749 §3.3

bool has_scope(std::string_view scope, std::string_view wanted) {
    return (" " + std::string(scope) + " ").find(" " + std::string(wanted) + " ") != std::string::npos;
}

void read_scope(ObjectReader& from, std::string& scope) {  // checklist L14
    if (!from.text("scope", scope)) return;
    const bool spaced = scope.front() != ' ' && scope.back() != ' ' && scope.find("  ") == scope.npos;
    const bool plain =
        std::all_of(scope.begin(), scope.end(), [](char c) { return c == ' ' || is_scope_character(c); });
    if (!spaced || !plain) from.problem("scope", "must be names with one space between them");
    if (!has_scope(scope, "openid")) from.problem("scope", "must contain \"openid\"; without it there is no login");
}

void read_algorithms(ObjectReader& from, std::string_view setting, std::vector<JwsAlgorithm>& algorithms) {
    std::vector<std::string> all;
    std::vector<std::string> names;
    const auto name = [](JwsAlgorithm algorithm) { return std::string(name_of(algorithm)); };
    std::transform(all_algorithms().begin(), all_algorithms().end(), std::back_inserter(all), name);
    std::transform(algorithms.begin(), algorithms.end(), std::back_inserter(names), name);
    if (!from.choices(setting, names, all, kWeakAlgorithms)) return;
    algorithms.clear();
    for (const std::string& chosen : names) {
        if (const auto algorithm = jws_algorithm(chosen)) algorithms.push_back(*algorithm);
    }
}

void read_acr_values(ObjectReader& from, std::vector<std::string>& values) {
    if (!from.texts("acrValues", values)) return;
    const bool spaced = std::any_of(values.begin(), values.end(),
                                    [](const std::string& value) { return value.find(' ') != value.npos; });
    if (spaced) from.problem("acrValues", "must be one value an item, without spaces");
}

void read_post_logout(ObjectReader& from, PostLogout& where) {
    static const std::vector<Choice<PostLogout>> kWhere = {{"app", PostLogout::app}, {"logout", PostLogout::logout}};
    from.choice("postLogoutRedirect", where, kWhere);
}

void read_logout_token_typ(ObjectReader& from, LogoutTyp& typ) {
    static const std::vector<Choice<LogoutTyp>> kTypes = {{"optional", LogoutTyp::may_be_absent},
                                                          {"required", LogoutTyp::required}};
    from.choice("logoutTokenTyp", typ, kTypes);
}

// Unless told, never shorter than any other call.
void read_timeouts(ObjectReader& from, ProviderConfig& provider) {
    from.duration("timeout", provider.timeout, {Seconds{1}, Seconds{30}});
    provider.refresh_timeout = std::max(provider.refresh_timeout, provider.timeout);
    from.duration("refreshTimeout", provider.refresh_timeout, {Seconds{1}, Seconds{60}});
    if (provider.refresh_timeout < provider.timeout)
        from.problem("refreshTimeout", "must not be shorter than provider.timeout");
}

}  // namespace

ProviderSettings read_provider(ObjectReader from, PlainHttp plain_http, Profile profile) {
    ProviderSettings settings;
    ProviderConfig& provider = settings.provider;
    read_issuer(from, provider.issuer, plain_http);
    from.text("clientId", provider.client_id, Need::required_here_or_in_environment);
    ClientAuthSettings client_auth = read_client_auth(from.object("clientAuth"));
    provider.auth = std::move(client_auth.auth);
    settings.secret_file = std::move(client_auth.secret_file);
    read_scope(from, provider.scope);
    if (profile == Profile::fapi2) provider.id_token_algorithms = fapi2_algorithms();
    read_algorithms(from, "idTokenAlgorithms", provider.id_token_algorithms);
    read_algorithms(from, "userinfoAlgorithms", provider.userinfo_algorithms);
    from.duration("maxAge", provider.max_age, {Seconds{0}, Seconds{std::chrono::days{400}}});
    read_acr_values(from, provider.acr_values);
    from.duration("clockSkew", provider.clock_skew, {Seconds{0}, std::chrono::minutes{5}});  // checklist I20
    read_timeouts(from, provider);
    from.flag("idTokenHint", provider.id_token_hint);
    read_logout_token_typ(from, provider.logout_token_typ);
    read_post_logout(from, provider.post_logout);
    read_authorization(from, provider);
    from.refuse("clientSecret",
                "does not belong into this file; name a file that holds it as "
                "\"clientAuth\": {\"secretFile\": \"/…\"} (or set BFF_CLIENT_SECRET)");
    from.refuse_others();
    return settings;
}

}  // namespace vestibule
