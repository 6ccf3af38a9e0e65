#include "tests/support/shared_store.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/postgres_schema.h"
#include "world/open_store.h"

namespace vestibule {
namespace {

std::string directory;  // outlives a failed assertion

}  // namespace

std::string file_beside_shared_store(std::string_view name) {
    if (directory.empty()) {
        directory = (std::filesystem::temp_directory_path() / "vestibule-shared-store-XXXXXX").string();
        cr_assert(mkdtemp(directory.data()) != nullptr);
    }
    return directory + "/" + std::string(name);
}

std::string fresh_shared_sqlite() { return "sqlite:" + file_beside_shared_store("sessions.db"); }

std::string fresh_shared_redis() {
    const char* socket = std::getenv("VESTIBULE_TEST_REDIS");
    cr_assert(socket != nullptr, "no Redis server; start the tests with tests/with_stores");
    return "redis://" + std::string(socket) + "?prefix=shared-" + std::to_string(::getpid());
}

std::string fresh_shared_postgres() {
    const std::string address = fresh_postgres_schema();
    const auto migrated = open_shared_store(address)->migrate();
    cr_assert(migrated.has_value(), "%s", migrated ? "" : migrated.error().detail.c_str());
    return address;
}

void remove_shared_store() {
    if (!directory.empty()) std::filesystem::remove_all(directory);
    drop_postgres_schema();
}

std::unique_ptr<SessionStore> open_shared_store(const std::string& address) {
    Config config;
    config.store = address;
    auto store = open_store(config);
    cr_assert(store.has_value(), "%s", store ? "" : store.error().detail.c_str());
    return *std::move(store);
}

}  // namespace vestibule
