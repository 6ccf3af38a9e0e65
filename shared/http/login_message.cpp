#include "http/login_message.h"

#include "codec/json.h"
#include "http/error_page.h"
#include "http/respond.h"

namespace vestibule {
namespace {

// What differs comes in attributes, so that the script and its hash stay the same.
constexpr std::string_view kScript =
    "const {answer, origin} = document.currentScript.dataset;"
    "const page = window.parent === window ? window.opener : window.parent;"
    "if (page) page.postMessage(JSON.parse(answer), origin);";
// Base64 of the SHA-256 of kScript; a test compares, as this floor has no hash of its own.
constexpr std::string_view kScriptHash = "2ejsWASn56jZgvm3jB7tM64P3J8Z27mSmqBpcixR2R8=";

Json answer(std::optional<ErrorCode> error) {
    Json message = Json::object({{"source", "vestibule"}, {"loggedIn", !error}, {"error", nullptr}});
    if (error) message.set("error", facts(*error).name);
    return message;
}

std::string page(std::optional<ErrorCode> error, std::string_view our_origin) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Login</title>\n</head>\n"
           "<body>\n<p>You can close this window.</p>\n<script data-origin=\"" +
           html_escaped(our_origin) + "\" data-answer=\"" + html_escaped(answer(error).print()) + "\">" +
           std::string(kScript) + "</script>\n</body>\n</html>\n";
}

std::string policy() {
    return "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; script-src 'sha256-" +
           std::string(kScriptHash) + "'";
}

}  // namespace

std::string_view login_message_script() { return kScript; }

Response login_message(std::optional<ErrorCode> error, std::string_view our_origin) {
    Response response{200,
                      {{"Content-Type", "text/html; charset=utf-8"},
                       {"Content-Security-Policy", policy()},
                       // A stricter one would cut the window off from the page that waits for it.
                       {"Cross-Origin-Opener-Policy", "unsafe-none"}},
                      page(error, our_origin)};
    add_security_headers(response.headers);
    return response;
}

}  // namespace vestibule
