// Which requirement is proved by which test: holds the tables of tests/conformance/ against the names of all tests.
//
// A test proves a requirement by carrying its id in its name (`C02_twenty_parallel_callbacks…`, `… (K02, G01)` end to
// end); so does a row of a vector file by its member "id". A module of the OpenID Foundation's plans is proved by the
// test that has its name. Whatever is neither proved nor excused, cites what does not exist, or is excused although it
// is proved, is a problem; so is seeing suspiciously little.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vestibule::conformance {

struct Requirement {
    std::string id;     // L01
    std::string level;  // MUST, SHOULD, MAY, must*, should*
    std::string text;
    bool binding() const { return level == "MUST" || level == "must*"; }
};

struct Module {
    std::string plan;
    std::string name;  // with hyphens, as the plans have it
    std::string stimulus;
    std::string test_name() const;  // with underscores, as a test has it
};

// A defect that some other system had: proved by named tests, or why it cannot be ours.
struct PeerRow {
    std::string row;  // C1 CVE-2017-6059
    std::string what;
    std::vector<std::string> tests;  // suite.name
    std::string reason;
};

struct Tables {
    std::vector<Requirement> requirements;
    std::vector<Module> modules;
    std::vector<PeerRow> peers;
    std::map<std::string, std::string> left_out;  // id or module → reason
};

// What the list is made from: the tables, and every name that proves something ("suite.name", "logout.test.mjs: title",
// "id_tokens_rejected.json: I16 name").
struct Evidence {
    Tables tables;
    std::set<std::string> tests;
};

struct Line {
    std::string name;
    std::string level;
    std::string text;
    std::vector<std::string> proofs;
    std::string reason;
    bool open() const { return proofs.empty() && reason.empty(); }
};

struct List {
    std::vector<Line> requirements;
    std::vector<Line> modules;
    std::vector<Line> peers;
    std::vector<std::string> missing;   // bindingly required, and neither proved nor excused
    std::vector<std::string> problems;  // contradictions, unknown ids, tests that are not there, too little seen
};

// The ids a name carries: a letter and two digits that stand alone. A small letter counts where there is such an id
// (`i04_none…`; `b64` is none).
std::set<std::string> ids_in(std::string_view name);
// The tests of a Criterion source, without those that are switched off; those of the stores' CONTRACT are a suite.
std::vector<std::string> criterion_tests(std::string_view source);
// The titles of an end-to-end file.
std::vector<std::string> scenario_titles(std::string_view source);

// Rows of tab-separated text; lines that are empty or begin with # are none. Throws std::runtime_error with the line's
// number where it has another number of columns.
std::vector<std::vector<std::string>> rows_of(std::string_view text, std::size_t columns);

// Reads tests/ of the repository at `root`. Throws std::runtime_error for a file that is missing or malformed.
Evidence read_evidence(const std::filesystem::path& root);

List make_list(const Evidence& evidence);

// The table for people; the last line sums up.
void print(std::ostream& out, const List& list);

}  // namespace vestibule::conformance
