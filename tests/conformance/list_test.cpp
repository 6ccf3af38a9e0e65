// The list of requirements and their tests (`make conformance` prints it): complete, and able to notice when it is not.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>

#include "tests/support/conformance_list.h"
#include "tests/support/text.h"

using namespace vestibule;
using namespace vestibule::conformance;

namespace {

void expect_none(const std::vector<std::string>& complaints) {
    for (const std::string& complaint : complaints) cr_expect(false, "%s", complaint.c_str());
}

bool complains(const std::vector<std::string>& complaints, std::string_view words) {
    return std::any_of(complaints.begin(), complaints.end(),
                       [&](const std::string& complaint) { return complaint.find(words) != std::string::npos; });
}

// Criterion's macros take no braces with commas.
std::set<std::string> set_of(std::set<std::string> ids) { return ids; }
std::vector<std::string> list_of(std::vector<std::string> names) { return names; }

}  // namespace

Test(conformance_list, the_tables_and_the_tests_agree) { expect_none(make_list(read_evidence(".")).problems); }

Test(conformance_list, every_must_and_every_module_has_a_test_or_a_reason) {
    expect_none(make_list(read_evidence(".")).missing);
}

Test(conformance_list, a_requirement_that_loses_its_tests_is_missing) {
    Evidence evidence = read_evidence(".");
    std::erase_if(evidence.tests, [](const std::string& test) { return ids_in(test).contains("C02"); });
    std::erase_if(evidence.tests, [](const std::string& test) { return ids_in(test).contains("C01"); });
    const List list = make_list(evidence);
    cr_expect(complains(list.missing, "C01"), "a MUST");
    cr_expect(not(complains(list.missing, "C02")), "a SHOULD is shown, but does not stop anybody");
    evidence.tables.left_out["C01"] = "a reason of more than a word or two";
    cr_expect(not(complains(make_list(evidence).missing, "C01")));
}

Test(conformance_list, contradictions_and_strangers_are_problems) {
    Evidence evidence = read_evidence(".");
    evidence.tables.left_out["C01"] = "a reason of more than a word or two";
    evidence.tables.left_out["C02"] = "no";
    evidence.tables.left_out["Z99"] = "a reason of more than a word or two";
    evidence.tables.peers.push_back({"C1 here", "a defect", {"callback.no_such_test"}, ""});
    evidence.tables.requirements.push_back(evidence.tables.requirements.front());
    evidence.tests.insert("callback.C41_what_the_checklist_does_not_have");
    const std::vector<std::string> problems = make_list(evidence).problems;
    for (const char* expected : {"C01 is left out, and yet", "C02 is left out without a reason", "Z99 is left out but",
                                 "no_such_test, which is not there", "L01 is listed twice", "cites C41"}) {
        cr_expect(complains(problems, expected), "%s", expected);
    }
}

Test(conformance_list, seeing_too_little_is_a_problem) {
    Evidence evidence = read_evidence(".");
    evidence.tests.clear();
    evidence.tables.requirements.pop_back();
    std::erase_if(evidence.tables.requirements, [](const Requirement& r) { return r.id == "A28"; });
    evidence.tables.modules.clear();
    evidence.tables.peers.clear();
    const List list = make_list(evidence);
    cr_expect(complains(list.problems, "only 0 tests"));
    cr_expect(complains(list.problems, "only 0 modules"));
    cr_expect(complains(list.problems, "only 0 rows"));
    cr_expect(complains(list.problems, "section A is not complete"));
}

Test(conformance_list, ids_stand_alone_in_a_name) {
    cr_expect(ids_in("login.L07_S20_two_logins") == set_of({"L07", "S20"}));
    cr_expect(ids_in("api.test.mjs: nothing leaks (K02, P59)") == set_of({"K02", "P59"}));
    cr_expect(ids_in("jws_parse.i04_none_is_no_algorithm") == set_of({"I04"}));
    cr_expect(ids_in("proxy.something_P05") == set_of({"P05"}));
    cr_expect(ids_in("crypto.an_ES256_key_of_appendix_A3_RFC_7636_XL07_L07x_b64").empty());
}

Test(conformance_list, tests_are_found_in_sources) {
    const std::string source =
        "Test(login, L01_one) {\n}\n"
        "Test(login,\n     L02_two, .timeout = 5) {\n}\n"
        "Test(login, L03_three, .disabled = true) {\n}\n"
        "// Test(login, L04_four) {\n"
        "CONTRACT(X07_five) {\n}\n";
    cr_expect(criterion_tests(source) == list_of({"login.L01_one", "login.L02_two", "contract.X07_five"}));
    cr_expect(scenario_titles("inWorld('one (C32)', async () => {\n});\nscenario(\"it's two\", () => world,") ==
              list_of({"one (C32)", "it's two"}));
}

Test(conformance_list, a_line_with_other_columns_is_refused) {
    const auto rows = rows_of("# head\n\nL01\tMUST\ttext\n", 3);
    cr_assert(eq(sz, rows.size(), 1));
    cr_expect(rows[0] == list_of({"L01", "MUST", "text"}));
    cr_assert_throw(rows_of("L01\tMUST\n", 3), std::runtime_error);
    cr_assert_throw(rows_of("\tMUST\ttext\n", 3), std::runtime_error);
}
