// Logins whose tokens are bound to a key (RFC 9449), from the first request to the session.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "oauth/dpop_proof.h"
#include "tests/functions/callback/callback_bench.h"

using namespace vestibule;

namespace {

struct DpopLogin : CallbackBench {
    DpopLogin() {
        config.provider.dpop = Dpop::always;
        op.knobs.require_dpop = true;
        op.dpop.demand = NonceDemand::steady;
    }

    // The cookie of the session that was made; "" where none was.
    std::string completed(const std::string& query) { return cookie_set_by(come_back(query), kSessionCookieName); }
    AccessToken token_of(const std::string& session_cookie) {
        const Request request = fetch_request("GET", "/", session_cookie);
        return find_live_session(request, store, keys, clock.now()).value().value().access_token(keys).value();
    }
    static std::string thumbprint_in(const std::string& url) {
        return Form::parse(url.substr(url.find('?') + 1)).value().single("dpop_jkt").value().value_or("");
    }
};

}  // namespace

Test(callback_dpop, A19_A20_the_key_that_login_named_is_the_sessions) {
    DpopLogin b;
    const std::string url = b.begin();
    const std::string cookie = b.completed(b.op.log_in(url));
    cr_assert(not(cookie.empty()));
    const AccessToken token = b.token_of(cookie);
    cr_assert(token.dpop_key.has_value());
    cr_expect(eq(str, text(DpopKey::of(*token.dpop_key)->thumbprint()), text(DpopLogin::thumbprint_in(url))));
    cr_expect(eq(int, b.token_requests(), 2), "one for the nonce");
}

Test(callback_dpop, A19_every_login_has_a_key_of_its_own) {
    DpopLogin b;
    const std::string first = b.begin(), second = b.begin();
    cr_expect(ne(str, text(DpopLogin::thumbprint_in(first)), text(DpopLogin::thumbprint_in(second))));
    cr_expect(eq(sz, DpopLogin::thumbprint_in(first).size(), 43));
}

Test(callback_dpop, C21_a_downgrade_logs_nobody_in) {
    DpopLogin b;
    b.op.knobs.change_token_answer = [](Json& answer) { answer.set("token_type", "Bearer"); };
    const Response response = b.come_back(b.log_in());
    cr_expect(eq(str, b.error_of(response), text("exchange_failed")));
    cr_expect(cookie_set_by(response, kSessionCookieName).empty());
    cr_expect(b.leaks_nothing(response));
    cr_expect(eq(sz, b.sessions(), 0));
}

Test(callback_dpop, A13_userinfo_at_login_is_shown_a_proof) {
    DpopLogin b;
    b.config.session.userinfo = true;
    b.op.userinfo_dpop.demand = NonceDemand::steady;
    cr_expect(not(b.completed(b.log_in()).empty()));
    cr_expect(eq(sz, b.op.userinfo_dpop.proofs_taken(), 1));
}

Test(callback_dpop, a_login_still_writes_nothing) {
    DpopLogin b;
    (void)b.begin();  // fetches the provider's metadata, which is kept
    b.store.fail_all();
    cr_expect(not(DpopLogin::thumbprint_in(b.begin()).empty()));
}
