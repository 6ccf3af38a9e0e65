// libcurl's handles with their connections, and the pool they rest in between two exchanges.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "http/client.h"

namespace vestibule {

// An easy handle and the multi handle that keeps its connections open. One thread at a time.
class CurlEngine {
public:
    CurlEngine();  // throws std::bad_alloc
    ~CurlEngine();
    CurlEngine(const CurlEngine&) = delete;
    CurlEngine& operator=(const CurlEngine&) = delete;

    CURL* easy() const { return easy_; }
    CURLM* multi() const { return multi_; }
    // The transfer begins, and ends: an unfinished one closes its connection. Options are back at their defaults then.
    void attach();
    void detach();

private:
    CURLM* multi_;
    CURL* easy_;
    bool attached_ = false;
};

// Last in, first out: a warm connection is used before a cold one. Thread-safe.
class CurlPool {
public:
    std::unique_ptr<CurlEngine> take();
    void give_back(std::unique_ptr<CurlEngine> engine);

private:
    struct Resting {
        std::unique_ptr<CurlEngine> engine;
        std::chrono::steady_clock::time_point since;
    };
    std::mutex mutex_;
    std::deque<Resting> resting_;
};

// A pool for each client certificate and one for none, so that no connection made for one is used for another.
// Thread-safe.
class CurlPools {
public:
    CurlPools() = default;

    std::shared_ptr<CurlPool> pool_for(const ClientCertificate* certificate);

private:
    const std::shared_ptr<CurlPool> anonymous_ = std::make_shared<CurlPool>();
    std::mutex mutex_;
    std::string thumbprint_;  // of the certificate presented last
    std::shared_ptr<CurlPool> presenting_ = std::make_shared<CurlPool>();
};

}  // namespace vestibule
