// What goes into a prepared statement and what comes out, both in PostgreSQL's binary format: octets are never written
// as text (checklist X10). Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/postgres/libpq.h"
#include "base/clock.h"
#include "session/store.h"

namespace vestibule {

// In the order of the parameters, `$1` first. What is given must live as long as this: octets are not copied.
//   integers, Seconds, WallTime → bigint; octets and keys → bytea; const char* → text; vectors of keys → bytea[],
//   of integers → bigint[]; an empty optional → NULL
class PostgresValues {
public:
    template <class... Values>
    explicit PostgresValues(const Values&... values) {
        (add(values), ...);
    }

    int count() const { return static_cast<int>(values_.size()); }
    const char* const* values() const { return values_.data(); }
    const int* lengths() const { return lengths_.data(); }
    const int* formats() const { return formats_.data(); }

private:
    void add(std::int64_t value);
    void add(std::uint64_t value) { add(static_cast<std::int64_t>(value)); }
    void add(Seconds value) { add(std::int64_t{value.count()}); }
    void add(WallTime value) { add(value.time_since_epoch()); }
    void add(std::string_view octets);
    void add(const std::string& octets) { add(std::string_view(octets)); }
    void add(const char* text) { add(std::string_view(text)); }
    void add(const SessionKey& key) { add(key.octets); }
    void add(const IndexKey& key) { add(key.octets); }
    void add(const std::vector<IndexKey>& keys);
    void add(const std::vector<std::int64_t>& numbers);
    template <class Value>
    void add(const std::optional<Value>& value) {
        if (value) return add(*value);
        values_.push_back(nullptr);
        lengths_.push_back(0);
        formats_.push_back(1);
    }
    void add_made(std::string octets);

    std::deque<std::string> made_;  // a deque does not move its elements when it grows
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

// The rows of an answer. Rows and columns are counted from 0; an absent value reads as 0 or empty.
class PostgresRows {
public:
    PostgresRows() = default;
    PostgresRows(const Libpq& libpq, PGresult* result) : libpq_(&libpq), result_(result, libpq.PQclear) {}

    std::size_t count() const;
    std::uint64_t changed() const;                            // rows that an INSERT, UPDATE or DELETE wrote
    std::int64_t integer(std::size_t row, int column) const;  // smallint, integer, bigint or boolean
    WallTime time(std::size_t row, int column) const { return WallTime(Seconds(integer(row, column))); }
    std::string octets(std::size_t row, int column) const;
    bool is_null(std::size_t row, int column) const;

private:
    std::string_view view(std::size_t row, int column) const;

    const Libpq* libpq_ = nullptr;
    std::unique_ptr<PGresult, decltype(Libpq::PQclear)> result_{nullptr, nullptr};
};

}  // namespace vestibule
