#include "oauth/www_authenticate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

namespace {

// scheme{name=value;…} for each, so that a table stays readable.
std::string printed(std::string_view value) {
    std::string result;
    for (const Challenge& challenge : parse_www_authenticate(value)) {
        result += challenge.scheme + "{";
        for (const auto& [name, text] : challenge.parameters) result += name + "=" + text + ";";
        result += "}";
    }
    return result;
}

}  // namespace

Test(www_authenticate, challenges_are_taken_apart) {
    const std::pair<const char*, const char*> table[] = {
        {"Bearer", "bearer{}"},
        {"Bearer realm=\"api\"", "bearer{realm=api;}"},
        {"Bearer error=\"invalid_token\", error_description=\"it, expired\"",
         "bearer{error=invalid_token;error_description=it, expired;}"},
        {"BEARER Error = invalid_token", "bearer{error=invalid_token;}"},
        {"Bearer error=\"insufficient_user_authentication\", acr_values=\"gold silver\", max_age=\"5\"",
         "bearer{error=insufficient_user_authentication;acr_values=gold silver;max_age=5;}"},
        {"Basic realm=\"a\", Bearer error=invalid_token, DPoP algs=\"ES256\"",
         "basic{realm=a;}bearer{error=invalid_token;}dpop{algs=ES256;}"},
        {"Negotiate YII/+a==, Bearer error=x", "negotiate{}bearer{error=x;}"},
        {"Negotiate, Bearer", "negotiate{}bearer{}"},
        {"Bearer a=\"q\\\"uo\\\\te\"", "bearer{a=q\"uo\\te;}"},
        {", ,Bearer a=b,,", "bearer{a=b;}"},
        {"Bearer\ta=b", "bearer{a=b;}"},
        {"", ""},
        {"   ", ""},
        {",,,", ""},
    };
    for (const auto& [value, expected] : table)
        cr_expect(printed(value) == expected, "%s: %s", value, printed(value).c_str());
}

Test(www_authenticate, what_cannot_be_read_is_left_out) {
    cr_expect(printed("Bearer error=\"unfinished") == "bearer{}");
    cr_expect(printed("Bearer error=\"unfinished\\") == "bearer{}");
    cr_expect(printed("Bearer error=") == "bearer{}");
    cr_expect(printed("=\"x\", Bearer a=b") == "bearer{a=b;}");
    cr_expect(printed("<script>, Bearer a=b") == "bearer{a=b;}");
    cr_expect(printed("error=\"invalid_token\"").find("invalid_token") == std::string::npos);
}

Test(www_authenticate, names_are_found_in_any_case) {
    const auto challenges = parse_www_authenticate("Bearer ERROR=\"invalid_token\"");
    cr_assert(eq(sz, challenges.size(), 1u));
    cr_expect(challenges[0].find("error") == "invalid_token");
    cr_expect(challenges[0].find("Error") == "invalid_token");
    cr_expect(not(challenges[0].find("scope").has_value()));
}

Test(www_authenticate, a_flood_is_cut_off) {
    std::string flood;
    for (int i = 0; i < 5000; ++i) flood += "Scheme" + std::to_string(i) + " a=b, ";
    cr_expect(eq(sz, parse_www_authenticate(flood).size(), 16u));
    std::string parameters = "Bearer ";
    for (int i = 0; i < 5000; ++i) parameters += "p" + std::to_string(i) + "=v, ";
    const auto challenges = parse_www_authenticate(parameters);
    cr_expect(eq(sz, challenges.size(), 1u));
    cr_expect(eq(sz, challenges[0].parameters.size(), 16u));
}

Test(www_authenticate, any_octets_end_somewhere) {
    std::string value;
    unsigned state = 1;
    const std::string alphabet = "aB=\",\\ \t/+~\x01\xff";
    for (int round = 0; round < 20000; ++round) {
        value.clear();
        for (int i = 0; i < 24; ++i) {
            state = state * 1664525 + 1013904223;
            value += alphabet[(state >> 16) % alphabet.size()];
        }
        cr_assert(parse_www_authenticate(value).size() <= 16);
    }
}
