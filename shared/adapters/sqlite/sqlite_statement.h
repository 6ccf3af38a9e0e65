// One use of a prepared statement. Values are bound in order, `?1` first; a failure of preparing or binding is kept and
// comes out of the first next() or run(), so that a call reads as one line:
//
//   connection.statement("UPDATE t SET a = ?1 WHERE key = ?2").bind(now, key).run()
//
// Not thread-safe. Borrows the statement of its connection and gives it back reset, without its values.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "session/store.h"

namespace vestibule {

class SqliteStatement {
public:
    // `statement` is null where it could not be prepared.
    SqliteStatement(sqlite3* database, sqlite3_stmt* statement);
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;
    ~SqliteStatement();

    // What is bound must live until the last next(): nothing is copied.
    template <class... Values>
    SqliteStatement& bind(const Values&... values) {
        (bind_value(values), ...);
        return *this;
    }

    Result<bool> next();           // true: there is a row, read it with the functions below
    Result<std::uint64_t> run();   // to the end; how many rows an INSERT, UPDATE or DELETE changed
    Result<std::uint64_t> rows();  // to the end; how many rows came out

    // Columns are counted from 0. An absent value reads as 0 or empty.
    std::uint64_t integer(int column) const;
    WallTime time(int column) const;
    std::string octets(int column) const;
    bool is_null(int column) const;

private:
    void bind_value(std::int64_t value);
    void bind_value(std::uint64_t value) { bind_value(static_cast<std::int64_t>(value)); }
    void bind_value(Seconds value) { bind_value(std::int64_t{value.count()}); }
    void bind_value(WallTime value) { bind_value(value.time_since_epoch()); }
    void bind_value(std::string_view octets);
    void bind_value(const std::string& octets) { bind_value(std::string_view(octets)); }
    void bind_value(const SessionKey& key) { bind_value(key.octets); }
    void bind_value(const IndexKey& key) { bind_value(key.octets); }
    void bind_value(const char* text);
    template <class Value>
    void bind_value(const std::optional<Value>& value) {
        if (value) return bind_value(*value);
        ++bound_;  // a parameter without a value is NULL
    }
    void keep(int code);

    sqlite3* database_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
    int code_ = SQLITE_OK;
};

// store_unavailable with what SQLite says about its last failure on this connection.
Error sqlite_error(sqlite3* database);

}  // namespace vestibule
