// Whoever steals the database, with or without the server's keys, opens no session and no token (DESIGN §2 "At rest";
// checklist X01–X03). The thief has everything but the cookie, and tries.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <algorithm>

#include "adapters/sqlite/sqlite_session_store.h"
#include "codec/base64url.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "session/live_session.h"
#include "tests/shared/adapters/sqlite/scratch_directory.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fixed_random.h"
#include "tests/support/http_text.h"
#include "tests/support/session_in_store.h"

#include <fstream>

using namespace vestibule;

TestSuite(stolen_store, .fini = remove_scratch_directory, .timeout = 60);

namespace {

const char* const kCanaries[] = {"access-canary-1", "refresh-canary-1", "id-canary-1", "Alice", "alice"};

// A store as it is on disk, two users in it, and what a copy of it holds.
struct Theft {
    FakeClock clock;
    FixedRandom random;
    KeyRing keys = test_keys();
    std::string path = scratch_directory() + "/sessions.db";
    std::unique_ptr<SessionStore> store = open_sqlite_store(path).value();
    SessionCookie alice = put("alice", "sid-a");
    SessionCookie bob = put("bob", "sid-b");

    SessionCookie put(const std::string& sub, const std::string& sid) {
        SessionToPut what;
        what.claims = Json::object({{"sub", sub}, {"name", "Alice"}});
        what.sid = sid;
        return put_session(*store, keys, random, clock.now(), what);
    }
    std::vector<SessionRow> rows() {
        std::vector<SessionRow> all;
        const auto listed = store->list({}, 100, clock.now()).value();
        for (const SessionRow& row : listed) all.push_back(*store->find(row.key, clock.now()).value());
        return all;
    }
    std::string disk() const {
        std::string all;
        for (const char* ending : {"", "-wal", "-shm"}) {
            std::ifstream file(path + ending, std::ios::binary);
            all.append(std::istreambuf_iterator<char>(file), {});
        }
        return all;
    }
    // What the thief can show to the service: any cookie made from what was stolen.
    bool opens(std::string_view handle, std::string_view secret) {
        const std::string cookie = base64url_encode(std::string(handle) + std::string(secret));
        const Request request =
            request_of("GET / HTTP/1.1\nCookie: " + std::string(kSessionCookieName) + "=" + cookie + "\n\n");
        return find_live_session(request, *store, keys, clock.now()).value().has_value();
    }
};

// Secrets a thief can make: everything stolen, whole, cut, hashed and derived, as the cookie's 32 octets.
std::vector<std::string> guesses(const SessionRow& row, const KeyRing& keys) {
    std::vector<std::string> stolen = {row.key.octets,
                                       row.sub.octets,
                                       row.browser.octets,
                                       row.sid ? row.sid->octets : std::string(),
                                       row.sealed.claims,
                                       row.sealed.access_token,
                                       row.sealed.refresh_and_id_token,
                                       std::string(32, '\0'),
                                       std::string()};
    for (const KeyRing::Key& key : keys.keys()) stolen.push_back(key.octets.reveal());
    std::vector<std::string> all;
    for (const std::string& a : stolen) {
        all.push_back(a);
        all.push_back(a.substr(0, 32));
        all.push_back(sha256(a));
        for (const std::string& b : stolen) {
            all.push_back(sha256(a + b));
            all.push_back(hmac_sha256(a, b));
            all.push_back(hkdf_sha256(a, b, "session/access_token", 32));
        }
    }
    return all;
}

const std::string_view kPurposes[] = {"session/claims", "session/access_token", "session/refresh_and_id_token"};

std::vector<std::string> fields_of(const SessionRow& row) {
    return {row.sealed.claims, row.sealed.access_token, row.sealed.refresh_and_id_token};
}

}  // namespace

Test(stolen_store, X01_X02_the_file_holds_no_token_no_name_and_no_cookie) {
    Theft theft;
    const std::string disk = theft.disk();
    cr_assert(disk.size() > 1000 && disk.find("refresh_and_id_token") != std::string::npos, "it is the database");
    for (const char* canary : kCanaries) cr_expect(disk.find(canary) == std::string::npos, "%s", canary);
    for (const SessionCookie* cookie : {&theft.alice, &theft.bob}) {
        const std::string pair = cookie_pair(*cookie);
        const std::string value = pair.substr(pair.find('=') + 1);
        const std::string octets = base64url_decode(value).value();
        for (const std::string& part : {value, octets.substr(0, 16), octets.substr(16)})
            cr_expect(disk.find(part) == std::string::npos);
    }
    for (const char* name : {"sid-a", "sid-b"}) cr_expect(disk.find(name) == std::string::npos, "%s", name);
}

Test(stolen_store, X03_with_the_keys_and_every_guess_nothing_opens) {
    Theft theft;
    std::size_t tried = 0, opened = 0;
    for (const SessionRow& row : theft.rows()) {
        for (const std::string& guess : guesses(row, theft.keys)) {
            for (const std::string_view purpose : kPurposes) {
                for (const std::string& field : fields_of(row)) {
                    ++tried;
                    opened += open_sealed(theft.keys, {purpose, row.key.octets, guess}, field).has_value();
                    opened += open_sealed(theft.keys, {purpose, guess, ""}, field).has_value();
                }
            }
        }
    }
    cr_expect(tried > 1000, "%zu", tried);
    cr_expect(eq(sz, opened, 0));
}

