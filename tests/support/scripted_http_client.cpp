#include "tests/support/scripted_http_client.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace vestibule {
namespace {

std::string_view without_query(std::string_view url) { return url.substr(0, url.find('?')); }

bool matches(std::string_view script, std::string_view url) {
    if (script.ends_with('*')) return url.starts_with(script.substr(0, script.size() - 1));
    return without_query(url) == without_query(script);
}

// The longest key that matches.
template <class Map>
typename Map::iterator best_match(Map& map, std::string_view url) {
    auto best = map.end();
    for (auto it = map.begin(); it != map.end(); ++it) {
        if (matches(it->first, url) && (best == map.end() || it->first.size() > best->first.size())) best = it;
    }
    return best;
}

std::vector<std::string> cut(std::string_view text, std::size_t size) {
    std::vector<std::string> pieces;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) pieces.emplace_back(text.substr(0, size));
    return pieces;
}

std::shared_ptr<BodySource> body_of(const ScriptedAnswer& answer) {
    if (answer.stream) return answer.stream;
    const std::size_t piece = std::max<std::size_t>(answer.piece_octets, 1);
    if (!answer.truncate_after) return std::make_shared<ScriptedBody>(cut(answer.body, piece));
    const auto start = std::string_view(answer.body).substr(0, *answer.truncate_after);
    return std::make_shared<ScriptedBody>(cut(start, piece), ErrorCode::upstream_invalid);
}

Result<std::string> read_all(BodySource& source, std::size_t at_most) {
    std::string result;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto count = source.read(buffer);
        if (!count) return failure(count.error());
        if (*count == 0) return result;
        result.append(buffer.data(), *count);
        if (result.size() > at_most) return failure(ErrorCode::upstream_invalid, "the body is over the limit");
    }
}

std::size_t octets_of(const HeaderFields& headers) {
    std::size_t sum = 0;
    for (const HeaderField& field : headers) sum += field.name.size() + field.value.size() + 4;
    return sum;
}

Result<RecordedRequest> recorded(const OutboundRequest& request, bool opened) {
    RecordedRequest result{request.method, request.url,         request.headers, request.body,
                           request.limits, request.certificate, opened};
    if (!request.upload || !request.content_length) return result;
    auto body = read_all(*request.upload, static_cast<std::size_t>(*request.content_length));
    if (!body) return failure(body.error());
    result.body = std::move(*body);
    return result;
}

}  // namespace

ScriptedBody::ScriptedBody(std::vector<std::string> pieces, std::optional<ErrorCode> broken_by)
    : pieces_(std::move(pieces)), broken_by_(broken_by) {}

ScriptedBody::~ScriptedBody() {
    if (closed) closed(ended_);
}

Result<std::size_t> ScriptedBody::read(std::span<char> into) {
    if (before_read) before_read();
    while (piece_ < pieces_.size() && offset_ == pieces_[piece_].size()) {
        ++piece_;
        offset_ = 0;
    }
    if (piece_ == pieces_.size()) {
        if (broken_by_) return failure(*broken_by_, "the scripted body breaks off here");
        ended_ = true;
        return 0;
    }
    const std::size_t count = std::min(into.size(), pieces_[piece_].size() - offset_);
    std::copy_n(pieces_[piece_].data() + offset_, count, into.data());
    offset_ += count;
    return count;
}

