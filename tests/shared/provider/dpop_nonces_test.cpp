#include "provider/dpop_nonces.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/shared/provider/provider_bench.h"

using namespace vestibule;

namespace {

constexpr const char* kApi = "https://api.example/v1/orders?x=1";
constexpr DpopServer kResource = DpopServer::resource;

HeaderFields giving(const std::string& nonce) { return {{"DPoP-Nonce", nonce}}; }

struct Nonces : ProviderBench {
    DpopNonces nonces{context()};
    std::string newest(DpopServer role, const char* url) { return nonces.newest(role, url).value_or("none"); }
    // What a process that starts now knows.
    std::string stored(const char* url = kApi) { return DpopNonces(context()).newest(kResource, url).value_or("none"); }
    bool learn(const std::string& nonce, NonceOccasion occasion = NonceOccasion::answer, const char* url = kApi) {
        return nonces.learn(kResource, url, giving(nonce), occasion);
    }
};

}  // namespace

Test(dpop_nonces, A15_are_kept_for_each_server_by_itself) {
    Nonces b;
    cr_expect(eq(str, b.newest(kResource, kApi), text("none")));
    cr_expect(b.learn("one"));
    cr_expect(b.learn("two"));
    cr_expect(eq(str, b.newest(kResource, "https://api.example/other"), text("two")));
    for (const char* other : {"https://api.example:8443/", "http://api.example/", "https://apis.example/"})
        cr_expect(eq(str, b.newest(kResource, other), text("none")), "%s", other);
    cr_expect(eq(str, b.newest(DpopServer::authorization, kApi), text("none")));
    cr_expect(not(b.nonces.learn(kResource, kApi, {}, NonceOccasion::answer)));
    cr_expect(eq(str, b.newest(kResource, kApi), text("two")));
}

Test(dpop_nonces, are_written_after_a_refusal_and_else_at_most_every_ten_seconds) {
    Nonces b;
    b.learn("one");
    cr_expect(eq(str, b.stored(), text("one")));
    b.clock.advance(Seconds{9});
    b.learn("two");
    cr_expect(eq(str, b.stored(), text("one")));
    b.learn("three", NonceOccasion::refusal);
    cr_expect(eq(str, b.stored(), text("three")));
    b.clock.advance(Seconds{10});
    b.learn("four");
    cr_expect(eq(str, b.stored(), text("four")));
    b.clock.advance(Seconds{60});
    cr_expect(eq(str, b.newest(kResource, kApi), text("four")));
}

Test(dpop_nonces, are_read_from_the_store_once_whether_or_not_they_are_there) {
    Nonces b;
    cr_expect(eq(str, b.newest(kResource, kApi), text("none")));
    DpopNonces other(b.context());
    other.learn(kResource, kApi, giving("elsewhere"), NonceOccasion::answer);
    cr_expect(eq(str, b.newest(kResource, kApi), text("none")), "one request more, instead of a look with each");
    cr_expect(eq(str, b.stored(), text("elsewhere")));
}

Test(dpop_nonces, of_another_key_ring_are_none) {
    Nonces b;
    b.learn("one");
    const KeyRing others = test_keys("k1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    DpopNonces stranger({b.config, b.http, b.store, others, b.clock, b.random, b.log, b.client});
    cr_expect(not(stranger.newest(kResource, kApi).has_value()));
}

Test(dpop_nonces, do_not_grow_without_end) {
    Nonces b;
    for (int i = 0; i < 600; ++i)
        b.learn("n", NonceOccasion::answer, ("https://h" + std::to_string(i) + ".example/").c_str());
    cr_expect(eq(str, b.newest(kResource, "https://h599.example/"), text("n")));
}

Test(dpop_nonces, X16_a_store_that_is_down_costs_a_request_and_nothing_else) {
    Nonces b;
    b.store.fail_all();
    cr_expect(eq(str, b.newest(kResource, kApi), text("none")));
    cr_expect(b.learn("one"));
    cr_expect(eq(str, b.newest(kResource, kApi), text("one")));
    cr_expect(b.log.has("dpop.nonce_not_cached"));
}
