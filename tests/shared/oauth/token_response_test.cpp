#include "oauth/token_response.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/text.h"

using namespace vestibule;

namespace {

OutboundResponse answer(int status, std::string body, const char* type = "application/json;charset=UTF-8") {
    return {status, {{"Content-Type", type}}, std::move(body)};
}

Result<TokenResponse> with(const std::string& members) {
    return parse_token_response(answer(200, R"({"access_token":"at","token_type":"Bearer")" + members + "}"),
                                TokenType::bearer);
}

bool failed(const Result<TokenResponse>& response) {
    return !response && response.error().code == ErrorCode::exchange_failed;
}

OutboundResponse retry(const char* value) { return {503, {{"Retry-After", value}}, ""}; }
const WallTime kNow{Seconds{784111777}};  // Sun, 06 Nov 1994 08:49:37 GMT

}  // namespace

Test(token_response, C20_a_good_answer_is_read) {
    const auto tokens = with(R"(,"expires_in":3600,"refresh_token":"rt","id_token":"a.b.c","scope":"openid","x":{})");
    cr_assert(tokens.has_value());
    cr_expect(eq(str, text(tokens->access_token.reveal()), text("at")));
    cr_expect(tokens->expires_in == Seconds{3600});
    cr_expect(eq(str, text(tokens->refresh_token->reveal()), text("rt")));
    cr_expect(eq(str, text(tokens->id_token->reveal()), text("a.b.c")));
    cr_expect(tokens->scope == "openid");
}

Test(token_response, C20_the_token_type_is_bearer_in_any_case) {
    for (const auto* type : {"Bearer", "bearer", "BEARER", "bEARER"}) {
        const std::string body = std::string(R"({"access_token":"at","token_type":")") + type + "\"}";
        cr_expect(parse_token_response(answer(200, body), TokenType::bearer).has_value(), "%s", type);
    }
}

Test(token_response, C20_C21_A16_the_token_type_is_the_one_that_was_asked_for_in_any_case) {
    const auto of_type = [](const std::string& type) {
        return answer(200, R"({"access_token":"at","token_type":")" + type + "\"}");
    };
    for (const auto* type : {"DPoP", "dpop", "DPOP", "dPoP"})
        cr_expect(parse_token_response(of_type(type), TokenType::dpop).has_value(), "%s", type);
    for (const auto* type : {"Bearer", "bearer", "mac", "DPoP ", ""})
        cr_expect(failed(parse_token_response(of_type(type), TokenType::dpop)), "%s", type);
}

