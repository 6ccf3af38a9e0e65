#include "provider/document_cache.h"

#include <algorithm>
#include <utility>

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "oauth/json_body.h"
#include "provider/freshness.h"

namespace vestibule {
namespace {

struct Pace {
    std::string_view name;
    Seconds once_per;  // counted over all processes
};
// In the order of DocumentCache::Purpose.
constexpr std::array<Pace, 3> kPaces{{
    {"load", Seconds{2}},      // while there is no copy at all
    {"reload", Seconds{30}},   // while there is a stale one
    {"renewal", Seconds{10}},  // because of an unknown key (checklist D11)
}};
constexpr Seconds kShortestBackoff{2};
constexpr Seconds kLongestBackoff{30};
constexpr Milliseconds kReloadPatience{3'000};  // nobody waits long for what a stale copy answers, too
constexpr Milliseconds kRenewPatience{1'000};   // for somebody else's fetch
constexpr Milliseconds kPoll{100};

// A name of bounded length that differs for every URL.
std::string name_of(std::string_view what, const std::string& url) {
    return std::string(what) + "/" + hex_encode(sha256(url)).substr(0, 32);
}

}  // namespace

// Taken by one thread at a time; taken() says whether this one has it.
class DocumentCache::Turn {
public:
    explicit Turn(DocumentCache& cache) : cache_(cache) {
        const std::lock_guard lock(cache_.mutex_);
        taken_ = !std::exchange(cache_.somebody_fetches_, true);
    }
    ~Turn() {
        if (!taken_) return;
        const std::lock_guard lock(cache_.mutex_);
        cache_.somebody_fetches_ = false;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool taken() const { return taken_; }

private:
    DocumentCache& cache_;
    bool taken_ = false;
};

Result<DocumentPointer> DocumentCache::get(const std::string& url, const Deadline& deadline) {
    for (;;) {
        const DocumentPointer copy = known(url);
        const WallTime now = context_.clock.now();
        if (copy && copy->is_fresh(now)) return copy;
        const bool usable = copy && copy->is_usable(now);
        if (backing_off()) return usable ? Result<DocumentPointer>(copy) : failure(unavailable());
        {
            const Turn turn(*this);
            if (turn.taken() && announce(usable ? Purpose::reload : Purpose::load, url) == Announced::ours) {
                auto fetched = fetch(url, usable ? deadline.within(kReloadPatience) : deadline);
                return !fetched && usable ? Result<DocumentPointer>(copy) : fetched;
            }
        }
        // Somebody else is asking. Who has a copy uses it, who has none waits for theirs.
        if (usable) return copy;
        if (deadline.left() <= kPoll) return failure(unavailable());
        context_.clock.sleep(kPoll);
    }
}

Result<DocumentPointer> DocumentCache::renew(const DocumentPointer& seen, const Deadline& deadline) {
    if (auto other = other_copy(seen)) return other;
    const Turn turn(*this);
    if (!turn.taken()) {
        auto other = wait_for_other_copy(seen, deadline);
        return other ? other : seen;
    }
    // Somebody may have finished between the first look and our turn.
    if (auto other = other_copy(seen)) return other;
    switch (announce(Purpose::renewal, seen->url)) {
        case Announced::ours: return fetch(seen->url, deadline);
        case Announced::too_soon: return seen;
        case Announced::somebody_elses: break;
    }
    auto other = wait_for_other_copy(seen, deadline.within(kRenewPatience));
    return other ? other : seen;
}

// --- copies ---

DocumentPointer DocumentCache::remembered(const std::string& url) const {
    const std::lock_guard lock(mutex_);
    return memory_ && memory_->url == url ? memory_ : nullptr;
}

// The copy in memory while it is fresh, else whichever is newer of that and the store's.
DocumentPointer DocumentCache::known(const std::string& url) {
    DocumentPointer copy = remembered(url);
    if (copy && copy->is_fresh(context_.clock.now())) return copy;
    DocumentPointer stored = from_store(url);
    if (!stored || (copy && stored->fetched_at <= copy->fetched_at)) return copy;
    remember(stored);
    return stored;
}

DocumentPointer DocumentCache::from_store(const std::string& url) {
    const auto cached = context_.store.cached(name_of(kind_.purpose, url));
    if (!cached || !*cached) return nullptr;
    auto document = open_document((*cached)->sealed, kind_.purpose, url, context_.keys);
    if (!document || !kind_.check(document->content)) return nullptr;
    return std::make_shared<const PublishedDocument>(std::move(*document));
}

// What another thread or process fetched since. Times are whole seconds, so the content tells.
DocumentPointer DocumentCache::other_copy(const DocumentPointer& seen) {
    const auto is_other = [&](const DocumentPointer& copy) {
        return copy && copy->fetched_at >= seen->fetched_at && copy->content != seen->content;
    };
    if (auto copy = remembered(seen->url); is_other(copy)) return copy;
    auto stored = from_store(seen->url);
    if (!is_other(stored)) return nullptr;
    remember(stored);
    return stored;
}

DocumentPointer DocumentCache::wait_for_other_copy(const DocumentPointer& seen, const Deadline& deadline) {
    while (deadline.left() > kPoll) {
        context_.clock.sleep(kPoll);
        const bool finished = !somebody_fetches();
        if (auto other = other_copy(seen)) return other;
        if (finished) break;
    }
    return nullptr;
}

void DocumentCache::remember(DocumentPointer document) {
    const std::lock_guard lock(mutex_);
    memory_ = std::move(document);
}

void DocumentCache::save(const PublishedDocument& document) {
    auto sealed = seal_document(document, kind_.purpose, context_.keys, context_.random);
    if (!sealed) return;
    const CachedDocument cached{std::move(*sealed), document.fetched_at};
    if (auto saved = context_.store.cache(name_of(kind_.purpose, document.url), cached); !saved)
        context_.log.warning("provider.not_cached", {{"document", std::string(kind_.purpose)}});
}

// --- fetching ---

Result<DocumentPointer> DocumentCache::fetch(const std::string& url, const Deadline& deadline) {
    auto fetched = ask_provider(url, deadline);
    if (!fetched) {
        note_failure(fetched.error());
        return failure(unavailable());
    }
    context_.log.info(kind_.fetched_event, {{"issuer", context_.config.provider.issuer},
                                            {"fresh_for", std::int64_t{fetched->fresh_for.count()}}});
    save(*fetched);
    auto document = std::make_shared<const PublishedDocument>(std::move(*fetched));
    const std::lock_guard lock(mutex_);
    memory_ = document;
    failures_ = 0;
    return document;
}

Result<PublishedDocument> DocumentCache::ask_provider(const std::string& url, const Deadline& deadline) {
    if (deadline.over()) return failure(ErrorCode::upstream_timeout, "no time left");
    OutboundRequest request;
    request.url = url;
    request.headers = {{"Accept", "application/json"}};
    request.limits = deadline.limits(kind_.max_octets);
    const auto response = context_.http.send(request);
    if (!response) return failure(response.error());
    // "A successful response MUST use the 200 OK HTTP status code" (Discovery §4.2): no redirect is one (D07).
    if (response->status != 200)
        return failure(ErrorCode::upstream_invalid, "status " + std::to_string(response->status));
    auto content = json_object(response->headers, response->body);
    if (!content) return failure(content.error());
    if (auto checked = kind_.check(*content); !checked) return failure(checked.error());
    return PublishedDocument{url, std::move(*content), context_.clock.now(), freshness(response->headers)};
}

// Where the store is down, this process keeps the pace by itself: a limit that fails open is none.
DocumentCache::Announced DocumentCache::announce(Purpose purpose, const std::string& url) {
    const auto index = static_cast<std::size_t>(purpose);
    const Pace& pace = kPaces.at(index);
    {
        const std::lock_guard lock(mutex_);
        const MonotonicTime now = context_.clock.monotonic_now();
        if (now < again_at_.at(index)) return Announced::too_soon;
        again_at_.at(index) = now + pace.once_per;
    }
    const WallTime now = context_.clock.now();
    const std::string id = name_of(std::string(kind_.purpose) + "/" + std::string(pace.name), url);
    const auto first = context_.store.consume_once(OnceKind::throttle, id, now + pace.once_per, now);
    return first.value_or(true) ? Announced::ours : Announced::somebody_elses;
}

bool DocumentCache::somebody_fetches() const {
    const std::lock_guard lock(mutex_);
    return somebody_fetches_;
}

// --- a provider that fails ---

bool DocumentCache::backing_off() const {
    const std::lock_guard lock(mutex_);
    return context_.clock.monotonic_now() < retry_at_;
}

void DocumentCache::note_failure(const Error& error) {
    context_.log.warning("provider.unreachable", {{"document", std::string(kind_.purpose)},
                                                  {"code", std::string(facts(error.code).name)},
                                                  {"reason", error.detail}});
    const std::lock_guard lock(mutex_);
    last_failure_ = error.detail;
    failures_ = std::min(failures_ + 1, 6);
    retry_at_ = context_.clock.monotonic_now() + std::min(Seconds{1 << failures_}, kLongestBackoff);
}

Error DocumentCache::unavailable() const {
    const std::lock_guard lock(mutex_);
    const auto pause = std::chrono::ceil<Seconds>(retry_at_ - context_.clock.monotonic_now());
    return {ErrorCode::provider_unavailable, std::string(kind_.purpose) + " cannot be fetched: " + last_failure_,
            std::max(pause, kShortestBackoff)};
}

}  // namespace vestibule
