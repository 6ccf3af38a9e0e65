#include "oauth/userinfo_response.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

namespace {

struct Row {
    const char* name;
    int status;
    const char* content_type;
    const char* body;
};

Result<Json> parsed(const Row& row) {
    OutboundResponse response{row.status, {}, row.body};
    if (row.content_type) response.headers.add("Content-Type", row.content_type);
    return parse_userinfo_response(response, "alice");
}

}  // namespace

Test(userinfo_response, I39_claims_of_the_same_subject_are_taken) {
    for (const auto* type : {"application/json", "Application/JSON; charset=utf-8", "application/json;charset=UTF-8"}) {
        const auto claims = parsed({"", 200, type, R"({"sub":"alice","name":"Alice"})"});
        cr_expect(claims && claims->string_at("name") == "Alice", "%s", type);
    }
}

Test(userinfo_response, I39_I40_everything_else_is_rejected) {
    const Row table[] = {
        {"another sub", 200, "application/json", R"({"sub":"bob"})"},
        {"another case", 200, "application/json", R"({"sub":"Alice"})"},
        {"no sub", 200, "application/json", R"({"name":"Alice"})"},
        {"sub a number", 200, "application/json", R"({"sub":1})"},
        {"sub twice", 200, "application/json", R"({"sub":"alice","sub":"bob"})"},
        {"text/html", 200, "text/html", R"({"sub":"alice"})"},
        {"signed, which nobody asked for", 200, "application/jwt", "e30.e30.e30"},
        {"no type", 200, nullptr, R"({"sub":"alice"})"},
        {"a type that begins like JSON", 200, "application/jsonp", R"({"sub":"alice"})"},
        {"an array", 200, "application/json", R"([{"sub":"alice"}])"},
        {"a string", 200, "application/json", R"("alice")"},
        {"a number", 200, "application/json", "1"},
        {"nothing", 200, "application/json", ""},
        {"cut off", 200, "application/json", R"({"sub":"alice")"},
        {"403", 403, "application/json", R"({"sub":"alice"})"},
        {"302", 302, "application/json", R"({"sub":"alice"})"},
    };
    for (const Row& row : table) {
        const auto claims = parsed(row);
        cr_expect(claims.has_value() == false && claims.error().code == ErrorCode::identity_rejected, "%s", row.name);
        if (!claims) cr_expect(claims.error().detail.find("alice") == std::string::npos, "%s", row.name);
    }
}