ScriptedAnswer json_answer(int status, std::string body) {
    return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

ScriptedAnswer failing_answer(ErrorCode error) { return {.error = error}; }

Form RecordedRequest::form() const { return Form::parse(body).value(); }

std::string RecordedRequest::header(std::string_view name) const {
    return std::string(headers.find(name).value_or(std::string_view{}));
}

std::string RecordedRequest::parameter(std::string_view name) const {
    return form().single(name).value().value_or(std::string{});
}

void ScriptedHttpClient::on(std::string url, Script script) {
    const std::lock_guard lock(mutex_);
    scripts_[std::move(url)] = std::move(script);
}

void ScriptedHttpClient::answer(std::string url, ScriptedAnswer answer) {
    on(std::move(url), [answer = std::move(answer)](const RecordedRequest&) { return answer; });
}

void ScriptedHttpClient::answer_next(std::string url, ScriptedAnswer answer) {
    const std::lock_guard lock(mutex_);
    next_[std::move(url)].push_back(std::move(answer));
}

void ScriptedHttpClient::forget(std::string_view url) {
    const std::lock_guard lock(mutex_);
    if (const auto it = scripts_.find(url); it != scripts_.end()) scripts_.erase(it);
    if (const auto it = next_.find(url); it != next_.end()) next_.erase(it);
}

void ScriptedHttpClient::before_every_answer(std::function<void(const RecordedRequest&)> hook) {
    const std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
}

std::vector<RecordedRequest> ScriptedHttpClient::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::vector<RecordedRequest> ScriptedHttpClient::requests_to(std::string_view url) const {
    std::vector<RecordedRequest> result;
    for (RecordedRequest& request : requests()) {
        if (matches(url, request.url)) result.push_back(std::move(request));
    }
    return result;
}

RecordedRequest ScriptedHttpClient::last_to(std::string_view url) const {
    auto all = requests_to(url);
    if (all.empty()) throw std::logic_error("nobody asked " + std::string(url));
    return all.back();
}

void ScriptedHttpClient::forget_requests() {
    const std::lock_guard lock(mutex_);
    requests_.clear();
}

Result<OutboundResponse> ScriptedHttpClient::send(const OutboundRequest& request) {
    auto open = exchange(request, false);
    if (!open) return failure(open.error());
    auto body = read_all(*open->body, request.limits.max_body_octets);
    if (!body) return failure(body.error());
    return OutboundResponse{open->status, std::move(open->headers), std::move(*body)};
}

Result<OpenResponse> ScriptedHttpClient::open(const OutboundRequest& request) { return exchange(request, true); }

Result<OpenResponse> ScriptedHttpClient::exchange(const OutboundRequest& request, bool opened) {
    auto record = recorded(request, opened);
    if (!record) return failure(record.error());
    std::function<void(const RecordedRequest&)> hook;
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(*record);
        hook = hook_;
    }
    if (hook) hook(*record);
    if (request.cancellation && request.cancellation->cancelled())
        return failure(ErrorCode::upstream_unreachable, "cancelled");
    const Script script = script_for(request.url);
    if (!script) return failure(ErrorCode::upstream_unreachable, "nothing is scripted for " + request.url);
    const ScriptedAnswer answer = script(*record);
    if (auto waited = wait(answer.delay, request.limits); !waited) return failure(waited.error());
    if (answer.error) return failure(*answer.error, "scripted");
    if (octets_of(answer.headers) > request.limits.max_header_octets)
        return failure(ErrorCode::upstream_invalid, "the header is over the limit");
    return OpenResponse{answer.status, answer.headers, body_of(answer)};
}

ScriptedHttpClient::Script ScriptedHttpClient::script_for(std::string_view url) {
    const std::lock_guard lock(mutex_);
    if (const auto it = best_match(next_, url); it != next_.end()) {
        ScriptedAnswer answer = std::move(it->second.front());
        it->second.pop_front();
        if (it->second.empty()) next_.erase(it);
        return [answer = std::move(answer)](const RecordedRequest&) { return answer; };
    }
    const auto it = best_match(scripts_, url);
    return it == scripts_.end() ? Script{} : it->second;
}

// Waits as long as a real client would.
Result<void> ScriptedHttpClient::wait(Milliseconds delay, const HttpLimits& limits) {
    Milliseconds patience = limits.first_byte;
    if (limits.total.count() > 0) patience = std::min(patience, limits.total);
    if (clock_) clock_->sleep(std::min(delay, patience));
    if (delay > patience) return failure(ErrorCode::upstream_timeout, "the scripted answer comes too late");
    return {};
}

}  // namespace vestibule
