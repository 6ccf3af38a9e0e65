// RFC 9470 from the upstream's complaint to a stronger login, through the three handlers.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "functions/proxy/handler.h"
#include "tests/functions/callback/callback_bench.h"

using namespace vestibule;

namespace {

struct StepUpBench : CallbackBench {
    StepUpBench() {
        config.routes.push_back(Route{});
        config.routes.back().path = "/api/";
        config.routes.back().upstream = "https://api.internal/";
    }
    // The upstream asks for more; where the proxy sends the app.
    std::string login_url(const std::string& session, const std::string& demand) {
        ScriptedAnswer complaint{.status = 401};
        complaint.headers.add("WWW-Authenticate", "Bearer error=\"insufficient_user_authentication\", " + demand);
        http.answer("https://api.internal/*", complaint);
        const Response response = handle_proxy(fetch_request("GET", "/api/pay", session), world);
        cr_assert(eq(int, +response.status, 401));
        cr_assert(eq(str, code_of(response), text("reauthentication_required")));
        return json_of(response).string_at("loginUrl").value();
    }
    std::string parameter(const std::string& url, const char* name) {
        return Form::parse(url.substr(url.find('?') + 1)).value().single(name).value().value_or("");
    }
    void provider_says(const char* acr, Seconds age = Seconds{0}) {
        op.knobs.change_claims = [this, acr = std::string(acr), age](Json& claims) {
            claims.set("acr", acr);
            claims.set("auth_time", static_cast<std::int64_t>((clock.now() - age).time_since_epoch().count()));
        };
    }
};

}  // namespace

Test(step_up, the_login_url_of_the_proxy_asks_the_provider_for_what_the_upstream_wants) {
    StepUpBench b;
    const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const std::string url = b.begin(b.login_url(session, "acr_values=\"gold platinum\", max_age=\"60\""), session);
    cr_expect(eq(str, b.parameter(url, "acr_values"), text("gold platinum")));
    cr_expect(eq(str, b.parameter(url, "max_age"), text("60")));
    b.provider_says("gold");
    const Response response = b.come_back(b.op.log_in(url));
    cr_expect(not(cookie_set_by(response, kSessionCookieName).empty()));
    cr_expect(b.sessions() == 1, "the weaker session is ended");
}

Test(step_up, a_provider_that_does_not_satisfy_is_a_clear_error_and_no_loop) {
    const std::vector<std::pair<const char*, Seconds>> short_of_it{
        {"bronze", Seconds{0}}, {"gold", Seconds{3600}}, {"", Seconds{0}}};
    for (const auto& [acr, age] : short_of_it) {
        StepUpBench b;
        const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
        const std::string url = b.begin(b.login_url(session, "acr_values=\"gold\", max_age=\"60\""), session);
        b.provider_says(acr, age);
        // A provider that bounces at once: the browser sends the Strict cookie, so somebody is logged in here.
        const Response response = b.come_back(b.op.log_in(url), b.login_cookie + "; " + session);
        cr_expect(b.error_of(response) == "identity_rejected", "%s: %s", acr, b.error_of(response).c_str());
        cr_expect(cookie_set_by(response, kSessionCookieName).empty(), "%s", acr);
        cr_expect(b.sessions() == 1, "the session there was stays (L44)");
        cr_expect(eq(sz, b.op.revoked_tokens().size(), 1), "and the grant it lives by");
        cr_expect(b.session_is_there(SessionCookie::parse(session.substr(session.find('=') + 1)).value()));
    }
}

Test(step_up, unmet_authentication_requirements_is_access_denied_even_for_who_is_logged_in) {
    StepUpBench b;
    const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    const std::string url = b.begin("/auth/login?acr_values=gold", session);
    const Response response =
        b.come_back(b.op.refuse(url, "unmet_authentication_requirements"), b.login_cookie + "; " + session);
    cr_expect(eq(str, b.error_of(response), text("access_denied")));
}

Test(step_up, what_the_proxy_passes_on_is_never_more_than_login_takes) {
    StepUpBench b;
    const std::string session = cookie_set_by(b.come_back(b.log_in()), kSessionCookieName);
    std::string many;
    for (int i = 0; i < 128; ++i) many += i == 0 ? "a" : " a";
    const std::string url = b.login_url(session, "acr_values=\"" + many + "\", max_age=\"999999999\"");
    const std::string sent_to = b.begin(url, session);
    cr_expect(eq(str, b.parameter(sent_to, "acr_values"), text(many)));
    cr_expect(eq(str, b.parameter(sent_to, "max_age"), text("34560000")), "400 days at most");
}
