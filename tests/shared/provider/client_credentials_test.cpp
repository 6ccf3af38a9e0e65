// Keys and certificates that are replaced while the process runs, and what goes out with them.
#include "provider/client_credentials.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <ctime>
#include <set>

#include "tests/shared/config/scripted_sources.h"
#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

constexpr const char* kKeys = "/etc/vestibule/client-keys";
constexpr const char* kCertificate = "/etc/vestibule/client.pem";
constexpr const char* kCertificateKey = "/etc/vestibule/client.key";

std::string public_half(const std::string& key_set) {
    const auto all = signing_keys(Secret(key_set)).value();
    return Json::object({{"keys", Json::array({all.front().public_jwk()})}}).print();
}

std::string http_date_of(WallTime time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}

// A client whose files a test replaces.
struct Client {
    ScriptedSources files;
    ProviderBench bench;
    ClientAuth& auth = bench.config.provider.auth;
    std::unique_ptr<ClientCredentials> credentials;
    std::unique_ptr<OidcProvider> provider;

    void with_keys() {
        auth.method = ClientAuthMethod::private_key_jwt;
        auth.keys_file = kKeys;
        bench.op.client_key_set = public_half(files.files[kKeys]);
        start();
    }
    void with_certificate() {
        auth.method = ClientAuthMethod::self_signed_tls_client_auth;
        auth.certificate_file = kCertificate;
        auth.key_file = kCertificateKey;
        bench.op.client_thumbprint = client_files().thumbprint;
        start();
    }
    void start() {
        auth.keys = read_client_keys(auth, files.sources()).value();
        credentials =
            std::make_unique<ClientCredentials>(auth, bench.config.profile, files.sources(), bench.clock, bench.log);
        provider = std::make_unique<OidcProvider>(ProviderContext{bench.config, bench.http, bench.store, bench.keys,
                                                                  bench.clock, bench.random, bench.log, *credentials});
    }
    bool logs_in() {
        return provider->redeem(Secret(bench.code()), bench.secrets, bench.rules(), Grant::of_these_alone).has_value();
    }
    bool refreshes() {
        return std::holds_alternative<Refreshed>(provider->refresh(bench.op.issue_tokens(), bench.op.knobs.subject));
    }
};

}  // namespace

Test(client_credentials, A05_A07_every_request_has_an_assertion_of_its_own) {
    Client client;
    client.with_keys();
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) cr_assert(client.refreshes(), "%d", i);
    for (const auto& request : client.bench.http.requests_to(client.bench.op.token_endpoint()))
        seen.insert(request.parameter("client_assertion"));
    cr_expect(eq(sz, seen.size(), 100));
}

