#include "policy/required_claims.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

namespace {

const Json& claims() {
    static const Json all = Json::parse(R"({"sub":"alice","roles":["buyer","reader"],"tier":"gold","level":3,)"
                                        R"("email_verified":true,"address":{"country":"DE"},"none":null,"empty":[]})")
                                .value();
    return all;
}

bool holds(std::vector<RequiredClaim> required) { return check_required_claims(claims(), required).has_value(); }

}  // namespace

Test(required_claims, every_one_must_be_equal_or_among_the_items) {
    cr_expect(holds({}));
    cr_expect(holds({{"tier", "gold"}}));
    cr_expect(holds({{"roles", "buyer"}}));
    cr_expect(holds({{"roles", "buyer"}, {"roles", "reader"}, {"tier", "gold"}}));
    cr_expect(holds({{"email_verified", "true"}}));
    cr_expect(holds({{"level", "3"}}));
}

Test(required_claims, anything_else_is_forbidden) {
    const RequiredClaim rows[] = {{"tier", "Gold"}, {"tier", "gol"},    {"tier", "golden"},          {"tier", ""},
                                  {"roles", "buy"}, {"roles", "admin"}, {"roles", "buyer,reader"},   {"absent", ""},
                                  {"none", "null"}, {"empty", ""},      {"address", "DE"},           {"level", "03"},
                                  {"Tier", "gold"}, {"level", "3.0"},   {"email_verified", "false"}, {"", ""}};
    for (const RequiredClaim& row : rows) {
        cr_expect(not(holds({row})), "%s=%s", row.name.c_str(), row.value.c_str());
        cr_expect(not(holds({{"tier", "gold"}, row})), "%s=%s", row.name.c_str(), row.value.c_str());
    }
    const auto refused = check_required_claims(claims(), {{"tier", "platinum-canary"}});
    cr_expect(refused.error().code == ErrorCode::forbidden);
    cr_expect(refused.error().detail.find("canary") == std::string::npos);
}
