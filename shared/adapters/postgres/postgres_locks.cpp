#include <algorithm>

#include "adapters/postgres/postgres_operations.h"
#include "adapters/postgres/postgres_queries.h"

namespace vestibule::postgres {

// "ve", the kind in 16 bits, and the first four octets of the name (schema/postgres/README.md). Two names with the same
// number wait for each other without need, and nothing worse.
Locks& Locks::add(std::uint64_t kind, const IndexKey& name) {
    std::uint64_t start = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        start = (start << 8) | (i < name.octets.size() ? static_cast<unsigned char>(name.octets[i]) : 0U);
    }
    numbers_.push_back(static_cast<std::int64_t>((0x7665ULL << 48) | (kind << 32) | start));
    return *this;
}

Result<void> Locks::take(PostgresConnection& db) {
    std::sort(numbers_.begin(), numbers_.end());
    numbers_.erase(std::unique(numbers_.begin(), numbers_.end()), numbers_.end());
    return db.run(query::kLock, PostgresValues(numbers_)).map([](const PostgresRows&) {});
}

}  // namespace vestibule::postgres
