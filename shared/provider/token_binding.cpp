#include "provider/token_binding.h"

namespace vestibule {

TokenBinding TokenBinding::of_login(const ProviderMetadata& provider, std::optional<Secret> key) {
    return TokenBinding(provider.uses_dpop ? std::move(key) : std::nullopt);
}

Result<std::optional<Possession>> TokenBinding::possession(DpopNonces& nonces) const {
    if (!key_) return std::nullopt;
    auto key = DpopKey::of(*key_);
    if (!key) return failure(key.error());
    return Possession{*std::move(key), nonces};
}

}  // namespace vestibule
