// Columns for people, and the words that go into them.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/clock.h"

namespace vestibule::admin {

// The first row is the heading. Every column is as wide as its widest cell.
void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows);

std::string print_time(WallTime time);         // "2026-01-01T00:00:00Z" (RFC 3339)
std::string print_span(Seconds span);          // "2 d 3 h", "12 h", "29 min 5 s"; the two largest units
std::string print_count(std::uint64_t count);  // "1,234,567"
// "1 session", "2 sessions"
std::string print_count_of(std::uint64_t count, const std::string& thing);

}  // namespace vestibule::admin
