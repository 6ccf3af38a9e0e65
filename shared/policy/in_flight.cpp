#include "policy/in_flight.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace vestibule {

InFlight::Slot::~Slot() {
    if (of_) of_->give_back(caller_);
}

std::optional<InFlight::Slot> InFlight::take(std::string caller) {
    const std::lock_guard lock(mutex_);
    int& count = under_way_[caller];
    if (count >= at_most_) return std::nullopt;
    ++count;
    return Slot(*this, std::move(caller));
}

void InFlight::give_back(const std::string& caller) {
    const std::lock_guard lock(mutex_);
    const auto found = under_way_.find(caller);
    if (found != under_way_.end() && --found->second == 0) under_way_.erase(found);
}

std::string caller_at_address(std::string_view remote_address) {
    constexpr std::size_t kNetwork = 8;
    const std::string text(remote_address);
    in6_addr address{};
    if (inet_pton(AF_INET6, text.c_str(), &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address)) return "address " + text;
    return "network " + std::string(reinterpret_cast<const char*>(address.s6_addr), kNetwork);
}

}  // namespace vestibule
