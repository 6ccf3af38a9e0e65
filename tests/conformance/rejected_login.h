// A login that something is wrong with, and what must be true afterwards whatever it was: no session, no stored token,
// no further call but the revocation of what was received, nothing secret shown or logged, nobody sent elsewhere, and
// the next login works.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/functions/callback/callback_bench.h"

namespace vestibule {

// What the browser gets from a provider's endpoint before the fault shows, besides revocation.
enum class Calls { none, token, token_and_keys, token_keys_and_userinfo };
enum class Received { nothing, one_token, tokens };  // that can be told, and so have to be revoked

struct FaultyLogin {
    std::string name;
    std::function<void(CallbackBench&)> spoil = {};                         // before the login begins
    std::function<std::string(CallbackBench&, const std::string&)> change;  // the query of the way back
    std::set<std::string> words = {"identity_rejected"};                    // of auth_error, one of these
    Calls calls = Calls::token_and_keys;
    Received received = Received::tokens;
    std::string target = "/auth/login?returnTo=/inbox";
    std::function<void(CallbackBench&)> prepare = {};  // what is as it should be, this time and the next
};

class RejectedLogin : public CallbackBench {
public:
    explicit RejectedLogin(const FaultyLogin& fault) : fault_(fault) {
        if (fault_.prepare) fault_.prepare(*this);
        if (fault_.spoil) fault_.spoil(*this);
        const std::string url = begin(fault_.target);
        const bool pushed = http.count(op.push_endpoint()) > 0;
        const Form asked =
            pushed ? http.last_to(op.push_endpoint()).form() : Form::parse(url.substr(url.find('?') + 1)).value();
        for (const char* name : {"state", "nonce"}) remember(asked.single(name).value().value_or(""));
        remember(login_cookie.substr(login_cookie.find('=') + 1));
        query_ = op.log_in(url);
        if (fault_.change) query_ = fault_.change(*this, query_);
        calls_before_ = http.requests().size();
        response_ = answer(query_);
        for (const RecordedRequest& request : http.requests_to(op.token_endpoint()))
            remember(request.parameter("code_verifier"));
    }

    const Response& response() const { return response_; }

    void expect_it_was_rejected() {
        const std::string location = header_of(response_, "Location");
        expect(response_.status == 303, "is answered by a redirect");
        expect(location.starts_with("https://app.example.com/"), "leads into the app");
        expect(fault_.words.contains(error_of(response_)), ("says why: " + location).c_str());
        expect(log.has("login.failed"), "is logged");
    }
    void expect_nothing_is_left() {
        expect(response_.headers.all("Set-Cookie").empty(), "sets no cookie");
        expect(sessions() == 0, "leaves no session");
        expect(store.calls(StoreOperation::replace) == 0, "changes no session");
    }
    void expect_no_further_call() {
        const std::set<std::string> allowed = allowed_urls();
        bool revoking = false;
        const std::vector<RecordedRequest> calls = http.requests();
        for (std::size_t i = calls_before_; i < calls.size(); ++i) {
            const bool revokes = calls[i].url == op.revocation_endpoint();
            revoking = revoking || revokes;
            expect(revokes || (allowed.contains(calls[i].url) && !revoking), ("calls " + calls[i].url).c_str());
        }
        expect(http.count(op.token_endpoint()) <= 1, "presents the code once");
    }
    void expect_the_tokens_are_revoked() {
        const std::vector<std::string> revoked = op.revoked_tokens();
        const std::vector<std::string> issued = op.issued_secrets();
        expect(revoked.empty() == (fault_.received == Received::nothing), "revokes what was received");
        for (const std::string& token : revoked)
            expect(std::find(issued.begin(), issued.end(), token) != issued.end(), "revokes nothing else");
        for (const std::string& token : issued) {
            const bool to_revoke = token.find("-token-") != std::string::npos && fault_.received == Received::tokens;
            expect(!to_revoke || std::find(revoked.begin(), revoked.end(), token) != revoked.end(), token.c_str());
        }
    }
    void expect_nothing_is_shown() {
        expect(leaks_nothing(response_), "shows or logs no token");
        const std::string seen = text_of(response_) + log.text();
        for (const std::string& secret : secrets_)
            expect(seen.find(secret) == std::string::npos, ("shows or logs " + secret.substr(0, 8)).c_str());
        expect(text_of(response_).find("evil") == std::string::npos, "leads nowhere else and reflects nothing");
        expect(header_of(response_, "Cache-Control").find("no-store") != std::string::npos, "is not stored");
        expect(header_of(response_, "Referrer-Policy") == "no-referrer", "tells no referrer");
    }
    void expect_the_next_login_works() {
        config = make_config();
        op.knobs = {};
        op.come_back();
        op.rotate_keys();
        if (fault_.prepare) fault_.prepare(*this);
        store.heal();
        clock.advance(Seconds{61});  // past every pace that is kept towards the provider
        expect(cookie_set_by(answer(query_), kSessionCookieName).empty(), "cannot be tried again");
        expect(!cookie_set_by(answer(log_in()), kSessionCookieName).empty(), "hinders the next login");
    }

private:
    Response answer(const std::string& query) {
        return config.provider.response_mode == ResponseMode::form_post ? post_back(query) : come_back(query);
    }
    void expect(bool is_so, const char* what) { cr_expect(is_so, "%s: %s", fault_.name.c_str(), what); }
    void remember(const std::string& secret) {
        if (secret.size() >= 16) secrets_.push_back(secret);
    }
    std::set<std::string> allowed_urls() const {
        std::set<std::string> urls;
        if (fault_.calls >= Calls::token) urls.insert(op.token_endpoint());
        if (fault_.calls >= Calls::token_and_keys) urls.insert(op.keys_url());
        if (fault_.calls >= Calls::token_keys_and_userinfo) urls.insert(op.userinfo_endpoint());
        return urls;
    }

    const FaultyLogin& fault_;
    std::vector<std::string> secrets_;
    std::string query_;
    std::size_t calls_before_ = 0;
    Response response_;
};

// Criterion's macros take no braces with commas.
inline std::set<std::string> set_of(std::set<std::string> names) { return names; }

// The query without a parameter, and with another value of one.
inline std::string without(const std::string& query, std::string_view name) {
    const Form form = Form::parse(query).value();
    Form rest;
    for (const auto& [key, value] : form.parameters()) {
        if (key != name) rest.add(key, value);
    }
    return rest.encode();
}
inline std::string with(const std::string& query, const std::string& name, const std::string& value) {
    Form added;
    added.add(name, value);
    return without(query, name) + "&" + added.encode();
}
inline std::string value_in(const std::string& query, std::string_view name) {
    return Form::parse(query).value().single(name).value().value_or("");
}

}  // namespace vestibule
