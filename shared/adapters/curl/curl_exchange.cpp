#include "adapters/curl/curl_exchange.h"

#include <algorithm>
#include <utility>

#include "adapters/curl/curl_error.h"
#include "base/secret.h"

namespace vestibule {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kBuffer = 64 * 1024;
constexpr Milliseconds kAskEvery{200};

}  // namespace

CurlExchange::CurlExchange(std::shared_ptr<CurlPool> pool, OutboundRequest request, FieldList fields,
                           const TlsTrust& trust)
    : pool_(std::move(pool)),
      request_(std::move(request)),
      fields_(std::move(fields)),
      header_(request_.limits.max_header_octets),
      engine_(pool_->take()),
      upload_left_(request_.upload ? request_.content_length.value_or(0) : 0),
      start_(steady_clock::now()),
      last_move_(start_) {
    CURL* easy = engine_->easy();
    configure(easy, request_, fields_, trust);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, message_.data());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlExchange::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &CurlExchange::on_upload);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    engine_->attach();
}

CurlExchange::~CurlExchange() {
    engine_->detach();
    pool_->give_back(std::move(engine_));
    wipe(request_.body);
    wipe(buffer_);
}

Result<void> CurlExchange::await_header() {
    while (!header_.complete()) {
        if (auto stepped = step(); !stepped) return stepped;
        if (done_ && !header_.complete()) return failure(ErrorCode::upstream_invalid, "no answer");
    }
    return {};
}

Result<std::size_t> CurlExchange::read(std::span<char> into) {
    if (into.empty()) return 0;
    last_move_ = steady_clock::now();  // the reader may have been away for long
    while (buffer_.empty()) {
        if (failure_) return failure(*failure_);
        if (done_) return 0;
        resume();
        if (!buffer_.empty()) break;
        if (auto stepped = step(); !stepped && buffer_.empty()) return failure(stepped.error());
    }
    const std::size_t size = std::min(into.size(), buffer_.size() - read_from_);
    buffer_.copy(into.data(), size, read_from_);
    read_from_ += size;
    if (read_from_ == buffer_.size()) {
        buffer_.clear();
        read_from_ = 0;
    }
    return size;
}

// Moves what can be moved; where nothing can, waits for a while.
Result<void> CurlExchange::step() {
    int running = 0;
    moved_ = false;
    resume_upload();
    curl_multi_perform(engine_->multi(), &running);
    collect_outcome();
    const Time now = steady_clock::now();
    if (upload_paused_ && !header_.status_seen()) last_move_ = now;  // the upstream waits for us, not we for it
    if (!failure_ && !done_) check_limits(now);
    if (failure_) return failure(*failure_);
    if (done_ || moved_) return {};
    const auto left = std::chrono::ceil<Milliseconds>(deadline() - now);
    const auto wait = std::clamp(left, Milliseconds{1}, kAskEvery);
    wait_for_either_side(wait);
    return {};
}

// The upstream, and the client whose upload is paused.
void CurlExchange::wait_for_either_side(Milliseconds at_most) {
    curl_waitfd client{upload_paused_ ? request_.upload->descriptor() : -1, CURL_WAIT_POLLIN, 0};
    const unsigned clients = client.fd >= 0 ? 1 : 0;
    curl_multi_poll(engine_->multi(), clients ? &client : nullptr, clients, static_cast<int>(at_most.count()), nullptr);
}

void CurlExchange::collect_outcome() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(engine_->multi(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        done_ = true;
        const CURLcode code = message->data.result;
        if (code != CURLE_OK) fail(error_of(code, message_.data(), header_.complete()));
    }
}

void CurlExchange::check_limits(Time now) {
    if (now >= deadline()) return fail({ErrorCode::upstream_timeout, "the upstream took too long", {}});
    if (!request_.cancellation || now - last_asked_ < kAskEvery) return;
    last_asked_ = now;
    if (request_.cancellation->cancelled()) fail({ErrorCode::bad_request, "cancelled: nobody waits any more", {}});
}

// Before the status line counts first_byte, and an upload that moves keeps it waiting; after it, idle.
CurlExchange::Time CurlExchange::deadline() const {
    const HttpLimits& limits = request_.limits;
    const Time next = last_move_ + (header_.status_seen() ? limits.idle : limits.first_byte);
    return limits.total.count() > 0 ? std::min(next, start_ + limits.total) : next;
}

// The first reason counts.
void CurlExchange::fail(Error error) {
    if (!failure_) failure_ = std::move(error);
}

void CurlExchange::resume() {
    if (!std::exchange(paused_, false)) return;
    curl_easy_pause(engine_->easy(), upload_paused_ ? CURLPAUSE_SEND : CURLPAUSE_CONT);
}

// After an early refusal libcurl sends no more (RFC 9112 §9.6), but takes a paused upload for an unfinished one.
void CurlExchange::resume_upload() {
    const bool refused = header_.complete() && header_.status() >= 300;
    if (!upload_paused_ || (!refused && !request_.upload->ready())) return;
    upload_paused_ = false;
    curl_easy_pause(engine_->easy(), paused_ ? CURLPAUSE_RECV : CURLPAUSE_CONT);
}

std::size_t CurlExchange::take_header(std::string_view line) {
    if (auto taken = header_.add_line(line); !taken) {
        fail(taken.error());
        return 0;
    }
    if (header_.status_seen()) last_move_ = steady_clock::now();
    moved_ = true;
    return line.size();
}

std::size_t CurlExchange::take_body(std::string_view octets) {
    if (buffer_.size() >= kBuffer) {
        paused_ = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    buffer_.append(octets);
    last_move_ = steady_clock::now();
    moved_ = true;
    return octets.size();
}

std::size_t CurlExchange::give_upload(std::span<char> into) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(upload_left_, into.size()));
    if (wanted == 0) return 0;
    if (!request_.upload->ready()) {  // never waits in here: nothing else would be looked at meanwhile
        upload_paused_ = true;
        return CURL_READFUNC_PAUSE;
    }
    const auto got = request_.upload->read(into.first(wanted));
    last_move_ = steady_clock::now();
    moved_ = true;
    if (!got || *got == 0) {
        fail(got ? Error{ErrorCode::bad_request, "the upload is shorter than said", {}} : got.error());
        return CURL_READFUNC_ABORT;
    }
    upload_left_ -= *got;
    return *got;
}

// libcurl is C: nothing may be thrown through it.
std::size_t CurlExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) try {
    return static_cast<CurlExchange*>(self)->take_header({data, size * count});
} catch (...) {
    return 0;
}

std::size_t CurlExchange::on_body(char* data, std::size_t size, std::size_t count, void* self) try {
    return static_cast<CurlExchange*>(self)->take_body({data, size * count});
} catch (...) {
    return CURL_WRITEFUNC_ERROR;
}

std::size_t CurlExchange::on_upload(char* data, std::size_t size, std::size_t count, void* self) try {
    return static_cast<CurlExchange*>(self)->give_upload({data, size * count});
} catch (...) {
    return CURL_READFUNC_ABORT;
}

}  // namespace vestibule