Test(token_response, C20_every_other_answer_fails_without_being_quoted) {
    const std::pair<const char*, OutboundResponse> table[] = {
        {"mac", answer(200, R"({"access_token":"canary","token_type":"mac"})")},
        {"DPoP", answer(200, R"({"access_token":"canary","token_type":"DPoP"})")},
        {"no token_type", answer(200, R"({"access_token":"canary"})")},
        {"token_type a list", answer(200, R"({"access_token":"canary","token_type":["Bearer"]})")},
        {"no access_token", answer(200, R"({"token_type":"Bearer","canary":1})")},
        {"empty access_token", answer(200, R"({"access_token":"","token_type":"Bearer","canary":1})")},
        {"access_token a number", answer(200, R"({"access_token":1,"token_type":"Bearer","canary":1})")},
        {"a header hidden in it", answer(200, R"({"access_token":"canary\r\nX: y","token_type":"Bearer"})")},
        {"not ASCII", answer(200, R"({"access_token":"canaryé","token_type":"Bearer"})")},
        {"refresh_token a number", answer(200, R"({"access_token":"canary","token_type":"Bearer","refresh_token":1})")},
        {"id_token an object", answer(200, R"({"access_token":"canary","token_type":"Bearer","id_token":{}})")},
        {"access_token twice", answer(200, R"({"access_token":"canary","access_token":"b","token_type":"Bearer"})")},
        {"201", answer(201, R"({"access_token":"canary","token_type":"Bearer"})")},
        {"302", answer(302, R"({"access_token":"canary","token_type":"Bearer"})")},
        {"400", answer(400, R"({"error":"canary"})")},
        {"html", answer(200, "<html>canary</html>", "text/html")},
        {"JSON that says it is html", answer(200, R"({"access_token":"canary","token_type":"Bearer"})", "text/html")},
        {"form", answer(200, "access_token=canary&token_type=Bearer", "application/x-www-form-urlencoded")},
        {"an array", answer(200, R"(["canary"])")},
        {"cut off", answer(200, R"({"access_token":"canary","token_ty)")},
        {"nothing", answer(200, "")},
    };
    for (const auto& [name, response] : table) {
        const auto tokens = parse_token_response(response, TokenType::bearer);
        cr_expect(failed(tokens), "%s", name);
        if (!tokens) cr_expect(tokens.error().detail.find("canary") == std::string::npos, "%s", name);
    }
}

Test(token_response, C23_null_and_empty_count_as_absent) {
    const auto tokens = with(R"(,"refresh_token":null,"id_token":"","scope":null,"expires_in":null)");
    cr_assert(tokens.has_value());
    cr_expect(not(tokens->refresh_token.has_value()));
    cr_expect(not(tokens->id_token.has_value()));
    cr_expect(not(tokens->scope.has_value()));
    cr_expect(not(tokens->expires_in.has_value()));
}

Test(token_response, C24_expires_in_is_a_number_or_digits) {
    const std::pair<const char*, std::optional<Seconds>> table[] = {
        {"3600", Seconds{3600}},     {"\"3600\"", Seconds{3600}}, {"3599.9", Seconds{3599}}, {"1", Seconds{1}},
        {"0", std::nullopt},         {"\"soon\"", std::nullopt},  {"true", std::nullopt},    {"{}", std::nullopt},
        {"\"36 00\"", std::nullopt}, {"\"\"", std::nullopt},
    };
    for (const auto& [value, expected] : table) {
        const auto tokens = with(std::string(R"(,"expires_in":)") + value);
        cr_expect(tokens.has_value() && tokens->expires_in == expected, "%s", value);
    }
}

Test(token_response, C24_a_negative_or_absurd_expires_in_is_refused) {
    for (const auto* value :
         {"-1", "\"-1\"", "1e300", "1e309", "9223372036854775807", "\"99999999999999999999\"", "-0.5", "3153600001"})
        cr_expect(failed(with(std::string(R"(,"expires_in":)") + value)), "%s", value);
}

Test(token_error, A24_an_error_is_read_from_400_and_401_json) {
    cr_expect(token_error(answer(400, R"({"error":"invalid_grant"})")) == "invalid_grant");
    cr_expect(token_error(answer(401, R"({"error":"invalid_client","error_description":"x"})")) == "invalid_client");
    cr_expect(token_error(answer(400, R"({"error":"invalid_grant"})", "application/problem+json")) == "invalid_grant");
}

Test(token_error, A24_nothing_else_is_an_error_code) {
    const std::pair<const char*, OutboundResponse> table[] = {
        {"200", answer(200, R"({"error":"invalid_grant"})")},
        {"403", answer(403, R"({"error":"invalid_grant"})")},
        {"500", answer(500, R"({"error":"invalid_grant"})")},
        {"html", answer(400, "<html>invalid_grant</html>", "text/html")},
        {"text in JSON", answer(400, R"("invalid_grant")")},
        {"array", answer(400, R"([{"error":"invalid_grant"}])")},
        {"a number", answer(400, R"({"error":400})")},
        {"nested", answer(400, R"({"error":{"error":"invalid_grant"}})")},
        {"the description only", answer(400, R"({"error_description":"invalid_grant"})")},
        {"empty", answer(400, R"({"error":""})")},
        {"65 characters", answer(400, R"({"error":")" + std::string(65, 'a') + "\"}")},
        {"a line break", answer(400, R"({"error":"invalid_grant\n"})")},
        {"a quote", answer(400, R"({"error":"a\"b"})")},
        {"twice", answer(400, R"({"error":"invalid_client","error":"invalid_grant"})")},
    };
    for (const auto& [name, response] : table) cr_expect(not(token_error(response).has_value()), "%s", name);
}

Test(retry_after, R09_seconds_and_dates_are_read_and_capped_at_an_hour) {
    cr_expect(retry_after(retry("0"), kNow) == Seconds{0});
    cr_expect(retry_after(retry("120"), kNow) == Seconds{120});
    cr_expect(retry_after(retry("86400"), kNow) == Seconds{3600});
    cr_expect(retry_after(retry("99999999999999999999"), kNow) == Seconds{3600});
    cr_expect(retry_after(retry("Sun, 06 Nov 1994 08:50:37 GMT"), kNow) == Seconds{60});
    cr_expect(retry_after(retry("Mon, 07 Nov 1994 08:49:37 GMT"), kNow) == Seconds{3600});
    cr_expect(retry_after(retry("Sun, 06 Nov 1994 08:49:36 GMT"), kNow) == Seconds{0});
}

Test(retry_after, R09_anything_else_says_nothing) {
    for (const auto* value :
         {"", "-1", "+5", "1.5", "soon", "5 s", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"})
        cr_expect(not(retry_after(retry(value), kNow).has_value()), "%s", value);
    cr_expect(not(retry_after({503, {}, ""}, kNow).has_value()));
}
