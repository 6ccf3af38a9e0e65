// `state` (session/login_flow.h): no login is resumed but one that was begun here, by this browser, for this issuer.
#include "session/login_flow.h"

#include "codec/base64url.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fixed_random.h"

using namespace vestibule;
using fuzz::require;

namespace {

constexpr std::string_view kIssuer = "https://id.example";
constexpr WallTime kBegun{Seconds{1'767'225'600}};

LoginFlow login(Random& random) {
    LoginFlow flow;
    flow.id = random.octets(kFlowIdOctets);
    flow.started_at = kBegun;
    flow.return_to = "/inbox";
    return flow;
}

struct Begun {
    KeyRing keys = KeyRing::parse(Secret("k1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\n")).value();
    FixedRandom random;
    BrowserBinding browser = BrowserBinding::of_or_new({}, random);
    BrowserBinding other_browser = BrowserBinding::of_or_new({}, random);
    StartedFlow flow = start_flow(login(random), keys, random, browser, kIssuer);
};

void check(std::string_view state, Begun& begun) {
    const auto resumed = resume_flow(state, begun.keys, begun.browser, kIssuer, kBegun + Seconds{599});
    require(resumed.has_value() == (state == begun.flow.state), "only what was begun here is resumed");
    require(resumed || resumed.error().code == ErrorCode::flow_invalid, "one error");
    require(!resumed || resumed->secrets.nonce == begun.flow.secrets.nonce, "with its nonce");
    require(!resume_flow(state, begun.keys, begun.other_browser, kIssuer, kBegun), "not by another browser");
    require(!resume_flow(state, begun.keys, begun.browser, "https://id.example/", kBegun), "not for another issuer");
    require(!resume_flow(state, begun.keys, begun.browser, kIssuer, kBegun + Seconds{600}), "not after ten minutes");
}

// The genuine state with the input laid over its octets.
std::string altered(std::string_view input, const std::string& genuine) {
    std::string sealed = base64url_decode(genuine).value();
    if (input.size() > sealed.size()) sealed.resize(input.size());
    for (std::size_t i = 0; i < input.size(); ++i) sealed[i] = static_cast<char>(sealed[i] ^ input[i]);
    return base64url_encode(sealed);
}

}  // namespace

FUZZ_TARGET(login_flow) {
    static Begun begun;
    check(input, begun);
    check(altered(input, begun.flow.state), begun);

    Request request;
    request.headers.add("Cookie", input);
    const auto shown = BrowserBinding::of(request);
    if (shown) require(shown->octets().size() == 32 && is_valid_field_value(shown->set_cookie()), "a binding of ours");
}
