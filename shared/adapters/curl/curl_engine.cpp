#include "adapters/curl/curl_engine.h"

#include <new>
#include <utility>
#include <vector>

namespace vestibule {
namespace {

constexpr std::size_t kMaxResting = 64;
constexpr std::chrono::seconds kMaxRest{60};
constexpr long kMaxConnections = 4;  // an engine talks to one upstream at a time; a few stay warm

}  // namespace

CurlEngine::CurlEngine() : multi_(curl_multi_init()), easy_(curl_easy_init()) {
    if (!multi_ || !easy_) throw std::bad_alloc();
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxConnections);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
}

CurlEngine::~CurlEngine() {
    detach();
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
}

void CurlEngine::attach() {
    curl_multi_add_handle(multi_, easy_);
    attached_ = true;
}

void CurlEngine::detach() {
    if (std::exchange(attached_, false)) curl_multi_remove_handle(multi_, easy_);
    curl_easy_reset(easy_);
}

std::unique_ptr<CurlEngine> CurlPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!resting_.empty()) {
            auto engine = std::move(resting_.back().engine);
            resting_.pop_back();
            return engine;
        }
    }
    return std::make_unique<CurlEngine>();
}

void CurlPool::give_back(std::unique_ptr<CurlEngine> engine) {
    std::vector<Resting> tired;  // closed outside of the lock
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    resting_.push_back({std::move(engine), now});
    while (resting_.size() > kMaxResting || now - resting_.front().since > kMaxRest) {
        tired.push_back(std::move(resting_.front()));
        resting_.pop_front();
    }
}

// A certificate that is renewed takes the old one's place, whose connections end with what is in flight.
std::shared_ptr<CurlPool> CurlPools::pool_for(const ClientCertificate* certificate) {
    if (certificate == nullptr) return anonymous_;
    const std::lock_guard lock(mutex_);
    if (thumbprint_ != certificate->thumbprint) {
        thumbprint_ = certificate->thumbprint;
        presenting_ = std::make_shared<CurlPool>();
    }
    return presenting_;
}

}  // namespace vestibule
