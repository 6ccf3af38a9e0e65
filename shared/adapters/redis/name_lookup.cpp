#include "adapters/redis/name_lookup.h"

#include <netdb.h>
#include <sys/un.h>

#include <cstring>
#include <system_error>
#include <thread>

namespace vestibule {
namespace {

using Addresses = Result<std::vector<SocketAddress>>;

Addresses ask_system(const RedisEndpoint& endpoint, int flags) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &wanted, &found);
    if (error != 0) {
        return failure(ErrorCode::store_unavailable, "no address of " + endpoint.host + ": " + gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
    std::vector<SocketAddress> addresses;
    for (const addrinfo* one = found; one != nullptr && addresses.size() < 16; one = one->ai_next) {
        SocketAddress address;
        std::memcpy(&address.octets, one->ai_addr, one->ai_addrlen);
        address.length = one->ai_addrlen;
        addresses.push_back(address);
    }
    return addresses;
}

SocketAddress address_of_socket(const std::string& path) {
    SocketAddress address;
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    path.copy(local.sun_path, sizeof(local.sun_path) - 1);
    std::memcpy(&address.octets, &local, sizeof(local));
    address.length = sizeof(local);
    return address;
}

// An answer that is there already, and that nobody joins.
std::shared_future<Addresses> no_thread(const std::system_error& error) {
    std::promise<Addresses> answer;
    answer.set_value(
        failure(ErrorCode::store_unavailable, std::string("no thread to ask for an address: ") + error.what()));
    return answer.get_future().share();
}

}  // namespace

std::shared_future<NameLookup::Answer> NameLookup::begin_or_join(const RedisEndpoint& endpoint) {
    const std::lock_guard lock(mutex_);
    const auto running = running_.find(endpoint);
    if (running != running_.end() && running->second.wait_for(Seconds{0}) == std::future_status::timeout) {
        return running->second;
    }
    std::packaged_task<Answer()> ask([endpoint] { return ask_system(endpoint, AI_ADDRCONFIG); });
    const std::shared_future<Answer> answer = ask.get_future().share();
    try {
        std::thread(std::move(ask)).detach();  // holds nothing of ours
    } catch (const std::system_error& error) {
        return no_thread(error);
    }
    running_[endpoint] = answer;
    return answer;
}

Result<std::vector<SocketAddress>> NameLookup::addresses_of(const RedisEndpoint& endpoint, MonotonicTime deadline) {
    if (!endpoint.socket_path.empty()) return std::vector{address_of_socket(endpoint.socket_path)};
    if (auto written = ask_system(endpoint, AI_NUMERICHOST)) return written;  // asks nobody
    const std::shared_future<Answer> answer = begin_or_join(endpoint);
    if (answer.wait_until(deadline) != std::future_status::ready) {
        return failure(ErrorCode::store_unavailable, "no address of " + endpoint.host + " in time");
    }
    return answer.get();
}

}  // namespace vestibule
