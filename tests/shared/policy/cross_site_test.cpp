#include "policy/cross_site.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/http_text.h"

using namespace vestibule;

namespace {

constexpr std::string_view kOrigin = "https://app.example.com";

bool passes(const std::string& headers, Navigation navigation, const std::string& method = "GET") {
    const Request request = request_of(method + " /api/x HTTP/1.1\n" + headers + "\n");
    const auto checked = check_cross_site(request, kOrigin, navigation);
    if (!checked)
        cr_expect(eq(int, static_cast<int>(checked.error().code), static_cast<int>(ErrorCode::csrf_rejected)));
    return checked.has_value();
}

constexpr const char* kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"};

}  // namespace

Test(cross_site, fetch_metadata_decides_alike_for_every_method_S36_S40) {
    const struct {
        const char* headers;
        bool api;
        bool navigable;
    } rows[] = {
        {"Sec-Fetch-Site: same-origin\n", true, true},
        {"Sec-Fetch-Site: same-site\n", false, false},
        {"Sec-Fetch-Site: cross-site\n", false, false},
        {"Sec-Fetch-Site: none\n", false, false},
        {"Sec-Fetch-Site: none\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n", false, true},
        {"Sec-Fetch-Site: none\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe\n", false, false},
        {"Sec-Fetch-Site: none\nSec-Fetch-Mode: cors\nSec-Fetch-Dest: empty\n", false, false},
        {"Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n", false, false},
        {"Sec-Fetch-Site: same-site\nSec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n", false, false},
        {"Sec-Fetch-Site: \n", false, false},
        {"Sec-Fetch-Site: Same-Origin\n", false, false},
        {"Sec-Fetch-Site: same-origin, cross-site\n", false, false},
        {"Sec-Fetch-Site: same-origin\nSec-Fetch-Site: cross-site\n", false, false},
        {"Sec-Fetch-Site: same-origin\nSec-Fetch-Site: same-origin\n", false, false},
    };
    for (const auto& row : rows) {
        for (const char* method : kMethods) {
            cr_expect(eq(int, passes(row.headers, Navigation::refuse, method), row.api), "%s %s", method, row.headers);
            cr_expect(eq(int, passes(row.headers, Navigation::allow, method), row.navigable), "%s %s", method,
                      row.headers);
        }
    }
}

Test(cross_site, neither_an_origin_nor_a_header_outweighs_what_the_browser_says_S34_S42) {
    for (const char* site : {"same-site", "cross-site", "none"}) {
        const std::string header = "Sec-Fetch-Site: " + std::string(site) + "\n";
        cr_expect(not(passes(header + "Origin: https://app.example.com\n", Navigation::allow)), "%s", site);
        cr_expect(not(passes(header + "X-BFF: 1\n", Navigation::allow)), "%s", site);
    }
}

Test(cross_site, a_page_without_referrers_may_post_its_own_forms) {
    cr_expect(passes("Sec-Fetch-Site: same-origin\nOrigin: null\n", Navigation::refuse, "POST"));
}

Test(cross_site, without_fetch_metadata_only_our_exact_origin_passes_S37_S38) {
    cr_expect(passes("Origin: https://app.example.com\n", Navigation::refuse));
    for (const char* origin :
         {"null", "", "https://app.example.com.evil", "https://app.example.com:443", "https://app.example.com:8443",
          "http://app.example.com", "https://APP.example.com", "https://example.com", "https://app.example.com/",
          "https://app.example.com https://evil", "https://evil", "https://sub.app.example.com", "app.example.com"}) {
        cr_expect(not(passes("Origin: " + std::string(origin) + "\n", Navigation::allow)), "%s", origin);
        cr_expect(not(passes("Origin: " + std::string(origin) + "\nX-BFF: 1\n", Navigation::allow)), "%s", origin);
    }
    cr_expect(not(passes("Origin: https://app.example.com\nOrigin: https://evil\n", Navigation::allow)));
}

Test(cross_site, the_host_header_has_no_say_S38) {
    cr_expect(not(passes("Host: evil\nX-Forwarded-Host: evil\nOrigin: https://evil\n", Navigation::allow)));
}

Test(cross_site, without_either_the_header_is_required_on_every_method_S34) {
    for (const char* method : kMethods) {
        cr_expect(passes("X-BFF: 1\n", Navigation::refuse, method), "%s", method);
        for (const char* headers : {"", "X-BFF: 0\n", "X-BFF: \n", "X-BFF: 1\nX-BFF: 1\n", "X_BFF: 1\n",
                                    "Referer: https://app.example.com/\n"}) {
            cr_expect(not(passes(headers, Navigation::allow, method)), "%s %s", method, headers);
        }
    }
}

Test(cross_site, only_a_top_level_document_may_be_navigated_to_login_L26) {
    const struct {
        const char* headers;
        bool passes;
    } rows[] = {
        {"", true},
        {"Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\n", true},
        {"Sec-Fetch-Mode: cors\nSec-Fetch-Dest: empty\n", true},
        {"Sec-Fetch-Mode: same-origin\nSec-Fetch-Dest: empty\n", true},
        {"Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe\n", false},
        {"Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: frame\n", false},
        {"Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: embed\n", false},
        {"Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: object\n", false},
        {"Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: empty\n", false},
        {"Sec-Fetch-Mode: navigate\n", false},
        {"Sec-Fetch-Dest: document\n", false},
        {"Sec-Fetch-Mode: no-cors\nSec-Fetch-Dest: image\n", false},
        {"Sec-Fetch-Mode: no-cors\nSec-Fetch-Dest: script\n", false},
        {"Sec-Fetch-Mode: no-cors\nSec-Fetch-Dest: style\n", false},
        {"Sec-Fetch-Mode: websocket\nSec-Fetch-Dest: empty\n", false},
        {"Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: document\nSec-Fetch-Dest: iframe\n", false},
    };
    for (const auto& row : rows) {
        const Request request = request_of("GET /auth/login HTTP/1.1\n" + std::string(row.headers) + "\n");
        cr_expect(eq(int, check_top_level(request).has_value(), row.passes), "%s", row.headers);
        const bool iframe = std::string_view(row.headers) == "Sec-Fetch-Mode: navigate\nSec-Fetch-Dest: iframe\n";
        cr_expect(eq(int, check_top_level_or_frame(request).has_value(), row.passes || iframe), "%s", row.headers);
    }
}
