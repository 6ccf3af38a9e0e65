// TLS as it is spoken with real servers: whom we believe, what we present, and what is shared.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>

#include <fstream>

#include "adapters/curl/curl_engine.h"
#include "crypto/client_certificate.h"
#include "tests/shared/adapters/curl/upstream.h"
#include "tests/shared/adapters/sqlite/scratch_directory.h"
#include "tests/support/client_files.h"
#include "tests/support/text.h"
#include "tests/support/tls_server.h"

using namespace vestibule;

namespace {

void ignore_broken_pipes() { ::signal(SIGPIPE, SIG_IGN); }  // a client that refuses hangs up on the server

std::string seen(const TlsRequest& request) { return request.thumbprint.empty() ? "nobody" : request.thumbprint; }

// A client that trusts this authority.
struct Trusting {
    TestAuthority authority;
    CurlHttpClient client{TlsTrust{written()}};

    std::string written() const {
        const std::string path = scratch_directory() + "/ca.pem";
        std::ofstream(path) << authority.certificate();
        return path;
    }
    // The name of the error, or the body.
    std::string ask(const TlsServer& server, std::shared_ptr<const ClientCertificate> certificate = nullptr) {
        OutboundRequest request = get(server.url());
        request.certificate = std::move(certificate);
        auto response = client.send(request);
        return response ? response->body : std::string(facts(response.error().code).name);
    }
};

std::shared_ptr<const ClientCertificate> new_certificate() {
    const ClientFiles files = new_client_files();
    return std::make_shared<const ClientCertificate>(
        ClientCertificate{files.certificate, Secret(files.certificate_key), files.thumbprint});
}

TestSuite(curl_tls, .init = ignore_broken_pipes, .fini = remove_scratch_directory);

}  // namespace

// --- whom we believe (A21) ---

Test(curl_tls, A21_a_server_with_a_certificate_of_its_own_name_from_somebody_we_trust_is_believed) {
    Trusting trusting;
    TlsServer server(trusting.authority.issue({}), seen);
    cr_expect(eq(str, trusting.ask(server), text("nobody")));
}

Test(curl_tls, A21_every_other_certificate_is_refused_before_anything_is_sent) {
    Trusting trusting;
    const TestAuthority stranger;
    const struct {
        const char* name;
        Issued identity;
    } rows[] = {{"another host", trusting.authority.issue({.host = "elsewhere.example"})},
                {"self-signed", TestAuthority::self_signed({})},
                {"an authority nobody trusts", stranger.issue({})},
                {"expired", trusting.authority.issue({.from_days = -30, .until_days = -1})},
                {"not yet valid", trusting.authority.issue({.from_days = 1, .until_days = 30})}};
    for (const auto& row : rows) {
        TlsServer server(row.identity, seen);
        cr_expect(eq(str, trusting.ask(server), text("upstream_unreachable")), "%s", row.name);
        cr_expect(eq(sz, server.requests().size(), 0), "%s", row.name);
        cr_expect(eq(int, server.connections(), 1), "%s: nobody was asked", row.name);
    }
}

Test(curl_tls, A21_tls_1_1_is_refused) {
    Trusting trusting;
    TlsServer server(trusting.authority.issue({}), seen, {.versions = TlsServerRules::Versions::tls_1_1});
    cr_expect(eq(str, trusting.ask(server), text("upstream_unreachable")));
    cr_expect(eq(sz, server.requests().size(), 0));
    cr_expect(eq(int, server.connections(), 1));
}

// --- what we present (A11, A12) ---

Test(curl_tls, A12_the_certificate_is_presented_where_the_request_says_so_and_nowhere_else) {
    Trusting trusting;
    TlsServer server(trusting.authority.issue({}), seen);
    const auto certificate = new_certificate();
    cr_expect(eq(str, trusting.ask(server, certificate), text(certificate->thumbprint)));
    cr_expect(eq(str, trusting.ask(server), text("nobody")));
}

Test(curl_tls, a_server_that_insists_is_not_reached_without_one) {
    Trusting trusting;
    TlsServer server(trusting.authority.issue({}), seen,
                     {.client_certificate = TlsServerRules::ClientCertificate::required});
    cr_expect(eq(str, trusting.ask(server, new_certificate()).substr(0, 9) == "upstream_" ? "refused" : "taken",
                 text("taken")));
    cr_expect(trusting.ask(server).starts_with("upstream_"));
}

// Ours alone: the next test passes with one pool for all as well, for libcurl of this version tells certificates apart
// when it looks for a connection.
Test(curl_tls, A12_each_certificate_has_a_pool_of_its_own) {
    CurlPools pools;
    const auto first = new_certificate(), second = new_certificate();
    const auto anonymous = pools.pool_for(nullptr), of_first = pools.pool_for(first.get());
    cr_expect(of_first != anonymous);
    cr_expect(pools.pool_for(nullptr) == anonymous && pools.pool_for(first.get()) == of_first, "it is kept");
    const auto same_again = std::make_shared<const ClientCertificate>(*first);
    cr_expect(pools.pool_for(same_again.get()) == of_first, "read from its file again");
    const auto of_second = pools.pool_for(second.get());
    cr_expect(of_second != of_first && of_second != anonymous);
    cr_expect(pools.pool_for(first.get()) != of_first, "what was replaced has ended its connections");
}

Test(curl_tls, A12_no_connection_and_no_tls_session_is_shared_between_certificates) {
    Trusting trusting;
    TlsServer server(trusting.authority.issue({}), seen);
    const auto first = new_certificate(), second = new_certificate();
    for (int round = 0; round < 3; ++round) {
        cr_expect(eq(str, trusting.ask(server, first), text(first->thumbprint)), "round %d", round);
        cr_expect(eq(str, trusting.ask(server), text("nobody")), "round %d", round);
        cr_expect(eq(str, trusting.ask(server, second), text(second->thumbprint)), "round %d", round);
    }
    for (const TlsRequest& request : server.requests())
        cr_expect(request.thumbprint.empty() || not(request.resumed), "a session was resumed");
}

Test(curl_tls, one_certificate_keeps_its_connections) {
    Trusting trusting;
    TlsServer server(trusting.authority.issue({}), seen);
    const auto certificate = new_certificate();
    for (int i = 0; i < 5; ++i) cr_assert(eq(str, trusting.ask(server, certificate), text(certificate->thumbprint)));
    cr_expect(eq(int, server.connections(), 1));
}
