// Who may call a function: our own pages, and for login and logout a person who navigates (DESIGN §1 "Cross-site
// requests"; checklist L25, L26, S33–S38, K07, C16). Decided from headers alone, before the session is looked at.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace vestibule {

enum class Navigation { refuse, allow };

// Passes for `Sec-Fetch-Site: same-origin`; for `none` where navigation is allowed (typed URL, bookmark) and it is a
// top-level document navigation. Without Sec-Fetch-Site: an exact Origin, or `X-BFF: 1` without an Origin. Everything
// else, `same-site` too, and any of these fields sent twice, is csrf_rejected.
// `our_origin` comes from the configuration, never from Host (S38). A Sec-Fetch-Site that passes is not held against
// the Origin: a page with `Referrer-Policy: no-referrer` posts its own forms with `Origin: null`.
Result<void> check_cross_site(const Request& request, std::string_view our_origin, Navigation navigation);

// For login and callback: only a top-level document may be navigated there, nothing framed or embedded (L26). A call by
// fetch() has the destination "empty" and passes; a browser that sends no fetch metadata passes, too.
Result<void> check_top_level(const Request& request);

// The same, and an <iframe>: for a login whose answer is a message, which says itself who may frame it (C16).
Result<void> check_top_level_or_frame(const Request& request);

}  // namespace vestibule
