#include "base/secret.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <cstring>
#include <new>
#include <sstream>
#include <type_traits>
#include <utility>

using namespace vestibule;

namespace {

template <class T, class = void>
struct is_printable : std::false_type {};
template <class T>
struct is_printable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>>
    : std::true_type {};

// Whether the octets still stand somewhere in the object's own memory, where a short string lives.
bool holds(const void* object, std::size_t size, std::string_view octets) {
    return memmem(object, size, octets.data(), octets.size()) != nullptr;
}

}  // namespace

Test(secret, gives_its_octets_only_to_who_asks_by_name) {
    cr_assert(eq(std::string(Secret("hush").reveal()), std::string("hush")));
    static_assert(!is_printable<Secret>::value);
    static_assert(!std::is_convertible_v<Secret, std::string>);
    static_assert(!std::is_convertible_v<Secret, std::string_view>);
    static_assert(!std::is_convertible_v<std::string, Secret>);
}

Test(secret, x13_leaves_nothing_behind_when_moved_from) {
    Secret source("short");
    const Secret target(std::move(source));
    cr_expect(source.empty());
    cr_expect(not(holds(&source, sizeof source, "short")));
    cr_expect(eq(std::string(target.reveal()), std::string("short")));
}

Test(secret, x13_leaves_nothing_behind_when_assigned_over) {
    Secret target("short");
    target = Secret("x");
    cr_expect(not(holds(&target, sizeof target, "hort")));
    Secret source("other");
    target = std::move(source);
    cr_expect(not(holds(&source, sizeof source, "other")));
    cr_expect(eq(std::string(target.reveal()), std::string("other")));
}

Test(secret, x13_leaves_nothing_behind_when_it_dies) {
    alignas(Secret) unsigned char place[sizeof(Secret)];
    auto* secret = new (place) Secret("canary");
    cr_assert(holds(place, sizeof place, "canary"));
    secret->~Secret();
    cr_expect(not(holds(place, sizeof place, "canary")));
}

Test(secret, survives_assignment_to_itself) {
    Secret secret("a secret that is long enough to live on the heap");
    const Secret& same = secret;
    secret = same;
    cr_expect(eq(sz, secret.size(), 48u));
}

Test(secret, wiping_empties_a_string_and_its_memory) {
    std::string octets = "short";
    wipe(octets);
    cr_expect(octets.empty());
    cr_expect(not(holds(&octets, sizeof octets, "short")));
}

Test(secret, x14_comparison_sees_every_octet_and_the_length) {
    const std::string_view with_nul("a\0b", 3);
    cr_expect(equal_in_constant_time("", ""));
    cr_expect(equal_in_constant_time(with_nul, with_nul));
    cr_expect(not(equal_in_constant_time(with_nul, std::string_view("a\0c", 3))));
    cr_expect(not(equal_in_constant_time("abc", "abcd")));
    cr_expect(not(equal_in_constant_time("abc", "Abc")));
    cr_expect(not(equal_in_constant_time("abc", "abC")));
}
