// The page a person sees when a navigation fails. respond.h makes the response of it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace vestibule {

std::string html_escaped(std::string_view text);
// Title, what to do, a link to `app_url` (left out where that is empty), and the code to tell whoever runs the site.
std::string error_page_html(const ErrorFacts& known, std::string_view app_url);
// The Content-Security-Policy that lets the page's own style through, and nothing else.
std::string error_page_policy();

}  // namespace vestibule
