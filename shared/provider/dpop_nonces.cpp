#include "provider/dpop_nonces.h"

#include "codec/base64url.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "http/url.h"
#include "oauth/dpop_nonce.h"

namespace vestibule {
namespace {

constexpr std::string_view kPurpose = "dpop/nonce";
constexpr std::size_t kMostServers = 256;
constexpr Seconds kStoredAgainAfter{10};

std::string server_of(DpopServer role, std::string_view url) {
    const auto parts = parse_url(url);
    return std::string(role == DpopServer::authorization ? "as " : "rs ") + (parts ? parts->origin() : "");
}

// A name of bounded length that differs for every server.
std::string name_of(const std::string& server) {
    return std::string(kPurpose) + "/" + hex_encode(sha256(server)).substr(0, 32);
}

}  // namespace

std::optional<std::string> DpopNonces::newest(DpopServer role, std::string_view url) {
    const std::string server = server_of(role, url);
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = known_.find(server); found != known_.end()) return found->second.nonce;
    }
    Known stored = from_store(server);
    const std::lock_guard lock(mutex_);
    // Somebody may have learnt a newer one while we read.
    if (const auto found = known_.find(server); found != known_.end()) return found->second.nonce;
    keep(server, stored);
    return stored.nonce;
}

bool DpopNonces::learn(DpopServer role, std::string_view url, const HeaderFields& answer, NonceOccasion occasion) {
    auto nonce = dpop_nonce(answer);
    if (!nonce) return false;
    const std::string server = server_of(role, url);
    const WallTime now = context_.clock.now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = known_.find(server);
        const Known before = found == known_.end() ? Known{} : found->second;
        if (before.nonce == nonce) return true;
        const bool write = occasion == NonceOccasion::refusal || !before.stored_at ||
                           now >= *before.stored_at + kStoredAgainAfter || now < *before.stored_at;
        keep(server, {nonce, write ? now : before.stored_at});
        if (!write) return true;
    }
    save(server, *nonce);
    return true;
}

void DpopNonces::keep(const std::string& server, Known known) {
    if (known_.size() >= kMostServers && !known_.contains(server)) known_.erase(known_.begin());
    known_[server] = std::move(known);
}

// Without the store one request more is needed, and nothing is lost.
DpopNonces::Known DpopNonces::from_store(const std::string& server) {
    const auto cached = context_.store.cached(name_of(server));
    if (!cached || !*cached) return {};
    const auto nonce = open_sealed(context_.keys, {kPurpose, server}, (*cached)->sealed);
    if (!nonce) return {};
    return {nonce->reveal(), (*cached)->stored_at};
}

void DpopNonces::save(const std::string& server, const std::string& nonce) {
    const std::string sealed = seal(context_.keys, context_.random, {kPurpose, server}, Secret(nonce));
    if (auto saved = context_.store.cache(name_of(server), {sealed, context_.clock.now()}); !saved)
        context_.log.warning("dpop.nonce_not_cached", {{"reason", saved.error().detail}});
}

}  // namespace vestibule
