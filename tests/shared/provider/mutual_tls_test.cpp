// A provider behind real TLS that has its endpoints for certificates apart (RFC 8705 §5).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>

#include <fstream>

#include "adapters/curl/curl_http_client.h"
#include "tests/shared/adapters/sqlite/scratch_directory.h"
#include "tests/shared/config/scripted_sources.h"
#include "tests/shared/provider/provider_bench.h"
#include "tests/support/tls_server.h"

using namespace vestibule;

namespace {

void ignore_broken_pipes() { ::signal(SIGPIPE, SIG_IGN); }

std::string url(const TlsServer& server, std::string_view target) { return server.url(target); }

std::string target_of(const TlsRequest& request) { return request.header.substr(0, request.header.find(" HTTP/")); }

// `issuer` for everybody, `aliases` for who presents a certificate. Neither gives tokens.
struct TlsProvider {
    TestAuthority authority;
    std::string metadata;
    TlsServer issuer{authority.issue({}), [this](const TlsRequest&) { return metadata; }};
    TlsServer aliases{authority.issue({}),
                      [](const TlsRequest&) { return std::string("{}"); },
                      {.client_certificate = TlsServerRules::ClientCertificate::required}};

    TlsProvider() {
        Json document = Json::object({{"issuer", issuer.url("")},
                                      {"authorization_endpoint", url(issuer, "/authorize")},
                                      {"token_endpoint", url(issuer, "/token")},
                                      {"revocation_endpoint", url(issuer, "/revoke")},
                                      {"jwks_uri", url(issuer, "/keys")},
                                      {"token_endpoint_auth_methods_supported", Json::array({"tls_client_auth"})}});
        document.set("mtls_endpoint_aliases", Json::object({{"token_endpoint", url(aliases, "/token")},
                                                            {"revocation_endpoint", url(aliases, "/revoke")}}));
        metadata = document.print();
    }
    std::string trusted() const {
        const std::string path = scratch_directory() + "/ca.pem";
        std::ofstream(path) << authority.certificate();
        return path;
    }
};

TestSuite(mutual_tls, .init = ignore_broken_pipes, .fini = remove_scratch_directory);

}  // namespace

Test(mutual_tls, D16_A11_A12_requests_go_to_the_aliases_with_the_certificate_and_documents_come_without) {
    TlsProvider op;
    ScriptedSources files;
    ProviderBench bench;
    ProviderConfig& config = bench.config.provider;
    config.issuer = op.issuer.url("");
    config.auth.method = ClientAuthMethod::tls_client_auth;
    config.auth.certificate_file = "/etc/vestibule/client.pem";
    config.auth.key_file = "/etc/vestibule/client.key";
    config.auth.keys = read_client_keys(config.auth, files.sources()).value();
    CurlHttpClient http{TlsTrust{op.trusted()}};
    OidcProvider provider{
        {bench.config, http, bench.store, bench.keys, bench.clock, bench.random, bench.log, bench.client}};

    TokenSet tokens;
    tokens.access_token = Secret("access-token");
    tokens.refresh_token = Secret("refresh-token");
    (void)provider.refresh(tokens, "alice");
    provider.revoke(tokens, Milliseconds{5'000});

    const auto asked = op.aliases.requests();
    cr_assert(eq(sz, asked.size(), 3), "%s", bench.log.text().c_str());
    cr_expect(eq(str, target_of(asked[0]), text("POST /token")));
    cr_expect(eq(str, target_of(asked[1]), text("POST /revoke")));
    for (const TlsRequest& request : asked)
        cr_expect(eq(str, text(request.thumbprint), text(client_files().thumbprint)));
    cr_assert(op.issuer.requests().size() > 0);
    for (const TlsRequest& request : op.issuer.requests()) {
        cr_expect(request.thumbprint.empty(), "presented at %s", target_of(request).c_str());
        cr_expect(target_of(request).starts_with("GET "));
    }
}
