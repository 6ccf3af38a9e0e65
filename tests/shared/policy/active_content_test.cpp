#include "policy/active_content.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

using namespace vestibule;

namespace {

void expect(ContentKind kind, std::initializer_list<const char*> types) {
    for (const char* type : types) {
        cr_expect(eq(int, static_cast<int>(kind_of_content(type)), static_cast<int>(kind)), "%s", type);
    }
}

}  // namespace

Test(active_content, is_told_by_media_type_as_browsers_do_P40) {
    expect(ContentKind::document,
           {"text/html", "TEXT/HTML", " text/html ; charset=utf-8", "text/html;charset=x", "application/xhtml+xml",
            "image/svg+xml", "text/xml", "application/xml", "application/atom+xml", "application/rss+xml; a=b",
            "application/problem+xml", "text/xsl", "multipart/x-mixed-replace; boundary=x"});
    expect(ContentKind::script, {"text/javascript", "application/javascript", "application/x-javascript",
                                 "text/ecmascript", "application/x-ecmascript", "text/javascript1.5", "text/jscript",
                                 "text/livescript", "application/wasm", "Text/JavaScript; charset=utf-8"});
    expect(ContentKind::passive,
           {"application/json", "application/problem+json", "application/json; charset=utf-8", "text/plain",
            "text/event-stream", "image/png", "application/pdf", "text/csv", "application/octet-stream",
            "application/vnd.openxmlformats", "multipart/form-data; boundary=x"});
    expect(ContentKind::unknown, {"", " ", "text", "text/", "/html", "text/ht ml", "application/json, text/html",
                                  "text/html, application/json", "*/", "text\\html", ";text/html"});
}
