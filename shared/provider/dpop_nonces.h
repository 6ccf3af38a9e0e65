// The newest nonce of every server that wants one in our DPoP proofs (RFC 9449 §8.2; checklist A15).
//
// A nonce belongs to a server and to nobody's session: that is all that is shared here. It is kept in memory, and in
// the store for processes that live for one request only; there it is written when a server has refused what was
// shown, else at most every ten seconds, and read once in a process's life.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "provider/provider_context.h"

namespace vestibule {

// One host can be both, with nonces of two kinds: UserInfo is a resource of the provider's.
enum class DpopServer { authorization, resource };

enum class NonceOccasion {
    refusal,  // the server did not take the nonce that was shown, or there was none
    answer,   // any other
};

// Thread-safe.
class DpopNonces {
public:
    explicit DpopNonces(const ProviderContext& context) : context_(context) {}

    // What the server behind `url` gave out last.
    std::optional<std::string> newest(DpopServer role, std::string_view url);
    // Keeps what an answer of it brings. False where it brings none.
    bool learn(DpopServer role, std::string_view url, const HeaderFields& answer, NonceOccasion occasion);

private:
    struct Known {
        std::optional<std::string> nonce;  // nothing: the store had none either
        std::optional<WallTime> stored_at;
    };

    Known from_store(const std::string& server);
    void save(const std::string& server, const std::string& nonce);
    void keep(const std::string& server, Known known);  // REQUIRES: mutex_ is held

    const ProviderContext context_;
    std::mutex mutex_;
    std::map<std::string, Known, std::less<>> known_;  // by role and origin; at most kMostServers
};

}  // namespace vestibule
