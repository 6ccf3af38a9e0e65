// Query strings and form bodies (codec/form.h).
#include "codec/form.h"

#include "http/url.h"
#include "tests/fuzz/fuzz_target.h"

using namespace vestibule;
using fuzz::require;

FUZZ_TARGET(form) {
    const auto form = Form::parse(input);
    if (!form) return require(form.error().code == ErrorCode::bad_request, "one error");
    require(form->parameters().size() <= Form::Limits{}.max_parameters, "within the limit");
    for (const auto& [name, value] : form->parameters()) {
        require(name.find('\0') == name.npos && value.find('\0') == value.npos, "no NUL");
        const auto single = form->single(name);
        require(!single || !*single || **single == value, "single() gives the only value");
    }

    const std::string text = form->encode();
    const auto again = Form::parse(text, {.max_octets = text.size(), .max_parameters = 64});
    require(again && again->parameters() == form->parameters(), "what is encoded is read back");

    const auto url = parse_url(with_query("https://id.example/authorize?tenant=1", *form));
    require(url && url->origin() == "https://id.example" && url->path == "/authorize",
            "an encoded form is only a query");
}
