#include "functions/admin/table.h"

#include <algorithm>
#include <array>
#include <ostream>

namespace vestibule::admin {
namespace {

std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    return widths;
}

std::string two_digits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
    const auto widths = widths_of(rows);
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
        }
        out << line << '\n';
    }
}

std::string print_time(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return std::to_string(static_cast<int>(date.year())) + "-" + two_digits(static_cast<unsigned>(date.month())) + "-" +
           two_digits(static_cast<unsigned>(date.day())) + "T" + two_digits(clock.hours().count()) + ":" +
           two_digits(clock.minutes().count()) + ":" + two_digits(clock.seconds().count()) + "Z";
}

std::string print_span(Seconds span) {
    struct Unit {
        std::int64_t seconds;
        const char* name;
    };
    constexpr std::array<Unit, 4> kUnits{{{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}}};
    std::int64_t rest = span.count();
    if (rest <= 0) return "over";
    std::string text;
    int parts = 0;
    for (const Unit& unit : kUnits) {
        if (parts > 0 && ++parts > 2) break;
        if (rest < unit.seconds) continue;
        parts = std::max(parts, 1);
        text += (text.empty() ? "" : " ") + std::to_string(rest / unit.seconds) + unit.name;
        rest %= unit.seconds;
    }
    return text;
}

std::string print_count(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return digits;
}

std::string print_count_of(std::uint64_t count, const std::string& thing) {
    return print_count(count) + " " + thing + (count == 1 ? "" : "s");
}

}  // namespace vestibule::admin
