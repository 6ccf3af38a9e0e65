// One kind of document the provider publishes: from memory, else the store, else the provider (checklist D07–D13).
//
// However many processes ask, the provider is asked seldom: a fetch is announced in the store first, a provider that
// fails is left alone for a while, and where the store is down each process keeps to the same limits by itself.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "provider/deadline.h"
#include "provider/provider_context.h"
#include "provider/published_document.h"

namespace vestibule {

struct DocumentKind {
    std::string_view purpose;        // its name in the store and in the seal: "provider/metadata"
    std::string_view fetched_event;  // for the log
    std::size_t max_octets;
    // Whether it may be used. Asked of every copy, wherever it comes from, before anything else is done with it.
    std::function<Result<void>(const Json&)> check;
};

// Thread-safe.
class DocumentCache {
public:
    DocumentCache(DocumentKind kind, const ProviderContext& context) : kind_(std::move(kind)), context_(context) {}

    // A fresh copy, or the last good one where the provider cannot be asked. provider_unavailable: neither.
    Result<DocumentPointer> get(const std::string& url, const Deadline& deadline);

    // `seen` lacks something that a newer copy may have. A copy with other content, or with the same content but just
    // fetched; `seen` itself where it was fetched moments ago by whomever (D11). provider_unavailable: the fetch
    // failed.
    Result<DocumentPointer> renew(const DocumentPointer& seen, const Deadline& deadline);

private:
    class Turn;  // to fetch: one thread of a process at a time
    enum class Purpose { load, reload, renewal };
    enum class Announced {
        ours,            // to fetch
        somebody_elses,  // another process said so before
        too_soon,        // this process said so before
    };

    DocumentPointer remembered(const std::string& url) const;
    DocumentPointer known(const std::string& url);
    DocumentPointer from_store(const std::string& url);
    DocumentPointer other_copy(const DocumentPointer& seen);
    DocumentPointer wait_for_other_copy(const DocumentPointer& seen, const Deadline& deadline);
    Result<DocumentPointer> fetch(const std::string& url, const Deadline& deadline);
    Result<PublishedDocument> ask_provider(const std::string& url, const Deadline& deadline);
    Announced announce(Purpose purpose, const std::string& url);
    bool backing_off() const;
    bool somebody_fetches() const;
    void remember(DocumentPointer document);
    void save(const PublishedDocument& document);
    void note_failure(const Error& error);
    Error unavailable() const;

    const DocumentKind kind_;
    const ProviderContext context_;
    mutable std::mutex mutex_;  // of everything below; never held while waiting for anybody
    DocumentPointer memory_;
    bool somebody_fetches_ = false;
    int failures_ = 0;  // in a row
    std::string last_failure_;
    MonotonicTime retry_at_{};                 // after a failure
    std::array<MonotonicTime, 3> again_at_{};  // for each Purpose
};

}  // namespace vestibule
