#include "adapters/system/log_stderr.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string>

#include "codec/json.h"

using namespace vestibule;

namespace {

constexpr std::chrono::sys_time<std::chrono::milliseconds> kTime{std::chrono::milliseconds{1'767'225'600'007}};

std::string line_of(const std::string& value) {
    return log_line({LogLevel::info, "event.name", {{"field", value}}}, "login", {}, kTime);
}

}  // namespace

Test(log_stderr, G04_a_line_says_when_where_what_and_for_which_request) {
    cr_assert(eq(str,
                 log_line({LogLevel::warning, "login.failed", {{"code", "x"}, {"count", 7}, {"again", true}}}, "login",
                          {"0af7", "4bf9"}, kTime),
                 R"({"time":"2026-01-01T00:00:00.007Z","level":"warning","event":"login.failed","function":"login",)"
                 R"("request":"0af7","trace":"4bf9","code":"x","count":7,"again":true})"));
}

// G03
Test(log_stderr, nothing_in_a_field_can_end_the_line_or_deceive_a_reader) {
    for (const char* text : {"a\nb", "a\rb", "a\x1b[2Jb",
                             "a\x7f"
                             "b",
                             "a\xc2\x85"
                             "b",
                             "a\xc2\x9b"
                             "b",
                             "a\xe2\x80\xae"
                             "b",
                             "a\xe2\x81\xa6"
                             "b",
                             "a\xe2\x80\x8f"
                             "b",
                             "a\xd8\x9c"
                             "b",
                             "a\xe2\x80\xa8"
                             "b",
                             "a\xff"
                             "b",
                             "a\"},{\"b"}) {
        const std::string line = line_of(text);
        cr_expect(Json::parse(line).has_value(), "%s", line.c_str());
        for (const char c : line) cr_expect(c >= 0x20 && c < 0x7f, "%s", line.c_str());
    }
    cr_assert(line_of("a\xe2\x80\xae").find("a\\u202e") != std::string::npos);
    cr_assert(line_of("Grüße 🎈").find("Grüße 🎈") != std::string::npos);
}

Test(log_stderr, a_field_cannot_pass_for_one_of_ours) {
    const std::string line =
        log_line({LogLevel::info, "e", {{"request", "forged"}, {"time", "never"}}}, "f", {"real", ""}, kTime);
    cr_assert(line.find(R"("request":"real")") != std::string::npos);
    cr_assert(line.find(R"("field.request":"forged")") != std::string::npos);
    cr_assert(line.find(R"("field.time":"never")") != std::string::npos);
}

Test(log_stderr, long_text_is_cut_between_characters) {
    const std::string line = line_of(std::string(1023, 'a') + "üb" + std::string(100'000, 'c'));
    cr_assert(line.size() < 1300);
    cr_assert(Json::parse(line)->string_at("field") == std::string(1023, 'a') + "…");
}

Test(log_scope, the_innermost_scope_of_the_thread_counts) {
    cr_assert(eq(str, std::string(LogScope::current().request_id), ""));
    const LogScope outer({"outer", ""});
    {
        const LogScope inner({"inner", ""});
        cr_assert(eq(str, std::string(LogScope::current().request_id), "inner"));
    }
    cr_assert(eq(str, std::string(LogScope::current().request_id), "outer"));
}
