// What the provider says about itself (OpenID Connect Discovery; checklist D02–D09, D15, D17).
#pragma once

#include "oauth/provider_metadata.h"
#include "provider/document_cache.h"

namespace vestibule {

// Thread-safe.
class MetadataCache {
public:
    explicit MetadataCache(const ProviderContext& context);
    // All of one version: endpoints of two versions never mix.
    Result<ProviderMetadata> get(const Deadline& deadline);

private:
    const Config& config_;
    DocumentCache documents_;
};

}  // namespace vestibule
