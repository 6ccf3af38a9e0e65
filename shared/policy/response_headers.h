// What of an upstream's answer reaches the browser: an allow-list, and then ours (RFC 10017 §6.1; checklist P12, P22,
// P26, P27, P30, P33–P41, P50, P59, P60).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "config/config.h"
#include "http/client.h"
#include "http/message.h"

namespace vestibule {

// What was asked of the upstream.
struct AskedUpstream {
    std::string method;
    std::string url;
    std::optional<Secret> access_token;  // as it was attached
};

enum class BodyRule {
    pass,
    drop,  // there is none (HEAD, 204, 304), or it must not be shown
};

struct BrowserAnswer {
    int status = 200;
    HeaderFields headers;
    BodyRule body = BodyRule::pass;
};

// Fields of the built-in list and of the route; never cookies, challenges, CORS, hop-by-hop fields, those that
// Connection names, those the web server or the browser would obey, nor any that holds the access token. Location leads
// below the route; Cache-Control and Vary as in cache_rules.h. Active content (active_content.h) that the route does
// not let through is upstream_invalid with a 2xx, and loses its body with any other status, since nobody needs the page
// around a 404.
// upstream_invalid also for a status that is none of a final answer or asks for proxy credentials, for malformed
// fields, for lengths that contradict each other, and for a redirect that leads elsewhere.
// REQUIRES: the status is not 401, which is judged before.
Result<BrowserAnswer> browser_answer(const OpenResponse& upstream, const AskedUpstream& asked, const Route& route,
                                     const Url& public_url);

}  // namespace vestibule
