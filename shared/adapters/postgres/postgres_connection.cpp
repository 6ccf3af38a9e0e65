#include "adapters/postgres/postgres_connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <vector>

namespace vestibule {
namespace {

std::string one_line(const char* message) {
    std::string line(message == nullptr ? "" : message);
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

std::unique_ptr<PGconn, decltype(Libpq::PQfinish)> start(const Libpq& libpq, const PostgresParameters& parameters) {
    std::vector<const char*> keywords, values;
    for (const auto& [keyword, value] : parameters) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return {libpq.PQconnectStartParams(keywords.data(), values.data(), 0), libpq.PQfinish};
}

// The server says that it stops or starts. It may say so after a commit that was to wait for a replica.
bool says_goodbye(std::string_view state) { return state.starts_with("08") || state.starts_with("57P0"); }

// It may not write any more (25006), does not know our prepared statement (26000, a pooler), or chose this transaction
// to end a conflict (40001, 40P01): nothing was done.
bool did_nothing(std::string_view state) {
    return state == "25006" || state == "26000" || state == "40001" || state == "40P01";
}

}  // namespace

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const PostgresParameters& parameters,
                                                                     Milliseconds time_limit, MonotonicTime deadline) {
    const auto libpq = load_libpq();
    if (!libpq) return failure(libpq.error());
    std::unique_ptr<PostgresConnection> connection(
        new PostgresConnection(**libpq, start(**libpq, parameters).release()));
    connection->begin(Effect::reads, deadline);
    if (const auto connected = connection->connect(); !connected) return failure(connected.error());
    if (const auto configured = connection->configure(time_limit); !configured) return failure(configured.error());
    return connection;
}

void PostgresConnection::begin(Effect effect, MonotonicTime deadline) {
    effect_ = effect;
    deadline_ = deadline;
    in_transaction_ = asked_to_write_ = may_begin_again_ = host_failed_ = false;
}

Result<void> PostgresConnection::connect() {
    if (!connection_ || libpq_.PQstatus(connection_.get()) == CONNECTION_BAD) return lost();
    for (PostgresPollingStatusType next = PGRES_POLLING_WRITING;; next = libpq_.PQconnectPoll(connection_.get())) {
        if (next == PGRES_POLLING_OK) return {};
        if (next == PGRES_POLLING_FAILED) return lost();
        const Result<bool> ready = wait_for_socket(next == PGRES_POLLING_READING ? POLLIN : POLLOUT);
        if (!ready) return failure(ready.error());
    }
}

// The server ends by itself what we no longer wait for. A commit is on the server's disk when it returns, even where
// the database's default is otherwise; what waits for replicas stays as it is.
Result<void> PostgresConnection::configure(Milliseconds time_limit) {
    libpq_.PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    if (libpq_.PQsetnonblocking(connection_.get(), 1) != 0) return lost();
    const std::string limit = std::to_string(time_limit.count());
    return execute("SET statement_timeout = " + limit + "; SET lock_timeout = " + limit +
                   "; SET idle_in_transaction_session_timeout = " + limit +
                   "; SET default_transaction_isolation = 'read committed'"
                   "; SELECT set_config('synchronous_commit', 'on', false)"
                   " WHERE current_setting('synchronous_commit') = 'off'")
        .map([](const PostgresRows&) {});
}

Result<std::string> PostgresConnection::prepare(const char* sql) {
    const auto found = prepared_.find(sql);
    if (found != prepared_.end()) return found->second;
    const std::string name = "vestibule_" + std::to_string(prepared_.size() + 1);
    if (libpq_.PQsendPrepare(connection_.get(), name.c_str(), sql, 0, nullptr) == 0) return lost();
    if (const auto done = answer(); !done) return failure(done.error());
    prepared_.emplace(sql, name);
    return name;
}

Result<PostgresRows> PostgresConnection::run(const char* sql, const PostgresValues& values) {
    const Result<std::string> name = prepare(sql);
    if (!name) return failure(name.error());
    asked_to_write_ = effect_ == Effect::writes && !in_transaction_;
    const int sent = libpq_.PQsendQueryPrepared(connection_.get(), name->c_str(), values.count(), values.values(),
                                                values.lengths(), values.formats(), 1);
    if (sent == 0) return lost();
    return answer();
}

Result<PostgresRows> PostgresConnection::execute(const std::string& sql) {
    asked_to_write_ = effect_ == Effect::writes && !in_transaction_;
    if (libpq_.PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost();
    return answer();
}

// To the end of what the server says: a single statement is committed after its rows were sent, and that can fail, too.
Result<PostgresRows> PostgresConnection::answer() {
    Result<PostgresRows> rows{PostgresRows()};
    for (;;) {
        if (const auto there = wait_for_answer(); !there) return failure(there.error());
        PGresult* result = libpq_.PQgetResult(connection_.get());
        if (result == nullptr) return rows;
        PostgresRows part(libpq_, result);
        const ExecStatusType status = libpq_.PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            if (rows) rows = refused(result);
        } else if (rows) {
            rows = std::move(part);
        }
    }
}

Result<void> PostgresConnection::wait_for_answer() {
    for (;;) {
        const int unsent = libpq_.PQflush(connection_.get());
        if (unsent == 0 && libpq_.PQisBusy(connection_.get()) == 0) return {};
        if (unsent < 0 && libpq_.PQisBusy(connection_.get()) == 0) return {};  // an error is there to be read
        const Result<bool> readable = wait_for_socket(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
        if (!readable) return failure(readable.error());
        // At the end of the connection the server may have said why: PQgetResult() gives it.
        if (*readable && libpq_.PQconsumeInput(connection_.get()) == 0) return {};
    }
}

// Whether there is something to read.
Result<bool> PostgresConnection::wait_for_socket(short events) {
    for (;;) {
        const auto left = std::chrono::ceil<Milliseconds>(deadline_ - std::chrono::steady_clock::now());
        if (left.count() <= 0) return timed_out();
        pollfd socket{libpq_.PQsocket(connection_.get()), events, 0};
        const int ready = ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
        if (ready > 0) return (socket.revents & ~POLLOUT) != 0;
        if (ready < 0 && errno != EINTR) return lost();
    }
}

bool PostgresConnection::is_at_rest() const { return libpq_.PQtransactionStatus(connection_.get()) == PQTRANS_IDLE; }

bool PostgresConnection::is_quiet() const {
    pollfd socket{libpq_.PQsocket(connection_.get()), POLLIN, 0};
    return libpq_.PQstatus(connection_.get()) == CONNECTION_OK && ::poll(&socket, 1, 0) == 0;
}

tl::unexpected<Error> PostgresConnection::lost() {
    host_failed_ = true;
    may_begin_again_ = !asked_to_write_;
    return failure(ErrorCode::store_unavailable,
                   connection_ ? one_line(libpq_.PQerrorMessage(connection_.get())) : "out of memory");
}

tl::unexpected<Error> PostgresConnection::timed_out() {
    host_failed_ = true;
    may_begin_again_ = false;
    return failure(ErrorCode::store_unavailable, "the server did not answer in time");
}

// The message names tables and columns; the details, which may hold values, are left out.
tl::unexpected<Error> PostgresConnection::refused(const PGresult* result) {
    const char* state = libpq_.PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (state == nullptr) return lost();  // libpq's own words: the connection is gone
    const std::string_view code(state);
    host_failed_ = says_goodbye(code) || code == "25006";
    may_begin_again_ = did_nothing(code) || (says_goodbye(code) && !asked_to_write_);
    return failure(ErrorCode::store_unavailable, one_line(libpq_.PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)) +
                                                     " (SQLSTATE " + std::string(code) + ")");
}

}  // namespace vestibule
