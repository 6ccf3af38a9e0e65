// An HTTP client that answers from a script, records what it was asked, and fails, stalls or breaks off on request.
//
//   ScriptedHttpClient http(&clock);
//   http.on("https://id.example/token", [&](const RecordedRequest& request) { return json_answer(200, "{…}"); });
//   http.answer("https://api.example/orders/", {.status = 200, .body = "[]"});
//   http.answer_next("https://api.example/orders/", failing_answer(ErrorCode::upstream_timeout));
//   cr_assert(eq(sz, http.count("https://api.example/orders/"), 1));
//
// URLs are matched without their query; a script that ends in '*' matches what begins like it. The longest match wins.
// What nobody scripted is upstream_unreachable.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "codec/form.h"
#include "http/client.h"

namespace vestibule {

// Pieces that are read one by one, and how it ends: properly, or with an error. `before_read` runs before every read:
// the place for a race or a step of the clock. `closed` hears whether the end was reached when nobody reads any more.
class ScriptedBody final : public BodySource {
public:
    explicit ScriptedBody(std::vector<std::string> pieces, std::optional<ErrorCode> broken_by = std::nullopt);
    ~ScriptedBody() override;
    Result<std::size_t> read(std::span<char> into) override;

    std::function<void()> before_read;
    std::function<void(bool reached_the_end)> closed;

private:
    std::vector<std::string> pieces_;
    std::optional<ErrorCode> broken_by_;
    std::size_t piece_ = 0;
    std::size_t offset_ = 0;
    bool ended_ = false;
};

struct ScriptedAnswer {
    int status = 200;
    HeaderFields headers = {};
    std::string body = {};
    std::optional<ErrorCode> error = {};             // fails with it instead of answering
    Milliseconds delay{0};                           // before the answer; past the request's limits: upstream_timeout
    std::size_t piece_octets = 4096;                 // open(): how much one read() gives at most
    std::optional<std::size_t> truncate_after = {};  // the body breaks off there with upstream_invalid
    std::shared_ptr<BodySource> stream = nullptr;    // instead of `body`
};

ScriptedAnswer json_answer(int status, std::string body);
ScriptedAnswer failing_answer(ErrorCode error);

// A request as it was sent; an upload was read to its end and stands in `body`.
struct RecordedRequest {
    std::string method;
    std::string url;
    HeaderFields headers;
    std::string body;
    HttpLimits limits;
    std::shared_ptr<const ClientCertificate> certificate;
    bool opened = false;  // by open(), not send()

    // The body as a form; a test that asks for one that is none fails by an exception.
    Form form() const;
    // The value of a header field or of a form parameter; "" where there is none.
    std::string header(std::string_view name) const;
    std::string parameter(std::string_view name) const;
};

// Thread-safe; scripts run outside the lock, so they may call the client themselves.
class ScriptedHttpClient final : public HttpClient {
public:
    using Script = std::function<ScriptedAnswer(const RecordedRequest&)>;

    // The clock that a `delay` moves.
    explicit ScriptedHttpClient(Clock* clock = nullptr) : clock_(clock) {}

    void on(std::string url, Script script);
    void answer(std::string url, ScriptedAnswer answer);       // always
    void answer_next(std::string url, ScriptedAnswer answer);  // once, before the script; several queue up
    void forget(std::string_view url);                         // unreachable again
    // Runs before every request is answered, after it was recorded: the place for a race.
    void before_every_answer(std::function<void(const RecordedRequest&)> hook);

    std::vector<RecordedRequest> requests() const;
    std::vector<RecordedRequest> requests_to(std::string_view url) const;
    std::size_t count(std::string_view url) const { return requests_to(url).size(); }
    // The last one. REQUIRES: there is one (std::logic_error).
    RecordedRequest last_to(std::string_view url) const;
    void forget_requests();

    Result<OutboundResponse> send(const OutboundRequest& request) override;
    Result<OpenResponse> open(const OutboundRequest& request) override;

private:
    Result<OpenResponse> exchange(const OutboundRequest& request, bool opened);
    Script script_for(std::string_view url);
    Result<void> wait(Milliseconds delay, const HttpLimits& limits);

    Clock* clock_;
    mutable std::mutex mutex_;
    std::map<std::string, Script, std::less<>> scripts_;
    std::map<std::string, std::deque<ScriptedAnswer>, std::less<>> next_;
    std::function<void(const RecordedRequest&)> hook_;
    std::vector<RecordedRequest> requests_;
};

}  // namespace vestibule
