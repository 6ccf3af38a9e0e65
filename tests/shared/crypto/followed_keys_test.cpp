// A key ring that follows its source: rotation under running processes (checklist X05).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <vector>

#include "codec/base64url.h"
#include "crypto/key_ring.h"
#include "crypto/seal.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"

using namespace vestibule;

namespace {

std::string line_of(std::string_view id, char octet) {
    return std::string(id) + ':' + base64url_encode(std::string(32, octet)) + '\n';
}

// What a test says the file holds now, and what became of it.
struct Told {
    std::optional<std::string> text;
    int looks = 0;
    std::vector<std::string> adopted, refused;
};

class ToldSource final : public KeySource {
public:
    explicit ToldSource(Told& told) : told_(told) {}
    std::optional<Secret> newer() override {
        ++told_.looks;
        return told_.text ? std::optional(Secret(*told_.text)) : std::nullopt;
    }
    void adopted(std::string_view id) override { told_.adopted.emplace_back(id); }
    void refused(std::string_view problem) override { told_.refused.emplace_back(problem); }

private:
    Told& told_;
};

struct Follower {
    FakeClock clock;
    FixedRandom random;
    Told told;
    KeyRing ring = KeyRing::parse(Secret(line_of("a", 'a'))).value();
    Follower() { ring.follow(std::make_unique<ToldSource>(told), clock); }
    void pass(Seconds time) {
        clock.advance(time);
        (void)ring.keys();
    }
};

constexpr SealBinding kBinding{"purpose", "context"};

}  // namespace

Test(followed_keys, X05_a_new_first_key_opens_at_once_and_seals_after_everybody_looked) {
    Follower f;
    const std::string before = seal(f.ring, f.random, kBinding, Secret("old"));
    f.told.text = line_of("b", 'b') + line_of("a", 'a');
    f.pass(Seconds{1});
    cr_expect(f.ring.find("b") != nullptr);
    cr_expect(eq(sz, f.ring.keys().size(), 2), "rows are looked for under both");
    cr_expect(eq(str, std::string(f.ring.sealing().id), std::string("a")));
    f.pass(Seconds{9});
    cr_expect(eq(str, std::string(f.ring.sealing().id), std::string("a")));
    f.pass(Seconds{1});
    f.pass(Seconds{1});
    cr_expect(eq(str, std::string(f.ring.sealing().id), std::string("b")));
    cr_expect(open_sealed(f.ring, kBinding, before).has_value(), "nobody is logged out");
    cr_expect(eq(sz, f.told.adopted.size(), 1));
}

Test(followed_keys, X05_a_key_that_was_taken_away_seals_and_opens_nothing_more) {
    Follower f;
    const std::string before = seal(f.ring, f.random, kBinding, Secret("old"));
    f.told.text = line_of("b", 'b');
    f.pass(Seconds{1});
    cr_expect(eq(str, std::string(f.ring.sealing().id), std::string("b")));
    cr_expect(not(open_sealed(f.ring, kBinding, before).has_value()));
}

Test(followed_keys, X05_the_sealing_key_is_another_after_a_rotation_and_what_is_sealed_anew_names_it) {
    Follower f;
    f.told.text = line_of("b", 'b') + line_of("a", 'a');
    f.pass(Seconds{1});
    f.pass(Seconds{12});
    cr_expect(eq(str, sealing_key_id(seal(f.ring, f.random, kBinding, Secret("x"))).value(), std::string("b")));
}

Test(followed_keys, the_source_is_looked_at_once_a_second_however_many_ask) {
    Follower f;
    for (int i = 0; i < 100; ++i) (void)f.ring.sealing();
    cr_expect(eq(int, f.told.looks, 1));
    f.pass(Seconds{1});
    cr_expect(eq(int, f.told.looks, 2));
}

Test(followed_keys, an_unknown_id_is_looked_for_once_more_but_a_flood_of_them_is_not) {
    Follower f;
    (void)f.ring.keys();
    f.told.text = line_of("b", 'b') + line_of("a", 'a');
    cr_expect(f.ring.find("b") != nullptr, "another process has just rotated and started");
    const int looks = f.told.looks;
    for (int i = 0; i < 100; ++i) cr_expect(f.ring.find("nobody") == nullptr);
    cr_expect(f.told.looks <= looks + 1);
}

Test(followed_keys, what_is_no_ring_leaves_the_one_there_is) {
    Follower f;
    for (const char* bad : {"", "nonsense", "a:short", "# only a comment\n"}) {
        f.told.text = bad;
        f.pass(Seconds{1});
        cr_expect(f.ring.find("a") != nullptr, "%s", bad);
    }
    cr_expect(eq(sz, f.told.refused.size(), 4));
    f.told.text.reset();
    f.pass(Seconds{1});
    cr_expect(eq(str, std::string(f.ring.sealing().id), std::string("a")));
}

Test(followed_keys, a_reference_outlives_the_change) {
    Follower f;
    const KeyRing::Key& old = f.ring.sealing();
    f.told.text = line_of("b", 'b');
    f.pass(Seconds{1});
    cr_expect(eq(str, std::string(old.id), std::string("a")));
    cr_expect(eq(str, std::string(old.octets.reveal()), std::string(32, 'a')));
}
