#include "policy/response_headers.h"

#include <algorithm>
#include <array>

#include "config/protected_headers.h"
#include "http/respond.h"
#include "policy/active_content.h"
#include "policy/cache_rules.h"
#include "policy/field_names.h"
#include "policy/location.h"

namespace vestibule {
namespace {

constexpr std::array<std::string_view, 15> kPassed{
    "Accept-Patch",       "Accept-Post",      "Accept-Ranges", "Allow",        "Content-Digest", "Content-Disposition",
    "Content-Encoding",   "Content-Language", "Content-Range", "Content-Type", "ETag",           "Last-Modified",
    "Preference-Applied", "Repr-Digest",      "Retry-After"};
constexpr std::array<std::string_view, 2> kPassedWithCache{"Age", "Expires"};

tl::unexpected<Error> invalid(std::string why) { return failure(ErrorCode::upstream_invalid, std::move(why)); }

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool has_content(int status, std::string_view method) {
    return method != "HEAD" && status != 204 && status != 205 && status != 304;
}

Result<void> check_status(int status) {
    if (status < 200 || status > 599) return invalid("no final status");  // checklist P24
    if (status == 407) return invalid("asks for proxy credentials");
    return {};
}

Result<void> check_fields(const HeaderFields& fields) {
    for (const auto& [name, value] : fields) {
        if (!is_valid_field_name(name) || !is_valid_field_value(value)) return invalid("a malformed header field");
    }
    if (fields.all("Content-Type").size() > 1) return invalid("several Content-Type");
    return {};
}

// RFC 9112 §6.3: one length, said once or several times alike, or a transfer coding (checklist P22).
Result<void> check_length(const HeaderFields& fields) {
    const auto lengths = list_members(fields, "Content-Length");
    if (lengths.empty()) return {};
    const std::string_view first = lengths.front();
    const bool all_alike = std::all_of(lengths.begin(), lengths.end(), [&](auto other) { return other == first; });
    const bool is_number = first.size() <= 19 && first.find_first_not_of("0123456789") == std::string_view::npos;
    if (!all_alike || !is_number) return invalid("a doubtful Content-Length");
    if (fields.find("Transfer-Encoding")) return invalid("Content-Length beside Transfer-Encoding");
    return {};
}

// Puts together one answer.
class Answer {
public:
    Answer(const OpenResponse& upstream, const AskedUpstream& asked, const Route& route, const Url& public_url)
        : upstream_(upstream), asked_(asked), route_(route), public_url_(public_url) {
        result_.status = upstream.status;
        result_.body = has_content(upstream.status, asked.method) ? BodyRule::pass : BodyRule::drop;
    }

    Result<BrowserAnswer> make() {
        copy_fields();
        if (auto content = judge_content(); !content) return failure(content.error());
        if (auto location = add_location(); !location) return failure(location.error());
        add_length();
        result_.headers.set("Cache-Control", token_free(cache_control(upstream_.headers, route_), "no-store"));
        result_.headers.set("Vary", token_free(vary(upstream_.headers), "*"));
        add_security_headers(result_.headers);
        return std::move(result_);
    }

private:
    bool may_pass(std::string_view name) const {
        if (is_protected_response_header(name)) return false;
        return holds_name(kPassed, name) || (route_.cache && holds_name(kPassedWithCache, name)) ||
               holds_name(route_.response_headers, name);
    }

    bool holds_token(std::string_view value) const {  // checklist P59
        return asked_.access_token && !asked_.access_token->empty() &&
               value.find(asked_.access_token->reveal()) != std::string_view::npos;
    }

    std::string token_free(const std::string& value, std::string_view otherwise) const {
        return holds_token(value) ? std::string(otherwise) : value;
    }

    void copy_fields() {
        const auto for_this_hop = connection_names(upstream_.headers);
        for (const auto& [name, value] : upstream_.headers) {
            if (may_pass(name) && !holds_name(for_this_hop, name) && !holds_token(value)) {
                result_.headers.add(name, value);
            }
        }
    }

    Result<void> judge_content() {
        if (upstream_.status == 204 || upstream_.status == 304) {
            result_.headers.erase("Content-Type");
            return {};
        }
        const std::string_view type = result_.headers.find("Content-Type").value_or("");
        switch (kind_of_content(type)) {
            case ContentKind::passive: note_event_stream(type); return {};
            case ContentKind::unknown: result_.headers.set("Content-Type", "application/octet-stream"); return {};
            case ContentKind::document: return judge_document();
            case ContentKind::script: return refuse_content();
        }
        return {};
    }

    Result<void> judge_document() {
        if (!route_.html) return refuse_content();
        result_.headers.set("Content-Security-Policy", sandbox_policy());
        return {};
    }

    Result<void> refuse_content() {
        if (upstream_.status < 300) return invalid("active content, which this route does not let through");
        for (const auto* name : {"Content-Encoding", "Content-Range", "Content-Disposition", "Content-Digest",
                                 "Repr-Digest", "ETag", "Last-Modified"}) {
            result_.headers.erase(name);
        }
        result_.headers.set("Content-Type", "text/plain; charset=utf-8");
        result_.body = BodyRule::drop;
        content_refused_ = true;
        return {};
    }

    // nginx holds back what it does not fill a buffer with, unless told (checklist P46); others ignore the field.
    void note_event_stream(std::string_view type) {
        constexpr std::string_view kEvents = "text/event-stream";
        if (equal_ignoring_case(type.substr(0, kEvents.size()), kEvents))
            result_.headers.set("X-Accel-Buffering", "no");
    }

    Result<void> add_location() {
        const auto all = upstream_.headers.all("Location");
        if (all.empty()) return {};
        const auto location =
            all.size() == 1 ? public_location(all.front(), asked_.url, route_, public_url_) : std::nullopt;
        if (location && !holds_token(*location)) {
            result_.headers.add("Location", *location);
        } else if (is_redirect(upstream_.status)) {
            return invalid("a redirect that leads away from the route");
        }
        return {};
    }

    // Of what the browser gets, or of what a GET would give it (RFC 9110 §9.3.2). With it the web server notices a body
    // that breaks off (checklist P23).
    void add_length() {
        const auto lengths = list_members(upstream_.headers, "Content-Length");
        const bool is_meant = has_content(upstream_.status, "GET") && !content_refused_;
        if (!lengths.empty() && is_meant) result_.headers.add("Content-Length", lengths.front());
    }

    const OpenResponse& upstream_;
    const AskedUpstream& asked_;
    const Route& route_;
    const Url& public_url_;
    BrowserAnswer result_;
    bool content_refused_ = false;
};

}  // namespace

Result<BrowserAnswer> browser_answer(const OpenResponse& upstream, const AskedUpstream& asked, const Route& route,
                                     const Url& public_url) {
    if (auto status = check_status(upstream.status); !status) return failure(status.error());
    if (auto fields = check_fields(upstream.headers); !fields) return failure(fields.error());
    if (auto length = check_length(upstream.headers); !length) return failure(length.error());
    return Answer(upstream, asked, route, public_url).make();
}

}  // namespace vestibule
