#include "adapters/postgres/postgres_values.h"

#include <cstdlib>

namespace vestibule {
namespace {

constexpr std::uint32_t kBytea = 17;  // the type's number in every PostgreSQL (pg_type.dat)
constexpr std::uint32_t kBigint = 20;

void append_big_endian(std::string& octets, std::uint64_t value, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) octets += static_cast<char>((value >> shift) & 0xff);
}

// array_send() of PostgreSQL: dimensions, "has nulls", type of the elements; size and lower bound of each dimension;
// then each element with its length.
std::string array_of(std::uint32_t type, std::size_t size) {
    std::string octets;
    append_big_endian(octets, size == 0 ? 0 : 1, 4);
    append_big_endian(octets, 0, 4);
    append_big_endian(octets, type, 4);
    if (size == 0) return octets;
    append_big_endian(octets, size, 4);
    append_big_endian(octets, 1, 4);
    return octets;
}

}  // namespace

void PostgresValues::add(std::string_view octets) {
    values_.push_back(octets.empty() ? "" : octets.data());  // a null pointer would be NULL
    lengths_.push_back(static_cast<int>(octets.size()));
    formats_.push_back(1);
}

void PostgresValues::add_made(std::string octets) {
    made_.push_back(std::move(octets));
    add(std::string_view(made_.back()));
}

void PostgresValues::add(std::int64_t value) {
    std::string octets;
    append_big_endian(octets, static_cast<std::uint64_t>(value), 8);
    add_made(std::move(octets));
}

void PostgresValues::add(const std::vector<IndexKey>& keys) {
    std::string octets = array_of(kBytea, keys.size());
    for (const IndexKey& key : keys) {
        append_big_endian(octets, key.octets.size(), 4);
        octets += key.octets;
    }
    add_made(std::move(octets));
}

void PostgresValues::add(const std::vector<std::int64_t>& numbers) {
    std::string octets = array_of(kBigint, numbers.size());
    for (const std::int64_t number : numbers) {
        append_big_endian(octets, 8, 4);
        append_big_endian(octets, static_cast<std::uint64_t>(number), 8);
    }
    add_made(std::move(octets));
}

std::size_t PostgresRows::count() const {
    return result_ ? static_cast<std::size_t>(libpq_->PQntuples(result_.get())) : 0;
}

std::uint64_t PostgresRows::changed() const {
    return result_ ? std::strtoull(libpq_->PQcmdTuples(result_.get()), nullptr, 10) : 0;
}

std::string_view PostgresRows::view(std::size_t row, int column) const {
    const int number = static_cast<int>(row);
    return {libpq_->PQgetvalue(result_.get(), number, column),
            static_cast<std::size_t>(libpq_->PQgetlength(result_.get(), number, column))};
}

std::int64_t PostgresRows::integer(std::size_t row, int column) const {
    std::uint64_t value = 0;
    for (const char octet : view(row, column)) value = (value << 8) | static_cast<unsigned char>(octet);
    return static_cast<std::int64_t>(value);
}

std::string PostgresRows::octets(std::size_t row, int column) const { return std::string(view(row, column)); }

bool PostgresRows::is_null(std::size_t row, int column) const {
    return libpq_->PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

}  // namespace vestibule
