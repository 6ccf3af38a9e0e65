// Names where the system does not give what a lookup needs.
#include "adapters/redis/name_lookup.h"

#include <pthread.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <chrono>

using namespace vestibule;

Test(name_lookup, without_a_thread_the_store_is_unavailable_and_nothing_is_thrown, .timeout = 30) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    cr_assert(pthread_attr_setstacksize(&attributes, std::size_t{1} << 47) == 0);  // more than there are addresses
    cr_assert(pthread_setattr_default_np(&attributes) == 0);
    NameLookup names;
    const auto deadline = std::chrono::steady_clock::now() + Seconds{5};
    for (int tries = 0; tries < 2; ++tries) {
        const auto found = names.addresses_of({"localhost", "6379", ""}, deadline);
        cr_assert(not(found.has_value()));
        cr_expect(found.error().code == ErrorCode::store_unavailable);
        cr_expect(found.error().detail.find("thread") != std::string::npos, "%s", found.error().detail.c_str());
    }
}
