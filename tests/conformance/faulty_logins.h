// Everything that can be wrong with what comes back of a login, as rows: the response by the browser, the token
// endpoint's answer, the ID token, UserInfo, keys, and our own store.
#pragma once

#include <vector>

#include "tests/conformance/rejected_login.h"

namespace vestibule {

namespace faults {

using Spoil = std::function<void(CallbackBench&)>;
using Change = std::function<std::string(CallbackBench&, const std::string&)>;

inline Change instead(std::string query) {
    return [query](CallbackBench&, const std::string&) { return query; };
}
inline Change appended(std::string more) {
    return [more](CallbackBench&, const std::string& query) { return query + more; };
}
inline Change set_to(std::string name, std::string value) {
    return [name, value](CallbackBench&, const std::string& query) { return with(query, name, value); };
}
inline Change left_out(std::string name) {
    return [name](CallbackBench&, const std::string& query) { return without(query, name); };
}
inline Spoil claim(std::string name, Json value) {
    return [name, value](CallbackBench& b) {
        b.op.knobs.change_claims = [name, value](Json& claims) { claims.set(name, value); };
    };
}
inline Spoil no_claim(std::string name) {
    return [name](CallbackBench& b) {
        b.op.knobs.change_claims = [name](Json& claims) {
            Json kept = Json::object();
            for (const auto& [key, value] : claims.as_object()) {
                if (key != name) kept.set(key, value);
            }
            claims = kept;
        };
    };
}
inline Spoil header(std::string name, Json value) {
    return [name, value](CallbackBench& b) {
        b.op.knobs.change_header = [name, value](Json& fields) { fields.set(name, value); };
    };
}
inline Spoil jws(std::function<void(std::string&)> change) {
    return [change](CallbackBench& b) { b.op.knobs.change_jws = change; };
}
inline Spoil tokens(std::string name, Json value) {
    return [name, value](CallbackBench& b) {
        b.op.knobs.change_token_answer = [name, value](Json& answer) { answer.set(name, value); };
    };
}
inline Spoil token_response(std::function<void(ScriptedAnswer&)> change) {
    return [change](CallbackBench& b) { b.op.knobs.change_token_response = change; };
}
inline Spoil token_endpoint_says(ScriptedAnswer answer) {
    return [answer](CallbackBench& b) { b.http.answer_next(b.op.token_endpoint(), answer); };
}
inline Spoil userinfo(std::function<void(Json&)> change) {
    return [change](CallbackBench& b) {
        b.config.session.userinfo = true;
        b.op.knobs.change_userinfo = change;
    };
}
inline Spoil userinfo_response(std::function<void(ScriptedAnswer&)> change) {
    return [change](CallbackBench& b) {
        b.config.session.userinfo = true;
        b.op.knobs.change_userinfo_response = change;
    };
}
inline ScriptedAnswer redirect(int status) {
    return {.status = status, .headers = {{"Location", "https://evil.example/"}}};
}
inline std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace faults

// Wrong already in the browser: nobody is asked anything.
inline std::vector<FaultyLogin> faulty_responses() {
    using namespace faults;
    const std::set<std::string> invalid{"flow_invalid"};
    const auto row = [&](const char* name, Change change, std::set<std::string> words = {"flow_invalid"}) {
        return FaultyLogin{name, {}, std::move(change), std::move(words), Calls::none, Received::nothing};
    };
    std::vector<FaultyLogin> rows{
        row("no state", left_out("state")),
        row("empty state", set_to("state", "")),
        row("state of nobody", set_to("state", "evil")),
        row("state twice", appended("&state=evil")),
        row("code twice", appended("&code=evil")),
        row("iss twice", appended("&iss=https%3A%2F%2Fevil.example")),
        row("code and error", appended("&error=access_denied")),
        row("neither code nor error", left_out("code")),
        row("empty code", set_to("code", "")),
        row("a response's iss of another", set_to("iss", "https://evil.example")),
        row("a response's iss with a slash more", set_to("iss", "https://id.example/")),
        row("a response's iss in another case", set_to("iss", "https://ID.example")),
        row("no iss though announced", left_out("iss")),
        row("empty iss though announced", set_to("iss", "")),
        row("an error of another issuer", instead("error=access_denied&state=x&iss=https://evil.example")),
        row("a bad escape", appended("&x=%zz")),
        row("an octet of zero", appended("&x=%00")),
        row("a thousand parameters",
            [](CallbackBench&, const std::string& query) {
                std::string long_one = query;
                for (int i = 0; i < 1000; ++i) long_one += "&evil" + std::to_string(i) + "=1";
                return long_one;
            }),
        row("nothing at all", instead("")),
        row("an ID token by the browser", instead("id_token=evil.evil.evil&state=x")),
        row("a signed response (JARM)", instead("response=evil.evil.evil")),
    };
    for (const char* error : {"access_denied", "login_required", "server_error", "evil_error", "<script>evil"}) {
        rows.push_back(row(error,
                           [error](CallbackBench&, const std::string& query) {
                               return with(with(without(query, "code"), "error", error), "error_description",
                                           "<script src=//evil.example>");
                           },
                           {"access_denied", "login_required", "unavailable", "provider_error"}));
    }
    rows.push_back(row("a state that another browser began", [](CallbackBench& b, const std::string& query) {
        const std::string ours = b.login_cookie;
        b.login_cookie.clear();
        (void)b.begin();
        cr_assert(b.login_cookie != ours);
        return query;
    }));
    rows.push_back(row("a login of ten minutes ago",
                       [](CallbackBench& b, const std::string& query) {
                           b.clock.advance(kLoginFlowLifetime);
                           return query;
                       },
                       {"flow_expired"}));
    return rows;
}

// Wrong at the token endpoint: the code is gone, and what tokens can be told of the answer are revoked.
inline std::vector<FaultyLogin> faulty_token_answers() {
    using namespace faults;
    const auto row = [](std::string name, Spoil spoil, std::set<std::string> words = {"exchange_failed"},
                        Received received = Received::nothing) {
        return FaultyLogin{std::move(name), std::move(spoil), {}, std::move(words), Calls::token, received};
    };
    const std::set<std::string> failed{"exchange_failed"};
    std::vector<FaultyLogin> rows{
        row("a broken connection", token_endpoint_says(failing_answer(ErrorCode::upstream_unreachable)),
            {"unavailable"}),
        row("a time-out", token_endpoint_says(failing_answer(ErrorCode::upstream_timeout)), {"unavailable"}),
        row("too large an answer", token_endpoint_says(failing_answer(ErrorCode::upstream_invalid)), {"unavailable"}),
        row("500 in HTML", token_endpoint_says({.status = 500, .body = "<h1>evil</h1>"}), {"unavailable"}),
        row("503", token_endpoint_says({.status = 503}), {"unavailable"}),
        row("429", token_endpoint_says({.status = 429}), {"unavailable"}),
        row("204", token_endpoint_says({.status = 204})),
        row("201 with tokens", token_response([](ScriptedAnswer& a) { a.status = 201; }), failed, Received::tokens),
        row("400 with tokens", token_response([](ScriptedAnswer& a) { a.status = 400; }), failed, Received::tokens),
        row("503 with tokens", token_response([](ScriptedAnswer& a) { a.status = 503; }), {"unavailable"},
            Received::tokens),
        row("invalid_grant", token_endpoint_says(json_answer(400, R"({"error":"invalid_grant"})"))),
        row("invalid_client", token_endpoint_says(json_answer(401, R"({"error":"invalid_client"})"))),
        row("an error that is none", token_endpoint_says(json_answer(400, R"({"error":["evil"]})"))),
        row("an error with 200", token_endpoint_says(json_answer(200, R"({"error":"evil"})"))),
        row("tokens as text/html",
            token_response([](ScriptedAnswer& a) { a.headers.set("Content-Type", "text/html"); }), failed,
            Received::tokens),
        row("tokens without a type", token_response([](ScriptedAnswer& a) { a.headers.erase("Content-Type"); }), failed,
            Received::tokens),
        row("cut JSON", token_response([](ScriptedAnswer& a) { a.body.resize(a.body.size() / 2); })),
        row("two JSON values", token_response([](ScriptedAnswer& a) { a.body += a.body; })),
        row("a JSON array", token_response([](ScriptedAnswer& a) { a.body = "[" + a.body + "]"; })),
        row("deep JSON", token_response([](ScriptedAnswer& a) { a.body = R"({"evil":)" + nested(50'000) + "}"; })),
        row("a member twice", token_response([](ScriptedAnswer& a) { a.body.insert(1, R"("access_token":"evil",)"); })),
        row("no UTF-8", token_response([](ScriptedAnswer& a) { a.body.insert(1, "\"\xff\":1,"); })),
        row("empty body", token_response([](ScriptedAnswer& a) { a.body.clear(); })),
    };
    for (const int status : {301, 302, 303, 307, 308})
        rows.push_back(row(std::to_string(status), token_endpoint_says(redirect(status))));
    const std::vector<std::pair<const char*, Json>> members{
        {"access_token", Json{}},
        {"access_token", ""},
        {"access_token", 7},
        {"access_token", "a\r\nb"},
        {"token_type", Json{}},
        {"token_type", "mac"},
        {"token_type", 7},
        {"token_type", "DPoP evil"},
        {"expires_in", -1},
        {"expires_in", 1e300},
        {"expires_in", "-5"},
        {"refresh_token", 7},
        {"refresh_token", "a\nevil"},
        {"id_token", 7},
        {"id_token", Json::array({"evil"})},
    };
    for (const auto& [name, value] : members) {
        const bool other_is_told =
            std::string_view(name) == "access_token" || std::string_view(name) == "refresh_token";
        rows.push_back(row(std::string(name) + " " + value.print(), tokens(name, value), failed,
                           other_is_told ? Received::one_token : Received::tokens));
    }
    return rows;
}

// Tokens came, and they are not what they should be.
inline std::vector<FaultyLogin> faulty_id_tokens() {
    using namespace faults;
    const auto row = [](std::string name, Spoil spoil, std::string target = "/auth/login?returnTo=/inbox") {
        return FaultyLogin{std::move(name),  std::move(spoil), {}, {"identity_rejected"}, Calls::token_and_keys,
                           Received::tokens, std::move(target)};
    };
    std::vector<FaultyLogin> rows{
        row("id_token null", tokens("id_token", Json{})),
        row("id_token empty", tokens("id_token", "")),
        row("id_token of two parts", tokens("id_token", "evil.evil")),
        row("id_token of five parts", tokens("id_token", "e30.e30.e30.e30.e30")),
        row("alg none", header("alg", "none")),
        row("alg NONE", header("alg", "NONE")),
        row("alg HS256", header("alg", "HS256")),
        row("alg RS256 over an EC signature", header("alg", "RS256")),
        row("unknown crit", header("crit", Json::array({"evil"}))),
        row("typ of an access token", header("typ", "at+jwt")),
        row("typ of a logout token", header("typ", "logout+jwt")),
        row("no signature", jws([](std::string& t) { t.resize(t.rfind('.') + 1); })),
        row("another signature", jws([](std::string& t) { t[t.rfind('.') + 5] ^= 1; })),
        row("another payload", jws([](std::string& t) { t.insert(t.find('.') + 1, "e30"); })),
        row("a blank at the end", jws([](std::string& t) { t += ' '; })),
        row("a nonce of another login", claim("nonce", "evil")),
        row("nonce a number", claim("nonce", 7)),
        row("no nonce", no_claim("nonce")),
        row("iss of another", claim("iss", "https://evil.example")),
        row("iss with a slash more", claim("iss", "https://id.example/")),
        row("no iss", no_claim("iss")),
        row("aud of another", claim("aud", "evil")),
        row("aud with a stranger", claim("aud", Json::array({"spa", "evil"}))),
        row("no aud", no_claim("aud")),
        row("azp of another", claim("azp", "evil")),
        row("no exp", no_claim("exp")),
        row("exp long ago", claim("exp", 1)),
        row("exp of 1e300", claim("exp", 1e300)),
        row("exp as text", claim("exp", "evil")),
        row("no iat", no_claim("iat")),
        row("iat far ahead", claim("iat", std::int64_t{99'999'999'999})),
        row("nbf far ahead", claim("nbf", std::int64_t{99'999'999'999})),
        row("no sub", no_claim("sub")),
        row("sub empty", claim("sub", "")),
        row("sub a number", claim("sub", 7)),
        row("sub of 256 characters", claim("sub", std::string(256, 'x'))),
        row("events of a logout token", claim("events", Json::object({}))),
        row("at_hash of another token", claim("at_hash", "evil")),
    };
    rows.push_back(row("an old login where max_age was asked for", claim("auth_time", 1), "/auth/login?max_age=60"));
    rows.push_back(row("no auth_time where max_age was asked for", no_claim("auth_time"), "/auth/login?max_age=60"));
    rows.push_back(
        row("acr missing where it was asked for", [](CallbackBench& b) { b.config.provider.acr_values = {"gold"}; }));
    return rows;
}

// The ID token is good, and what is needed besides it fails.
inline std::vector<FaultyLogin> faulty_surroundings() {
    using namespace faults;
    const auto row = [](std::string name, Spoil spoil, std::set<std::string> words = {"identity_rejected"}) {
        return FaultyLogin{std::move(name), std::move(spoil), {}, std::move(words), Calls::token_keys_and_userinfo,
                           Received::tokens};
    };
    return {
        row("UserInfo about another", userinfo([](Json& claims) { claims.set("sub", "evil"); })),
        row("UserInfo about nobody", userinfo([](Json& claims) {
                claims = Json::object({{"name", "evil"}});
            })),
        row("UserInfo in an array", userinfo([](Json& claims) { claims = Json::array({claims}); })),
        row("UserInfo in HTML",
            userinfo_response([](ScriptedAnswer& a) { a.headers.set("Content-Type", "text/html"); })),
        row("UserInfo says 401", userinfo_response([](ScriptedAnswer& a) { a.status = 401; })),
        row("UserInfo says 403", userinfo_response([](ScriptedAnswer& a) { a.status = 403; })),
        row("UserInfo leads elsewhere", userinfo_response([](ScriptedAnswer& a) { a = redirect(307); })),
        row("UserInfo says 500", userinfo_response([](ScriptedAnswer& a) { a.status = 500; }), {"unavailable"}),
        row("UserInfo takes too long",
            userinfo_response([](ScriptedAnswer& a) { a = failing_answer(ErrorCode::upstream_timeout); }),
            {"unavailable"}),
        row("keys that are away",
            [](CallbackBench& b) { b.http.answer(b.op.keys_url(), failing_answer(ErrorCode::upstream_unreachable)); },
            {"unavailable"}),
        row("keys in HTML", [](CallbackBench& b) { b.http.answer(b.op.keys_url(), {.body = "<h1>evil</h1>"}); },
            {"unavailable"}),
        row("keys that lead elsewhere", [](CallbackBench& b) { b.http.answer(b.op.keys_url(), redirect(302)); },
            {"unavailable"}),
        row("a key set without keys", [](CallbackBench& b) { b.op.publish_keys(R"({"keys":[]})"); },
            {"identity_rejected", "unavailable"}),
        row("a store that fails at the end", [](CallbackBench& b) { b.store.fail_always(StoreOperation::insert); },
            {"unavailable"}),
    };
}

inline std::vector<FaultyLogin> all_faulty_logins() {
    std::vector<FaultyLogin> all;
    for (auto& group : {faulty_responses(), faulty_token_answers(), faulty_id_tokens(), faulty_surroundings()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

}  // namespace vestibule
