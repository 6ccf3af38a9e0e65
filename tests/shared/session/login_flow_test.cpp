#include "session/login_flow.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <set>
#include <unordered_set>

#include "adapters/system/system_random.h"
#include "codec/base64url.h"
#include "tests/support/fixed_random.h"
#include "tests/support/session_in_store.h"
#include "tests/support/text.h"

using namespace vestibule;

namespace {

constexpr WallTime kStart{Seconds{1'800'000'000}};
constexpr std::string_view kIssuer = "https://id.example.com";

struct Started {
    FixedRandom random;
    KeyRing keys = test_keys();
    BrowserBinding browser = BrowserBinding::of_or_new(Request{}, random);
    LoginFlow flow{random.octets(kFlowIdOctets),    kStart, "/inbox?a=1", Seconds{300}, {"gold"},
                   SessionKey{std::string(32, 'x')}};
    StartedFlow started = start_flow(flow, keys, random, browser, kIssuer);

    Result<ResumedFlow> resume(WallTime now = kStart) {
        return resume_flow(started.state, keys, browser, kIssuer, now);
    }
};

Request showing(const BrowserBinding& browser) {
    const std::string header = browser.set_cookie();
    Request request;
    request.headers.add("Cookie", header.substr(0, header.find(';')));
    return request;
}

}  // namespace

Test(login_flow, comes_back_as_it_was) {
    Started s;
    const auto resumed = s.resume();
    cr_assert(resumed.has_value());
    cr_expect(eq(str, text(resumed->flow.id), text(s.flow.id)));
    cr_expect(resumed->flow.started_at == kStart);
    cr_expect(eq(str, text(resumed->flow.return_to), text("/inbox?a=1")));
    cr_expect(resumed->flow.max_age == Seconds{300});
    cr_expect(resumed->flow.acr_values == std::vector<std::string>{"gold"});
    cr_expect(resumed->flow.replaces == s.flow.replaces);
    cr_expect(resumed->browser.octets().reveal() == s.browser.octets().reveal());
    cr_expect(eq(str, text(resumed->secrets.nonce), text(s.started.secrets.nonce)));
    cr_expect(eq(str, text(resumed->secrets.code_verifier.reveal()), text(s.started.secrets.code_verifier.reveal())));
    cr_expect(resumed->secrets.dpop_key.reveal() == s.started.secrets.dpop_key.reveal());
}

Test(login_flow, remembers_how_its_page_wants_to_hear_of_it) {
    for (const AnswerBy how : {AnswerBy::redirect, AnswerBy::message}) {
        Started s;
        s.flow.answer_by = how;
        s.started = start_flow(s.flow, s.keys, s.random, s.browser, kIssuer);
        cr_expect(s.resume()->flow.answer_by == how);
    }
}

Test(login_flow, L32_L33_the_cookie_is_sent_across_sites_only_where_the_answer_is_posted) {
    Started s;
    cr_expect(s.browser.set_cookie(ResponseMode::query).ends_with("; SameSite=Lax"));
    cr_expect(s.browser.set_cookie(ResponseMode::form_post).ends_with("; Secure; HttpOnly; SameSite=None"));
}

Test(login_flow, L05_L13_verifier_and_nonce_are_43_characters_of_the_unreserved_set) {
    Started s;
    for (const std::string& text : {s.started.secrets.nonce, s.started.secrets.code_verifier.reveal()}) {
        cr_expect(eq(sz, text.size(), 43));
        cr_expect(base64url_decode(text).has_value());
    }
    cr_expect(ne(str, text(s.started.secrets.nonce), text(s.started.secrets.code_verifier.reveal())));
}

// RFC 7636 §4.1: 43*128unreserved, "enough entropy to make it impractical to guess": of the system's generator, 256
// bits.
Test(login_flow, L05_ten_thousand_verifiers_of_the_system_generator_are_well_formed_and_all_different) {
    static_assert(kFlowIdOctets * 8 >= 256);
    constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    SystemRandom random;
    const KeyRing keys = test_keys();
    const BrowserBinding browser = BrowserBinding::of_or_new(Request{}, random);
    LoginFlow flow = Started().flow;
    std::unordered_set<std::string> seen;
    for (int i = 0; i < 10'000; ++i) {
        flow.id = random.octets(kFlowIdOctets);
        const StartedFlow started = start_flow(flow, keys, random, browser, kIssuer);
        const std::string& verifier = started.secrets.code_verifier.reveal();
        cr_assert(verifier.size() >= 43 && verifier.size() <= 128);
        cr_assert(verifier.find_first_not_of(kUnreserved) == std::string::npos);
        cr_assert(seen.insert(verifier).second, "verifier %d was seen before", i);
    }
}

// A release before this one made ids of 16 octets; their logins come back for ten minutes after an update.
Test(login_flow, L05_a_flow_with_a_shorter_id_that_is_under_way_comes_back) {
    Started s;
    s.flow.id = s.random.octets(16);
    s.started = start_flow(s.flow, s.keys, s.random, s.browser, kIssuer);
    const auto resumed = s.resume();
    cr_assert(resumed.has_value());
    cr_expect(resumed->secrets.code_verifier.reveal() == s.started.secrets.code_verifier.reveal());
}

// The key outlives the login, so that neither the server's keys nor the address of a login give it.
Test(login_flow, A19_the_dpop_key_takes_the_browsers_part_too) {
    Started s;
    const BrowserBinding another = BrowserBinding::of_or_new(Request{}, s.random);
    const auto started = start_flow(s.flow, s.keys, s.random, another, kIssuer);
    cr_expect(eq(str, text(started.secrets.nonce), text(s.started.secrets.nonce)));
    cr_expect(started.secrets.dpop_key.reveal() != s.started.secrets.dpop_key.reveal());
    cr_expect(eq(sz, started.secrets.dpop_key.size(), 32));
}

Test(login_flow, L07_every_flow_has_its_own_secrets) {
    Started s;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        LoginFlow flow = s.flow;
        flow.id = s.random.octets(kFlowIdOctets);
        const auto started = start_flow(flow, s.keys, s.random, s.browser, kIssuer);
        cr_assert(seen.insert(started.secrets.nonce).second);
        cr_assert(seen.insert(started.secrets.code_verifier.reveal()).second);
        cr_assert(seen.insert(started.secrets.dpop_key.reveal()).second);
        cr_assert(seen.insert(started.state).second);
    }
}

Test(login_flow, L11_any_flipped_bit_of_state_is_flow_invalid) {
    Started s;
    for (std::size_t at = 0; at < s.started.state.size(); ++at) {
        std::string forged = s.started.state;
        forged[at] = forged[at] == 'A' ? 'B' : 'A';
        const auto resumed = resume_flow(forged, s.keys, s.browser, kIssuer, kStart);
        cr_assert(not(resumed.has_value()), "octet %zu", at);
        cr_assert(resumed.error().code == ErrorCode::flow_invalid);
    }
}

Test(login_flow, L08_another_browser_cannot_resume_it) {
    Started s;
    const auto other = BrowserBinding::of_or_new(Request{}, s.random);
    cr_assert(resume_flow(s.started.state, s.keys, other, kIssuer, kStart).error().code == ErrorCode::flow_invalid);
}

Test(login_flow, L22_another_issuer_cannot_resume_it) {
    Started s;
    const auto resumed = resume_flow(s.started.state, s.keys, s.browser, "https://evil.example.com", kStart);
    cr_assert(resumed.error().code == ErrorCode::flow_invalid);
}

Test(login_flow, L31_a_flow_of_ten_minutes_is_expired_and_one_second_less_is_not) {
    Started s;
    cr_expect(s.resume(kStart + kLoginFlowLifetime - Seconds{1}).has_value());
    cr_expect(s.resume(kStart + kLoginFlowLifetime).error().code == ErrorCode::flow_expired);
}

Test(login_flow, nothing_of_the_flow_can_be_read_from_state) {
    Started s;
    const std::string octets = base64url_decode(s.started.state).value();
    cr_expect(octets.find("inbox") == std::string::npos);
    cr_expect(octets.find("gold") == std::string::npos);
}

Test(login_flow, garbage_is_flow_invalid) {
    Started s;
    for (const std::string& garbage : {std::string(), std::string("A"), std::string("!!!"), std::string(100'000, 'A'),
                                       std::string("AAAA"), std::string("\0\0", 2)}) {
        cr_expect(resume_flow(garbage, s.keys, s.browser, kIssuer, kStart).error().code == ErrorCode::flow_invalid);
    }
}

Test(login_flow, X05_a_flow_begun_before_a_key_rotation_is_resumed_after_it) {
    Started s;
    const KeyRing rotated =
        test_keys("k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI\nk1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    const auto resumed = resume_flow(s.started.state, rotated, s.browser, kIssuer, kStart);
    cr_assert(resumed.has_value());
    cr_expect(eq(str, text(resumed->secrets.nonce), text(s.started.secrets.nonce)));
}

Test(login_flow, L30_one_cookie_serves_every_tab_of_a_browser) {
    Started s;
    const auto again = BrowserBinding::of_or_new(showing(s.browser), s.random);
    cr_expect(eq(str, text(again.set_cookie()), text(s.browser.set_cookie())));
}

Test(login_flow, L32_the_cookie_is_lax_host_bound_and_lives_ten_minutes) {
    Started s;
    const std::string header = s.browser.set_cookie();
    cr_expect(header.starts_with("__Host-Http-login="));
    for (const char* attribute : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=600"}) {
        cr_expect(header.find(attribute) != std::string::npos, "%s lacks %s", header.c_str(), attribute);
    }
}

Test(login_flow, a_malformed_or_doubled_login_cookie_is_replaced) {
    Started s;
    Request malformed;
    malformed.headers.add("Cookie", "__Host-Http-login=short");
    cr_expect(not(BrowserBinding::of(malformed).has_value()));
    Request doubled = showing(s.browser);
    doubled.headers.add("Cookie", "__Host-Http-login=" + std::string(43, 'A'));
    cr_expect(not(BrowserBinding::of(doubled).has_value()));
}

Test(login_flow, F08_remembers_that_nobody_was_to_be_asked) {
    for (const bool silent : {false, true}) {
        Started s;
        s.flow.silent = silent;
        s.started = start_flow(s.flow, s.keys, s.random, s.browser, kIssuer);
        cr_expect(s.resume()->flow.silent == silent);
    }
}
