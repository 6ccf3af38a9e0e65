// A store takes any octets, as many as there are, and never reads them as its own language (checklist X10).
#include "tests/contract/store_contract.h"

using namespace vestibule;
using namespace std::string_literals;

static std::vector<std::string> hostile_octets() {
    std::string all;
    for (int octet = 0; octet < 256; ++octet) all.push_back(static_cast<char>(octet));
    return {all,
            "\0leading and trailing\0"s,
            "'; DROP TABLE session; --",
            "\" OR \"\"=\"",
            "?1 :key %s {tag} * [a-z]",
            "\r\n*1\r\n$8\r\nFLUSHALL\r\n",
            "\xff\xfe\xc0\x80",
            ""};
}

CONTRACT(sealed_fields_keep_any_octets) {
    for (const std::string& octets : hostile_octets()) {
        NewSession session = session_of("a");
        session.row.sealed = {octets, octets + "\0x"s, "\0"s + octets};
        put(store, session);
        expect_same(row_of(store, "a"), session.row);
        must(store.erase(key("a"), kNow));
    }
}

CONTRACT(keys_keep_any_octets) {
    int number = 0;
    for (const std::string& octets : hostile_octets()) {
        NewSession session = session_of("a", "alice", "s1");
        session.row.key.octets = octets_of("\0"s + static_cast<char>('0' + number++) + octets);
        session.row.sub.octets = octets_of(octets);
        session.row.sid->octets = octets_of("\0"s + octets);
        session.row.browser.octets = octets_of("\0\0"s + octets);
        session.replaces_browser = {session.row.browser};
        put(store, session);
        const auto found = must(store.find(session.row.key, kNow));
        cr_assert(found.has_value());
        expect_same(*found, session.row);
        cr_expect(eq(sz, must(store.list({session.row.sub}, 10, kNow)).size(), 1));
        cr_expect(eq(u64, must(store.end_sid({*session.row.sid}, {session.row.sub}, kNow, kNow)), 1));
    }
}

CONTRACT(keys_that_differ_after_an_embedded_zero_are_different) {
    put(store, session_of("a\0b"s));
    cr_expect(is_there(store, "a\0b"s));
    cr_expect(not(is_there(store, "a\0c"s)));
}

CONTRACT(one_time_ids_keep_any_octets) {
    for (const std::string& octets : hostile_octets()) {
        cr_expect(must(store.consume_once(OnceKind::logout_jti, octets, kNow + Seconds{9}, kNow)));
        cr_expect(not(must(store.consume_once(OnceKind::logout_jti, octets, kNow + Seconds{9}, kNow))));
        cr_expect(must(store.consume_once(OnceKind::logout_jti, octets + "\0"s, kNow + Seconds{9}, kNow)));
        must(store.purge(10, kNow + Seconds{9}));
    }
}

// That many octets that no store can compress: more than most indexes take.
static std::string noise(std::size_t count) {
    std::string octets;
    std::uint32_t state = 1;
    while (octets.size() < count) {
        state = state * 1664525 + 1013904223;  // Numerical Recipes' generator
        octets.push_back(static_cast<char>(state >> 24));
    }
    return octets;
}

CONTRACT(ids_and_names_may_be_longer_than_an_index_takes) {
    const std::string id = noise(20'000);
    cr_expect(must(store.consume_once(OnceKind::logout_jti, id, kNow + Seconds{9}, kNow)));
    cr_expect(must(store.is_consumed(OnceKind::logout_jti, id, kNow)));
    cr_expect(not(must(store.consume_once(OnceKind::logout_jti, id, kNow + Seconds{9}, kNow))));
    cr_expect(must(store.consume_once(OnceKind::logout_jti, id + "x", kNow + Seconds{9}, kNow)));
    must(store.cache(id, {"document", kNow}));
    cr_expect(must(store.cached(id)).has_value());
    cr_expect(not(must(store.cached(id + "x")).has_value()));
}

CONTRACT(documents_keep_any_octets_in_name_and_content) {
    for (const std::string& octets : hostile_octets()) {
        must(store.cache(octets, {octets, kNow}));
        const auto document = must(store.cached(octets));
        cr_assert(document.has_value());
        cr_expect(document->sealed == octets);
    }
}

CONTRACT(sealed_fields_of_64_KiB_are_kept_whole) {
    NewSession session = session_of("a");
    session.row.sealed = {std::string(65536, '\0'), std::string(65536, '\xff'), std::string(65536, '\'')};
    put(store, session);
    expect_same(row_of(store, "a"), session.row);
    Replacement larger = refreshed(lease_of(store, "a", Seconds{30}));
    larger.sealed.access_token = std::string(131072, 'x');
    cr_assert(must(store.replace(larger, kNow)) == ReplaceOutcome::replaced);
    cr_expect(row_of(store, "a").sealed == larger.sealed);
}

CONTRACT(documents_of_a_megabyte_are_kept_whole) {
    const std::string large(1 << 20, 'k');
    must(store.cache("jwks", {large, kNow}));
    cr_expect(must(store.cached("jwks"))->sealed == large);
}

CONTRACT(times_far_away_are_kept) {
    NewSession session = session_of("a");
    session.row.expires_at = WallTime{Seconds{253'402'300'799}};  // the end of the year 9999
    session.row.idle_expires_at = session.row.expires_at;
    session.row.created_at = WallTime{Seconds{0}};
    session.row.access_expires_at = WallTime{Seconds{-1}};
    put(store, session);
    expect_same(row_of(store, "a"), session.row);
}
