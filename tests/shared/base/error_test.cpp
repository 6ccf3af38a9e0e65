#include "base/error.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <set>
#include <string>

using namespace vestibule;

Test(error, every_code_of_the_closed_list_has_its_own_name_and_stands_at_its_place) {
    std::set<std::string_view> names;
    int position = 0;
    for (const ErrorFacts& row : all_error_facts()) {
        cr_expect(eq(int, static_cast<int>(row.code), position++), "%s", std::string(row.name).c_str());
        cr_expect(names.insert(row.name).second, "%s twice", std::string(row.name).c_str());
        cr_expect(row.status >= 400 && row.status < 600);
        cr_expect(not(row.title.empty()));
    }
    cr_assert(eq(int, position, static_cast<int>(ErrorCode::unavailable) + 1));
}

Test(error, every_503_and_429_asks_to_come_back_later) {
    for (const ErrorFacts& row : all_error_facts()) {
        cr_expect(eq(int, row.retry_later, row.status == 503 || row.status == 429), "%s",
                  std::string(row.name).c_str());
    }
}
