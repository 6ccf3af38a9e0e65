// The session cookie of a request (session/session_cookie.h).
#include "session/session_cookie.h"

#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

std::size_t occurrences(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++count;
    return count;
}

}  // namespace

// Each line is one Cookie header field.
FUZZ_TARGET(session_cookie) {
    Request request;
    for (Pieces lines(input); !lines.empty();) request.headers.add("Cookie", lines.next());
    const CookieLookup lookup = find_cookie(request, kSessionCookieName);
    const std::size_t most = occurrences(input, kSessionCookieName);
    require(lookup.presence == CookieLookup::Presence::absent || most > 0, "what is not there is not found");
    require(lookup.presence != CookieLookup::Presence::several || most > 1, "two are two");
    require(lookup.presence == CookieLookup::Presence::present || lookup.value.empty(), "no value of none");

    const auto cookie = SessionCookie::parse(lookup.value);
    if (!cookie) return;
    require(lookup.value.size() == 64 && cookie->secret().size() == 32 && cookie->key().octets.size() == 32,
            "its sizes");
    const std::string expected = std::string(kSessionCookieName) + '=' + std::string(lookup.value) + "; ";
    require(cookie->set_cookie().starts_with(expected), "one text for one cookie");
}