Test(client_credentials, A07_pushed_requests_and_revocation_prove_it_too) {
    Client client;
    client.with_keys();
    client.bench.config.provider.pushed_requests = PushedRequests::always;
    AuthorizationRequest request;
    request.client_id = client.bench.op.client_id;
    cr_expect(client.provider->authorization_url(request).has_value());
    const TokenSet tokens = client.bench.op.issue_tokens();
    client.provider->revoke(tokens, Milliseconds{1'000});
    cr_expect(eq(sz, client.bench.op.revoked_tokens().size(), 2));
}

Test(client_credentials, A05_the_token_endpoint_is_the_audience_where_the_configuration_says_so_and_the_log_does) {
    Client client;
    client.auth.assertion_audience = AssertionAudience::token_endpoint;
    client.auth.assertion_type = false;
    client.with_keys();
    cr_expect(not(client.logs_in()), "this provider wants its issuer");
    client.bench.op.assertion_audience = client.bench.op.token_endpoint();
    client.bench.op.assertion_type = "";
    cr_expect(client.logs_in());
    cr_expect(client.bench.log.text().find("client_auth.downgraded") != std::string::npos);
}

Test(client_credentials, A01_A11_a_certificate_alone_proves_it_and_goes_to_every_endpoint_that_needs_it) {
    Client client;
    client.with_certificate();
    cr_expect(client.logs_in());
    cr_expect(client.refreshes());
    const TokenSet tokens = client.bench.op.issue_tokens();
    cr_expect(
        client.provider->userinfo({tokens.access_token, tokens.dpop_key}, client.bench.op.knobs.subject).has_value());
    cr_expect(client.bench.http.last_to(client.bench.op.userinfo_endpoint()).certificate != nullptr);
    cr_expect(client.bench.http.last_to(client.bench.op.keys_url()).certificate == nullptr, "anybody may have them");
    cr_expect(client.bench.http.last_to(client.bench.op.metadata_url()).certificate == nullptr);
}

Test(client_credentials, A26_A27_a_key_that_is_replaced_signs_soon_without_a_restart) {
    Client client;
    client.with_keys();
    cr_assert(client.refreshes());
    client.files.files[kKeys] = new_client_files().key_set;
    client.bench.op.client_key_set = public_half(client.files.files[kKeys]);
    cr_expect(not(client.refreshes()), "not yet");
    client.bench.clock.advance(kLookAgainAfter);
    cr_expect(client.refreshes());
    cr_expect(client.bench.log.text().find("client_auth.replaced") != std::string::npos);
}

Test(client_credentials, A12_a_certificate_that_is_renewed_is_presented_soon_without_a_restart) {
    Client client;
    client.with_certificate();
    cr_assert(client.refreshes());
    const ClientFiles renewed = new_client_files();
    client.files.files[kCertificate] = renewed.certificate;
    client.files.files[kCertificateKey] = renewed.certificate_key;
    client.bench.op.client_thumbprint = renewed.thumbprint;
    client.bench.clock.advance(kLookAgainAfter);
    cr_expect(client.refreshes());
}

// Between the two renames of a renewal, or when somebody makes a mistake.
Test(client_credentials, A27_files_that_do_not_fit_together_change_nothing_and_are_logged_once) {
    Client client;
    client.with_certificate();
    cr_assert(client.refreshes());
    client.files.files[kCertificate] = new_client_files().certificate;
    for (int i = 0; i < 3; ++i) {
        client.bench.clock.advance(kLookAgainAfter);
        cr_expect(client.refreshes(), "%d", i);
    }
    const std::string log = client.bench.log.text();
    const auto first = log.find("client_auth.files_unusable");
    cr_expect(first != std::string::npos && log.find("client_auth.files_unusable", first + 1) == std::string::npos);
    cr_expect(log.find("PRIVATE KEY") == std::string::npos);
}

Test(client_credentials, A10_a_clock_that_is_wrong_is_named_where_the_provider_does_not_know_us) {
    const struct {
        const char* said;  // null: nothing
        int ahead;
    } rows[] = {{"ahead of ours", 95}, {"behind ours", -95}, {nullptr, 5}};
    for (const auto& row : rows) {
        Client client;
        client.with_keys();
        ScriptedAnswer refused = json_answer(401, R"({"error":"invalid_client"})");
        refused.headers.add("Date", http_date_of(client.bench.clock.now() + Seconds{row.ahead}));
        client.bench.http.answer_next(client.bench.op.token_endpoint(), refused);
        cr_expect(not(client.refreshes()));
        const std::string log = client.bench.log.text();
        const bool named = log.find("its clock is 95 s") != std::string::npos;
        cr_expect(row.said == nullptr ? not(named) : named && log.find(row.said) != std::string::npos, "%d: %s",
                  row.ahead, log.c_str());
    }
}

Test(client_credentials, A27_a_key_that_the_profile_forbids_is_not_taken_up_either) {
    Client client;
    client.bench.config.profile = Profile::fapi2;
    client.with_keys();
    const auto before = client.credentials->current();
    const auto weak = PrivateSigningKey::generate("RS256").value();
    client.files.files[kKeys] = R"({"keys":[)" + weak.private_jwk().reveal() + "]}";
    client.bench.clock.advance(kLookAgainAfter);
    cr_expect(client.credentials->current() == before);
    const std::string log = client.bench.log.text();
    cr_expect(log.find("client_auth.files_unusable") != std::string::npos);
    cr_expect(log.find("client_auth.replaced") == std::string::npos);
    client.bench.config.profile = Profile::standard;
    client.start();
    cr_expect(client.credentials->current()->signing->algorithm_name() == "RS256");
}
