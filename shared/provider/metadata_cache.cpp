#include "provider/metadata_cache.h"

namespace vestibule {
namespace {

constexpr std::size_t kLargestMetadata = 256 * 1024;

DocumentKind metadata_kind(const Config& config) {
    return {"provider/metadata", "provider.metadata_fetched", kLargestMetadata,
            [&config](const Json& document) -> Result<void> {
                auto metadata = parse_provider_metadata(document, config);
                if (!metadata) return failure(std::move(metadata.error()));
                return {};
            }};
}

}  // namespace

MetadataCache::MetadataCache(const ProviderContext& context)
    : config_(context.config), documents_(metadata_kind(context.config), context) {}

Result<ProviderMetadata> MetadataCache::get(const Deadline& deadline) {
    const auto document = documents_.get(discovery_url(config_.provider.issuer), deadline);
    if (!document) return failure(document.error());
    return parse_provider_metadata((*document)->content, config_);
}

}  // namespace vestibule
