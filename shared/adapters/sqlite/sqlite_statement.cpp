#include "adapters/sqlite/sqlite_statement.h"

namespace vestibule {

Error sqlite_error(sqlite3* database) {
    // The message names tables and columns, never values.
    return {
        ErrorCode::store_unavailable,
        std::string(sqlite3_errmsg(database)) + " (SQLite " + std::to_string(sqlite3_extended_errcode(database)) + ")",
        std::nullopt};
}

SqliteStatement::SqliteStatement(sqlite3* database, sqlite3_stmt* statement)
    : database_(database), statement_(statement), code_(statement == nullptr ? SQLITE_ERROR : SQLITE_OK) {}

SqliteStatement::~SqliteStatement() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

void SqliteStatement::keep(int code) {
    if (code_ == SQLITE_OK) code_ = code;
}

void SqliteStatement::bind_value(std::int64_t value) {
    ++bound_;
    if (code_ == SQLITE_OK) keep(sqlite3_bind_int64(statement_, bound_, value));
}

void SqliteStatement::bind_value(std::string_view octets) {
    ++bound_;
    // A null pointer would bind NULL, and the view of nothing has one.
    const char* data = octets.empty() ? "" : octets.data();
    if (code_ == SQLITE_OK) keep(sqlite3_bind_blob64(statement_, bound_, data, octets.size(), SQLITE_STATIC));
}

void SqliteStatement::bind_value(const char* text) {
    ++bound_;
    if (code_ == SQLITE_OK) keep(sqlite3_bind_text(statement_, bound_, text, -1, SQLITE_STATIC));
}

Result<bool> SqliteStatement::next() {
    if (code_ == SQLITE_OK) {
        const int stepped = sqlite3_step(statement_);
        if (stepped == SQLITE_ROW) return true;
        if (stepped == SQLITE_DONE) return false;
        code_ = stepped;
    }
    return failure(sqlite_error(database_));
}

Result<std::uint64_t> SqliteStatement::rows() {
    for (std::uint64_t count = 0;; ++count) {
        const Result<bool> row = next();
        if (!row) return failure(row.error());
        if (!*row) return count;
    }
}

Result<std::uint64_t> SqliteStatement::run() {
    return rows().map([&](std::uint64_t) { return static_cast<std::uint64_t>(sqlite3_changes64(database_)); });
}

std::uint64_t SqliteStatement::integer(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

WallTime SqliteStatement::time(int column) const { return WallTime(Seconds(sqlite3_column_int64(statement_, column))); }

std::string SqliteStatement::octets(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool SqliteStatement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

}  // namespace vestibule
