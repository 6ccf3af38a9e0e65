#include "http/error_page.h"

namespace vestibule {
namespace {

constexpr std::string_view kStyle =
    "html{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 "
    "1.5rem}h1{font-size:1.5rem}footer{margin-top:3rem;font-size:.8rem;opacity:.7}";
// Base64 of the SHA-256 of kStyle; a test compares, as this floor has no hash of its own.
constexpr std::string_view kStyleHash = "ndTEOSP4YaeyEMGawsOTUK9AR8KiM5pAedTmgH445zs=";

std::string_view advice_on(const ErrorFacts& known) {
    if (known.retry_later) return "Wait a moment, then load this page again.";
    if (known.status == 401) return "Go back to the application and log in.";
    return "Go back to the application and try again from there.";
}

std::string link_to(std::string_view url) {
    if (url.empty()) return {};
    return "<p><a href=\"" + html_escaped(url) + "\">Back to the application</a></p>\n";
}

}  // namespace

std::string html_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&': escaped += "&amp;"; break;
            case '<': escaped += "&lt;"; break;
            case '>': escaped += "&gt;"; break;
            case '"': escaped += "&quot;"; break;
            case '\'': escaped += "&#39;"; break;
            default: escaped += c;
        }
    }
    return escaped;
}

std::string error_page_html(const ErrorFacts& known, std::string_view app_url) {
    const std::string title = html_escaped(known.title);
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<title>" +
           title + "</title>\n<style>" + std::string(kStyle) +
           "</style>\n</head>\n<body>\n"
           "<h1>" +
           title + "</h1>\n<p>" + html_escaped(advice_on(known)) + "</p>\n" + link_to(app_url) +
           "<footer>If this keeps happening, tell whoever runs this site: <code>" + html_escaped(known.name) +
           "</code></footer>\n</body>\n</html>\n";
}

std::string error_page_policy() {
    return "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
           std::string(kStyleHash) + "'";
}

}  // namespace vestibule
