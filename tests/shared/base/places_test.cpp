#include "base/places.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <chrono>
#include <optional>
#include <thread>

using namespace vestibule;

namespace {

MonotonicTime in(Milliseconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

Test(places, are_as_many_as_there_are) {
    Places places(2);
    const auto first = take_place(places, in(Milliseconds{0}), "none");
    const auto second = take_place(places, in(Milliseconds{0}), "none");
    cr_assert(first.has_value() && second.has_value());
    const auto third = take_place(places, in(Milliseconds{10}), "all are taken");
    cr_assert(not(third.has_value()));
    cr_expect(third.error().code == ErrorCode::store_unavailable);
    cr_expect(third.error().detail == "all are taken");
}

Test(places, one_that_is_given_back_goes_to_who_waits, .timeout = 60) {
    Places places(1);
    std::optional<Result<Place>> taken = take_place(places, in(Milliseconds{0}), "none");
    cr_assert(taken->has_value());
    bool got_it = false;
    std::thread waiting([&] { got_it = take_place(places, in(Milliseconds{40'000}), "none").has_value(); });
    taken.reset();
    waiting.join();
    cr_expect(got_it);
}
