#include "tests/support/conformance_list.h"

#include <algorithm>
#include <fstream>
#include <ostream>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "codec/json.h"

namespace vestibule::conformance {
namespace {

namespace fs = std::filesystem;

// The sections of the checklist and the number of their last requirement.
const std::map<char, int>& sections() {
    static const std::map<char, int> last{{'L', 44}, {'C', 40}, {'I', 44}, {'S', 44}, {'K', 13},
                                          {'P', 60}, {'R', 17}, {'O', 20}, {'B', 27}, {'F', 8},
                                          {'D', 20}, {'A', 28}, {'H', 34}, {'X', 20}, {'G', 14}};
    return last;
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(separator, start), text.size());
        parts.emplace_back(text.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }

bool is_known(const std::string& id) {
    const auto section = sections().find(id.front());
    const int number = std::stoi(id.substr(1));
    return section != sections().end() && number >= 1 && number <= section->second;
}

std::string name_alone(const std::string& test) { return test.substr(test.find('.') + 1); }

// Every row of a vector file that names the requirement it is about.
void add_vectors(const fs::path& path, std::set<std::string>& tests) {
    const auto rows = Json::parse(read_file(path));
    if (!rows || !rows->is_array()) return;
    for (const Json& row : rows->as_array()) {
        if (!row.is_object() || !row.string_at("id")) continue;
        tests.insert(path.filename().string() + ": " + *row.string_at("id") + " " +
                     row.string_at("name").value_or(std::string{}));
    }
}

void add_tests(const fs::path& path, std::set<std::string>& tests) {
    const std::string name = path.filename().string();
    if (name.ends_with("_test.cpp")) {
        for (std::string& test : criterion_tests(read_file(path))) tests.insert(std::move(test));
    } else if (name.ends_with(".test.mjs")) {
        for (const std::string& title : scenario_titles(read_file(path))) tests.insert(name + ": " + title);
    } else if (name.ends_with(".json") && path.string().find("/vectors/oauth/") != std::string::npos) {
        add_vectors(path, tests);
    }
}

Tables read_tables(const fs::path& folder) {
    Tables tables;
    for (auto& row : rows_of(read_file(folder / "requirements.tsv"), 3))
        tables.requirements.push_back({row[0], row[1], row[2]});
    for (auto& row : rows_of(read_file(folder / "left_out.tsv"), 2)) tables.left_out[row[0]] = row[1];
    for (auto& row : rows_of(read_file(folder / "modules.tsv"), 3)) tables.modules.push_back({row[0], row[1], row[2]});
    for (auto& row : rows_of(read_file(folder / "peers.tsv"), 4)) {
        PeerRow peer{row[0], row[1], {}, row[3]};
        if (!row[2].empty()) peer.tests = split(row[2], ' ');
        tables.peers.push_back(std::move(peer));
    }
    return tables;
}

std::string reason_for(const Tables& tables, const std::string& name) {
    const auto found = tables.left_out.find(name);
    return found == tables.left_out.end() ? std::string{} : found->second;
}

void judge(const Line& line, bool binding, List& list) {
    if (binding && line.open()) list.missing.push_back(line.name + ": " + line.text);
    if (!line.proofs.empty() && !line.reason.empty())
        list.problems.push_back(line.name + " is left out, and yet there is " + line.proofs.front());
}

void list_requirements(const Evidence& evidence, List& list) {
    std::map<std::string, std::vector<std::string>> proofs;
    for (const std::string& test : evidence.tests) {
        for (const std::string& id : ids_in(test)) {
            proofs[id].push_back(test);
            if (!is_known(id)) list.problems.push_back(test + " cites " + id + ", which the checklist does not have");
        }
    }
    for (const Requirement& requirement : evidence.tables.requirements) {
        Line line{requirement.id, requirement.level, requirement.text, proofs[requirement.id],
                  reason_for(evidence.tables, requirement.id)};
        if (!is_known(line.name)) list.problems.push_back(line.name + " is no id of the checklist");
        judge(line, requirement.binding(), list);
        list.requirements.push_back(std::move(line));
    }
}

void list_modules(const Evidence& evidence, List& list) {
    std::map<std::string, std::vector<std::string>> by_name;
    for (const std::string& test : evidence.tests) by_name[name_alone(test)].push_back(test);
    for (const Module& module : evidence.tables.modules) {
        Line line{module.name, module.plan, module.stimulus, by_name[module.test_name()],
                  reason_for(evidence.tables, module.name)};
        judge(line, true, list);
        list.modules.push_back(std::move(line));
    }
}

void list_peers(const Evidence& evidence, List& list) {
    for (const PeerRow& peer : evidence.tables.peers) {
        Line line{peer.row, "", peer.what, {}, peer.reason};
        for (const std::string& test : peer.tests) {
            if (evidence.tests.contains(test))
                line.proofs.push_back(test);
            else
                list.problems.push_back(peer.row + " names " + test + ", which is not there");
        }
        judge(line, true, list);
        list.peers.push_back(std::move(line));
    }
}

void look_for_strangers(const Evidence& evidence, List& list) {
    std::set<std::string> names;
    const auto add = [&](const std::string& name) {
        if (!names.insert(name).second) list.problems.push_back(name + " is listed twice");
    };
    for (const Requirement& requirement : evidence.tables.requirements) add(requirement.id);
    std::set<std::string> modules;
    for (const Module& module : evidence.tables.modules) {
        if (!modules.insert(module.plan + " " + module.name).second)
            list.problems.push_back(module.name + " is listed twice in " + module.plan);
        names.insert(module.name);
    }
    for (const auto& [name, reason] : evidence.tables.left_out) {
        if (!names.contains(name)) list.problems.push_back(name + " is left out but nowhere required");
        if (reason.size() < 20) list.problems.push_back(name + " is left out without a reason");
    }
}

void look_for_too_little(const Evidence& evidence, List& list) {
    const auto at_least = [&](std::size_t count, std::size_t expected, const char* what) {
        if (count < expected) list.problems.push_back("only " + std::to_string(count) + " " + what + " were found");
    };
    at_least(evidence.tests.size(), 600, "tests");
    at_least(evidence.tables.requirements.size(), 220, "requirements");
    at_least(evidence.tables.modules.size(), 40, "modules");
    at_least(evidence.tables.peers.size(), 40, "rows of other systems' defects");
    for (const auto& [section, last] : sections()) {
        if (std::string_view("LCIDA").find(section) == std::string_view::npos) continue;
        const auto is_of_it = [letter = section](const Requirement& r) { return r.id.front() == letter; };
        const auto count =
            std::count_if(evidence.tables.requirements.begin(), evidence.tables.requirements.end(), is_of_it);
        if (count != last) list.problems.push_back(std::string("section ") + section + " is not complete");
    }
}

void print_lines(std::ostream& out, const std::vector<Line>& lines) {
    for (const Line& line : lines) {
        out << line.name << "  " << line.level << (line.level.empty() ? "" : "  ") << line.text << '\n';
        const std::size_t shown = std::min<std::size_t>(line.proofs.size(), 4);
        for (std::size_t i = 0; i < shown; ++i) out << "        " << line.proofs[i] << '\n';
        if (shown < line.proofs.size()) out << "        and " << line.proofs.size() - shown << " more\n";
        if (!line.reason.empty()) out << "        left out: " << line.reason << '\n';
        if (line.open()) out << "        WITHOUT A TEST\n";
    }
}

void print_sum(std::ostream& out, const std::vector<Line>& lines, const char* what) {
    const auto with = std::count_if(lines.begin(), lines.end(), [](const Line& line) { return !line.proofs.empty(); });
    const auto open = std::count_if(lines.begin(), lines.end(), [](const Line& line) { return line.open(); });
    out << lines.size() << ' ' << what << ": " << with << " with tests, "
        << static_cast<std::ptrdiff_t>(lines.size()) - with - open << " left out, " << open << " without\n";
}

}  // namespace

std::string Module::test_name() const {
    std::string test = name;
    std::replace(test.begin(), test.end(), '-', '_');
    return test;
}

std::set<std::string> ids_in(std::string_view name) {
    std::set<std::string> ids;
    for (std::size_t i = 0; i + 3 <= name.size(); ++i) {
        const bool alone =
            (i == 0 || !is_alphanumeric(name[i - 1])) && (i + 3 == name.size() || !is_alphanumeric(name[i + 3]));
        if (!alone || !is_letter(name[i]) || !is_digit(name[i + 1]) || !is_digit(name[i + 2])) continue;
        std::string id = static_cast<char>(name[i] & ~0x20) + std::string(name.substr(i + 1, 2));
        if (id.front() == name[i] || is_known(id)) ids.insert(std::move(id));
    }
    return ids;
}

std::vector<std::string> criterion_tests(std::string_view source) {
    static const std::regex test(R"((?:^|\n)(?:Test\(\s*(\w+)\s*,|CONTRACT\()\s*(\w+)\s*([^{]*)\{)");
    std::vector<std::string> names;
    for (std::cregex_iterator i(source.data(), source.data() + source.size(), test), end; i != end; ++i) {
        const bool switched_off = (*i)[3].str().find("disabled") != std::string::npos;
        const std::string suite = (*i)[1].matched ? (*i)[1].str() : "contract";
        if (!switched_off) names.push_back(suite + "." + (*i)[2].str());
    }
    return names;
}

std::vector<std::string> scenario_titles(std::string_view source) {
    static const std::regex scenario(R"((?:^|\n)\s*(?:inWorld|scenario|test)\(\s*(['"`])([^\n]*?)\1\s*,)");
    std::vector<std::string> titles;
    for (std::cregex_iterator i(source.data(), source.data() + source.size(), scenario), end; i != end; ++i)
        titles.push_back((*i)[2].str());
    return titles;
}

std::vector<std::vector<std::string>> rows_of(std::string_view text, std::size_t columns) {
    std::vector<std::vector<std::string>> rows;
    int number = 0;
    for (const std::string& line : split(text, '\n')) {
        ++number;
        if (line.empty() || line.front() == '#') continue;
        rows.push_back(split(line, '\t'));
        if (rows.back().size() != columns || rows.back().front().empty())
            throw std::runtime_error("line " + std::to_string(number) + " has not " + std::to_string(columns) +
                                     " columns: " + line);
    }
    return rows;
}

Evidence read_evidence(const fs::path& root) {
    Evidence evidence{read_tables(root / "tests/conformance"), {}};
    for (auto i = fs::recursive_directory_iterator(root / "tests"); i != fs::recursive_directory_iterator(); ++i) {
        if (i->path().filename() == "node_modules")
            i.disable_recursion_pending();
        else if (i->is_regular_file())
            add_tests(i->path(), evidence.tests);
    }
    return evidence;
}

List make_list(const Evidence& evidence) {
    List list;
    list_requirements(evidence, list);
    list_modules(evidence, list);
    list_peers(evidence, list);
    look_for_strangers(evidence, list);
    look_for_too_little(evidence, list);
    return list;
}

void print(std::ostream& out, const List& list) {
    print_lines(out, list.requirements);
    out << "\nModules of the OpenID Foundation's client test plans\n\n";
    print_lines(out, list.modules);
    out << "\nDefects that other systems had\n\n";
    print_lines(out, list.peers);
    out << '\n';
    for (const std::string& problem : list.problems) out << "PROBLEM  " << problem << '\n';
    for (const std::string& missing : list.missing) out << "MISSING  " << missing << '\n';
    print_sum(out, list.modules, "modules");
    print_sum(out, list.peers, "defects of other systems");
    print_sum(out, list.requirements, "requirements");
}

}  // namespace vestibule::conformance
