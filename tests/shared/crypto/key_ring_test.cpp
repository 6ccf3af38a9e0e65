#include "crypto/key_ring.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/base64url.h"
#include "tests/support/fixed_random.h"

using namespace vestibule;

namespace {

std::string line_of(std::string_view id, std::size_t size = 32, char octet = 'k') {
    return std::string(id) + ':' + base64url_encode(std::string(size, octet)) + '\n';
}

Result<KeyRing> parsed(const std::string& text) { return KeyRing::parse(Secret(text)); }

std::string problem_of(const std::string& text) {
    const auto ring = parsed(text);
    return ring ? "none" : ring.error().detail;
}

bool names(const std::string& problem, std::string_view part) { return problem.find(part) != std::string::npos; }

}  // namespace

Test(key_ring, x05_the_first_key_seals_and_every_key_is_found) {
    const auto ring =
        parsed("# newest first\n\n" + line_of("2026-b", 32, 'b') + "  " + line_of("2026-a", 32, 'a') + "\r\n");
    cr_assert(ring.has_value());
    cr_expect(eq(std::string(ring->sealing().id), std::string("2026-b")));
    cr_expect(eq(sz, ring->keys().size(), 2u));
    cr_assert(ring->find("2026-a") != nullptr);
    cr_expect(eq(std::string(ring->find("2026-a")->octets.reveal()), std::string(32, 'a')));
    cr_expect(ring->find("2026-A") == nullptr);
    cr_expect(ring->find("") == nullptr);
}

Test(key_ring, takes_a_last_line_without_an_end_and_windows_line_ends) {
    std::string text = line_of("a");
    text.pop_back();
    cr_expect(parsed(text).has_value());
    cr_expect(parsed(text + "\r\n").has_value());
}

Test(key_ring, names_every_faulty_line_at_once_and_quotes_none) {
    const std::string problem =
        problem_of(line_of("good") + "nothing\n" + line_of("good") + line_of("short", 31) + line_of("zeros", 32, '\0') +
                   "bad:***\n" + line_of("sp ace") + line_of("seventeen-letters"));
    for (int line = 2; line <= 8; ++line) {
        cr_expect(names(problem, "line " + std::to_string(line)), "%d in %s", line, problem.c_str());
    }
    cr_expect(not(names(problem, "line 1")));
    cr_expect(not(names(problem, "nothing")));
    cr_expect(not(names(problem, base64url_encode(std::string(31, 'k')))));
}

Test(key_ring, refuses_a_file_without_a_key) {
    cr_expect(names(problem_of(""), "no key"));
    cr_expect(names(problem_of("# none\n\n"), "no key"));
}

Test(key_ring, refuses_padding_other_sizes_and_empty_ids) {
    cr_expect(ne(problem_of("a:" + base64url_encode(std::string(32, 'k')) + "="), std::string("none")));
    cr_expect(ne(problem_of(line_of("a", 33)), std::string("none")));
    cr_expect(ne(problem_of(line_of("a", 16)), std::string("none")));
    cr_expect(ne(problem_of(line_of("")), std::string("none")));
    cr_expect(ne(problem_of(line_of("a:b")), std::string("none")));
}

Test(key_ring, a_new_line_is_a_key_of_32_random_octets) {
    FixedRandom random;
    const std::string first = new_key_line(random, "2026-01");
    const std::string second = new_key_line(random, "2026-02");
    const auto ring = parsed(first + '\n' + second + '\n');
    cr_assert(ring.has_value());
    cr_expect(ring->find("2026-01")->octets.reveal() != ring->find("2026-02")->octets.reveal());
    cr_expect(eq(sz, ring->sealing().octets.size(), 32u));
}
