// A JSON document that the provider published, as it was fetched, and how it is kept in the store.
//
// In the store it is sealed with the key ring: who can write the store cannot plant a signing key, nor make an old
// document look new (DESIGN §2 "Stores").
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "codec/json.h"
#include "crypto/key_ring.h"

namespace vestibule {

struct PublishedDocument {
    std::string url;
    Json content;  // an object
    WallTime fetched_at{};
    Seconds fresh_for{};

    bool is_fresh(WallTime now) const { return fetched_at <= now && now < fetched_at + fresh_for; }
    // The last good copy serves a while longer where the provider cannot be asked (stale-if-error; checklist D09, D13).
    bool is_usable(WallTime now) const;
};

using DocumentPointer = std::shared_ptr<const PublishedDocument>;

// `purpose` as in crypto/seal.h. Nothing where the document is too large to seal.
std::optional<std::string> seal_document(const PublishedDocument& document, std::string_view purpose,
                                         const KeyRing& keys, Random& random);
// Nothing where anything is wrong with it, or it is of another purpose or URL.
std::optional<PublishedDocument> open_document(std::string_view sealed, std::string_view purpose,
                                               const std::string& url, const KeyRing& keys);

}  // namespace vestibule
