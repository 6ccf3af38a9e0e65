#include "functions/login/login_request.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "codec/form.h"

namespace vestibule {
namespace {

constexpr std::size_t kLongestHint = 256;
constexpr std::int64_t kLongestMaxAge = 400LL * 24 * 60 * 60;

// OpenID Connect Core §3.1.2.1 and Prompt Create; each alone, as `none` tolerates no company.
constexpr std::array<std::string_view, 5> kPrompts{"none", "login", "consent", "select_account", "create"};

tl::unexpected<Error> bad(std::string_view parameter) {
    return failure(ErrorCode::bad_request, "parameter " + std::string(parameter));
}

using OptionalText = std::optional<std::string>;

bool is_printable_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool has_no_controls(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<OptionalText> text_parameter(const Form& form, std::string_view name, bool (*acceptable)(std::string_view)) {
    auto value = form.single(name);
    if (!value) return bad(name);
    if (*value && ((*value)->size() > kLongestHint || !acceptable(**value))) return bad(name);
    return *std::move(value);
}

Result<ReturnPath> return_to(const Form& form, const Config& config) {
    auto value = form.single("returnTo");
    if (!value) return failure(ErrorCode::bad_return_to, "given twice");
    auto path = ReturnPath::parse(value->value_or(config.paths.app));
    if (!path) return failure(ErrorCode::bad_return_to, "not a local path");
    return *std::move(path);
}

Result<OptionalText> prompt(const Form& form) {
    auto value = text_parameter(form, "prompt", is_printable_ascii);
    if (!value || !*value) return value;
    if (std::find(kPrompts.begin(), kPrompts.end(), **value) == kPrompts.end()) return bad("prompt");
    return value;
}

Result<std::optional<Seconds>> max_age(const Form& form, const ProviderConfig& provider) {
    auto text = text_parameter(form, "max_age", is_printable_ascii);
    if (!text) return failure(text.error());
    if (!*text) return provider.max_age;
    std::int64_t asked = -1;
    const char* end = (*text)->data() + (*text)->size();
    const auto [stop, problem] = std::from_chars((*text)->data(), end, asked);
    if (problem != std::errc{} || stop != end || asked < 0) return bad("max_age");
    // An upstream may name a length of time that says "any" (RFC 9470 §5); tightening it is always allowed.
    asked = std::min(asked, kLongestMaxAge);
    return std::min(Seconds{asked}, provider.max_age.value_or(Seconds{asked}));
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t space = std::min(text.find(' '), text.size());
        if (space > 0) words.emplace_back(text.substr(0, space));
        text.remove_prefix(std::min(space + 1, text.size()));
    }
    return words;
}

Result<std::vector<std::string>> acr_values(const Form& form, const ProviderConfig& provider) {
    auto text = text_parameter(form, "acr_values", is_printable_ascii);
    if (!text) return failure(text.error());
    if (!*text) return provider.acr_values;
    std::vector<std::string> asked = words_of(**text);
    if (asked.empty()) return bad("acr_values");  // a blank asks for nothing
    const auto allowed = [&](const std::string& value) {
        return provider.acr_values.empty() ||
               std::find(provider.acr_values.begin(), provider.acr_values.end(), value) != provider.acr_values.end();
    };
    if (!std::all_of(asked.begin(), asked.end(), allowed)) return bad("acr_values");
    return asked;
}

// A top-level page that asks for a message gets one in the window it opened; a frame must say prompt=none besides.
Result<AnswerBy> answer_by(const Form& form) {
    const auto text = form.single("answer");
    if (!text || (*text && **text != "message")) return bad("answer");
    return *text ? AnswerBy::message : AnswerBy::redirect;
}

}  // namespace

Result<LoginRequest> parse_login_request(std::string_view query, const Config& config) {
    const auto form = Form::parse(query);
    if (!form) return failure(form.error());
    auto path = return_to(*form, config);
    if (!path) return failure(path.error());
    auto asked_prompt = prompt(*form);
    if (!asked_prompt) return failure(asked_prompt.error());
    auto login_hint = text_parameter(*form, "login_hint", has_no_controls);
    if (!login_hint) return failure(login_hint.error());
    auto ui_locales = text_parameter(*form, "ui_locales", is_printable_ascii);
    if (!ui_locales) return failure(ui_locales.error());
    auto age = max_age(*form, config.provider);
    if (!age) return failure(age.error());
    auto acrs = acr_values(*form, config.provider);
    if (!acrs) return failure(acrs.error());
    const auto answer = answer_by(*form);
    if (!answer) return failure(answer.error());
    return LoginRequest{*std::move(path),
                        *std::move(asked_prompt),
                        *std::move(login_hint),
                        *std::move(ui_locales),
                        *age,
                        *std::move(acrs),
                        *answer};
}

}  // namespace vestibule
