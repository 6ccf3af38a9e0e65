// Every statement finds its rows by an index, however many sessions there are: read from the plans the server makes for
// tables with thousands of rows (checklist X16).
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "adapters/postgres/postgres_queries.h"
#include "tests/shared/adapters/postgres/store_on_postgres.h"
#include "tests/support/postgres_schema.h"

using namespace vestibule;
using namespace vestibule::postgres;

TestSuite(postgres_plans, .timeout = 120, .fini = drop_postgres_schema);

struct Statement {
    const char* name;
    const char* sql;
};

#define STATEMENT(name) \
    Statement { #name, query::name }

static const std::vector<Statement> kByIndex{
    STATEMENT(kFind),           STATEMENT(kEndedMeanwhile), STATEMENT(kInsert),        STATEMENT(kEndReplaced),
    STATEMENT(kEndBeyondLimit), STATEMENT(kTouch),          STATEMENT(kErase),         STATEMENT(kLeaseState),
    STATEMENT(kGrantLease),     STATEMENT(kReplace),        STATEMENT(kReleaseLease),  STATEMENT(kEraseIfUnchanged),
    STATEMENT(kRememberSids),   STATEMENT(kEndSids),        STATEMENT(kEndSidsOfSubs), STATEMENT(kSubsOfSids),
    STATEMENT(kRememberSubs),   STATEMENT(kEndSubs),        STATEMENT(kIsConsumed),    STATEMENT(kConsume),
    STATEMENT(kCached),         STATEMENT(kCache),          STATEMENT(kPurgeSessions), STATEMENT(kPurgeOnce),
    STATEMENT(kPurgeEndedSids), STATEMENT(kPurgeEndedSubs), STATEMENT(kList),          STATEMENT(kListOfSubs),
    STATEMENT(kServerTime),     STATEMENT(kProveWritable)};

// They count everything, look at a table of a few rows, or at none.
static const std::vector<Statement> kOthers{
    STATEMENT(kStatistics), STATEMENT(kHasSchema),           STATEMENT(kSchemaVersion), STATEMENT(kLockSchema),
    STATEMENT(kLock),       STATEMENT(kLockEverybodyShared), STATEMENT(kLockEverybody)};

static const char* kThousands = R"(
    INSERT INTO session SELECT sha256(n::text::bytea), 1, 0, 0, 0, 1800000000 + n, 1900000000, 1800000000 + n, 0, 0,
        sha256(('sid' || n)::bytea), sha256(('sub' || n % 1000)::bytea), sha256(('browser' || n)::bytea), 'c', 'a', 'r'
        FROM generate_series(1, 5000) AS n;
    INSERT INTO once SELECT 'flow', sha256(n::text::bytea), 1800000000 + n FROM generate_series(1, 5000) AS n;
    INSERT INTO ended_sid SELECT sha256(n::text::bytea), '', 1800000000 + n FROM generate_series(1, 5000) AS n;
    INSERT INTO ended_sub SELECT sha256(n::text::bytea), 1800000000, 1800000000 + n FROM generate_series(1, 5000) AS n;
    INSERT INTO cached_document SELECT sha256(n::text::bytea), 'x', 1800000000 FROM generate_series(1, 5000) AS n;
    ANALYZE)";

static std::unique_ptr<PostgresConnection> connect_to_thousands() {
    const std::string address = fresh_postgres_schema();
    must(must(open_postgres_store(address))->migrate());
    auto connection = must(connect_to_postgres(address, Milliseconds{60'000}));
    must(connection->execute(kThousands));
    must(connection->execute("SET plan_cache_mode = force_generic_plan"));
    return connection;
}

static int parameters_of(std::string_view sql) {
    int highest = 0;
    for (std::size_t at = sql.find('$'); at != sql.npos; at = sql.find('$', at + 1)) {
        highest = std::max(highest, std::atoi(sql.data() + at + 1));
    }
    return highest;
}

// What the server would do, for whatever values.
static std::string plan_of(PostgresConnection& connection, const Statement& statement) {
    must(connection.execute("PREPARE p AS " + std::string(statement.sql)));
    std::string nulls;
    for (int i = 0; i < parameters_of(statement.sql); ++i) nulls += i == 0 ? "(NULL" : ", NULL";
    const auto lines = must(connection.execute("EXPLAIN EXECUTE p" + nulls + (nulls.empty() ? "" : ")")));
    std::string plan;
    for (std::size_t i = 0; i < lines.count(); ++i) plan += lines.octets(i, 0) + "\n";
    must(connection.execute("DEALLOCATE p"));
    return plan;
}

static bool reads_a_whole_table(const std::string& plan) { return plan.find("Seq Scan") != plan.npos; }

Test(postgres_plans, X16_every_statement_finds_its_rows_by_an_index) {
    const auto connection = connect_to_thousands();
    for (const Statement& statement : kByIndex) {
        const std::string plan = plan_of(*connection, statement);
        cr_expect(not(plan.empty()));
        cr_expect(not(reads_a_whole_table(plan)), "%s:\n%s", statement.name, plan.c_str());
    }
    // Another index would do, by reading through everybody's sessions.
    const std::string plan = plan_of(*connection, STATEMENT(kListOfSubs));
    cr_expect(plan.find("session_by_sub") != plan.npos, "%s", plan.c_str());
}

Test(postgres_plans, an_index_that_is_missing_would_be_seen) {
    const auto connection = connect_to_thousands();
    cr_expect(reads_a_whole_table(plan_of(*connection, STATEMENT(kStatistics))));
    must(connection->execute("DROP INDEX session_by_sub; DROP INDEX session_by_browser; DROP INDEX once_by_expiry"));
    for (const Statement& statement : {STATEMENT(kEndSubs), STATEMENT(kEndReplaced), STATEMENT(kPurgeOnce)}) {
        const std::string plan = plan_of(*connection, statement);
        cr_expect(reads_a_whole_table(plan), "%s:\n%s", statement.name, plan.c_str());
    }
}

Test(postgres_plans, no_statement_is_left_out) {
    std::set<std::string> known{"kPurge"};  // a list of others
    for (const auto* list : {&kByIndex, &kOthers}) {
        for (const Statement& statement : *list) known.insert(statement.name);
    }
    std::ifstream file("shared/adapters/postgres/postgres_queries.h");
    const std::string start = "inline constexpr const char* ";
    std::size_t found = 0;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(start)) continue;
        const std::string name = line.substr(start.size(), line.find_first_of(" [", start.size()) - start.size());
        cr_expect(known.contains(name), "%s is in no list of this test", name.c_str());
        ++found;
    }
    cr_expect(eq(sz, found, known.size()));
}
