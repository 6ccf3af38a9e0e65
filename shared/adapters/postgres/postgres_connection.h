// One connection to a PostgreSQL server. Never waits past the deadline it was given, whatever the server or the network
// do (but for the system's name resolution, which has limits of its own). Statements are prepared once. Not
// thread-safe; the pool gives it to one thread at a time. Must not be carried across fork().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/postgres/libpq.h"
#include "adapters/postgres/postgres_address.h"
#include "adapters/postgres/postgres_values.h"
#include "base/clock.h"
#include "base/result.h"

namespace vestibule {

class PostgresConnection {
public:
    // Whether an operation may be begun again after its connection broke in the middle of a statement.
    enum class Effect { reads, writes };

    // Connected, and with the settings that the store relies on. `time_limit`: what the server gives a statement.
    static Result<std::unique_ptr<PostgresConnection>> open(const PostgresParameters& parameters,
                                                            Milliseconds time_limit, MonotonicTime deadline);

    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

    // Before every operation.
    void begin(Effect effect, MonotonicTime deadline);

    // `sql` is one statement, and outlives the connection: a literal.
    Result<PostgresRows> run(const char* sql, const PostgresValues& values = PostgresValues());
    // Several statements, without values; the rows of the last one.
    Result<PostgresRows> execute(const std::string& sql);

    // Runs `work` in one transaction at READ COMMITTED: each of its statements sees what was committed before it. After
    // a failure nothing of it has happened, unless the commit itself failed.
    template <class Work>
    auto transaction(Work work) -> decltype(work());

    // Every statement was answered and no transaction is open: not so where an exception left in the middle.
    bool is_at_rest() const;
    // Nobody at the other end has hung up or said anything since the last answer.
    bool is_quiet() const;
    // The last failure left nothing done and would not come again on another connection: it was lost before it was
    // asked to do something, or the server says that it stops, may not write, or chose this transaction to end a
    // deadlock.
    bool may_begin_again() const { return may_begin_again_; }
    // The last failure was the server's or the network's, and not the statement's.
    bool host_failed() const { return host_failed_; }

private:
    explicit PostgresConnection(const Libpq& libpq, PGconn* connection)
        : libpq_(libpq), connection_(connection, libpq.PQfinish) {}

    Result<void> connect();
    Result<void> configure(Milliseconds time_limit);
    Result<std::string> prepare(const char* sql);
    Result<PostgresRows> answer();
    Result<void> wait_for_answer();
    Result<bool> wait_for_socket(short events);
    tl::unexpected<Error> lost();
    tl::unexpected<Error> timed_out();
    tl::unexpected<Error> refused(const PGresult* result);

    const Libpq& libpq_;
    std::unique_ptr<PGconn, decltype(Libpq::PQfinish)> connection_;
    std::unordered_map<std::string_view, std::string> prepared_;
    MonotonicTime deadline_{};
    Effect effect_ = Effect::reads;
    bool in_transaction_ = false;
    bool asked_to_write_ = false;  // something was sent whose effect cannot be known if the answer does not come
    bool may_begin_again_ = false;
    bool host_failed_ = false;
};

template <class Work>
auto PostgresConnection::transaction(Work work) -> decltype(work()) {
    in_transaction_ = true;
    if (const auto begun = run("BEGIN ISOLATION LEVEL READ COMMITTED"); !begun) return failure(begun.error());
    auto outcome = work();
    if (!outcome) return outcome;  // the connection is closed, and with it the transaction
    in_transaction_ = false;
    if (const auto committed = run("COMMIT"); !committed) return failure(committed.error());
    return outcome;
}

}  // namespace vestibule