Test(stolen_store, X01_nothing_stolen_makes_a_cookie) {
    Theft theft;
    for (const SessionRow& row : theft.rows()) {
        for (std::string guess : guesses(row, theft.keys)) {
            guess.resize(48, '\0');
            cr_expect(not(theft.opens(guess.substr(0, 16), guess.substr(16))));
            cr_expect(not(theft.opens(row.key.octets.substr(0, 16), guess.substr(0, 32))));
        }
    }
}

Test(stolen_store, X01_the_handle_alone_opens_nothing) {
    Theft theft;
    const std::string pair = cookie_pair(theft.alice);
    const std::string octets = base64url_decode(pair.substr(pair.find('=') + 1)).value();
    cr_assert(theft.opens(octets.substr(0, 16), octets.substr(16)), "the browser's whole cookie does");
    for (const SessionRow& row : theft.rows()) {
        for (std::string guess : guesses(row, theft.keys)) {
            guess.resize(32, '\0');
            cr_expect(not(theft.opens(octets.substr(0, 16), guess)));
        }
    }
}

Test(stolen_store, X03_rows_and_fields_cannot_be_swapped_by_who_writes_the_store) {
    Theft theft;
    const auto row_of = [&](const SessionCookie& cookie) {
        return *theft.store->find(cookie.key(), theft.clock.now()).value();
    };
    const SessionRow alices = row_of(theft.alice), bobs = row_of(theft.bob);
    // Bob is the thief: he has a cookie of his own and writes Alice's fields into his row.
    const std::vector<SealedFields> forged = {
        alices.sealed,
        {alices.sealed.claims, bobs.sealed.access_token, bobs.sealed.refresh_and_id_token},
        {bobs.sealed.access_token, bobs.sealed.claims, bobs.sealed.refresh_and_id_token},
        {bobs.sealed.claims, bobs.sealed.refresh_and_id_token, bobs.sealed.access_token},
        {bobs.sealed.claims, alices.sealed.access_token, alices.sealed.refresh_and_id_token}};
    for (const SealedFields& fields : forged) {
        for (const SessionCookie* cookie : {&theft.alice, &theft.bob}) {
            const SealedFields& own = cookie == &theft.alice ? alices.sealed : bobs.sealed;
            const auto claims = open_claims(theft.keys, *cookie, fields);
            const auto access = open_access_token(theft.keys, *cookie, fields);
            const auto others = open_refresh_and_id_token(theft.keys, *cookie, fields);
            cr_expect(claims.has_value() == (fields.claims == own.claims));
            cr_expect(access.has_value() == (fields.access_token == own.access_token));
            cr_expect(others.has_value() == (fields.refresh_and_id_token == own.refresh_and_id_token));
        }
    }
}

Test(stolen_store, X02_the_cookies_alone_open_nothing_without_the_keys) {
    Theft theft;
    const KeyRing thiefs = test_keys("k1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");  // the same id
    const SessionRow row = *theft.store->find(theft.alice.key(), theft.clock.now()).value();
    cr_expect(not(open_claims(thiefs, theft.alice, row.sealed).has_value()));
    cr_expect(not(open_access_token(thiefs, theft.alice, row.sealed).has_value()));
    cr_expect(not(open_refresh_and_id_token(thiefs, theft.alice, row.sealed).has_value()));
    cr_expect(open_claims(theft.keys, theft.alice, row.sealed).has_value());
}

Test(stolen_store, B15_the_indexes_name_nobody_without_the_keys) {
    Theft theft;
    const SessionRow row = *theft.store->find(theft.alice.key(), theft.clock.now()).value();
    const KeyRing thiefs = test_keys("k1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI");
    const std::string issuer = SessionToPut{}.issuer;
    cr_expect(row.sub == sub_index_key(theft.keys, issuer, "alice"));
    cr_expect(row.sub != sub_index_key(thiefs, issuer, "alice"));
    for (const std::string& plain : {std::string("alice"), issuer + "alice"})
        cr_expect(row.sub.octets != sha256(plain));
}

Test(stolen_store, an_old_copy_put_back_does_not_bring_an_ended_session_to_another_browser) {
    Theft theft;
    const SessionRow kept = *theft.store->find(theft.alice.key(), theft.clock.now()).value();
    cr_assert(theft.store->erase(theft.alice.key(), theft.clock.now()).value().has_value());
    NewSession back{kept, theft.clock.now(), std::nullopt};
    cr_assert(theft.store->insert(back, theft.clock.now()).value() == InsertOutcome::inserted);
    for (std::string guess : guesses(kept, theft.keys)) {
        guess.resize(48, '\0');
        cr_expect(not(theft.opens(guess.substr(0, 16), guess.substr(16))));
    }
}
