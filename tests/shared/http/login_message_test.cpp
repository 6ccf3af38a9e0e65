#include "http/login_message.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "tests/support/http_text.h"
#include "tests/support/text.h"

using namespace vestibule;

Test(login_message, its_policy_lets_its_own_script_run_and_nothing_else) {
    const Response response = login_message(std::nullopt, "https://app.example");
    const std::string hash = base64_encode(sha256(login_message_script()));
    cr_expect(eq(str, text(response.headers.find("Content-Security-Policy").value()),
                 "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
                 "script-src 'sha256-" +
                     hash + "'"));
    cr_expect(body_text_of(response).find(">" + std::string(login_message_script()) + "</script>") !=
              std::string::npos);
}

Test(login_message, is_not_stored_and_keeps_its_opener) {
    const Response response = login_message(ErrorCode::login_required, "https://app.example");
    cr_expect(eq(int, +response.status, 200));
    cr_expect(eq(str, text(response.headers.single("Cache-Control").value()), text("no-store")));
    cr_expect(eq(str, text(response.headers.single("Cross-Origin-Opener-Policy").value()), text("unsafe-none")));
    cr_expect(eq(str, text(response.headers.single("Referrer-Policy").value()), text("no-referrer")));
}

Test(login_message, an_origin_cannot_leave_its_attribute) {
    const std::string page = body_text_of(login_message(std::nullopt, "https://a\"><script>"));
    cr_expect(page.find("data-origin=\"https://a&quot;&gt;&lt;script&gt;\"") != std::string::npos);
}
