#include "adapters/fastcgi/fastcgi_server.h"

#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <system_error>
#include <vector>

#include "adapters/fastcgi/connections.h"
#include "adapters/fastcgi/fastcgi_transport.h"
#include "adapters/system/sanitizers.h"

namespace vestibule {
namespace {

constexpr std::size_t kStack = kSanitized ? 2 * 1024 * 1024 : 256 * 1024;

// What throws here is memory that ran out: the transport breaks the connection off, the thread goes on.
void serve_connection(int connection, const Service& service, Connections& connections) try {
    FastcgiTransport transport(connection, service.client_timeout);
    if (!transport.accepted()) return;
    const Delivery delivery = serve_exchange(service, transport.variables(), transport);
    using enum FastcgiTransport::AfterIt;
    const int kept = transport.finish(delivery, connections.stopped() ? close : may_keep);
    if (kept >= 0) connections.park(kept);
} catch (const std::exception&) {
}

// Threads with small stacks, which std::thread cannot have. One waits for work as long as there may be more of them:
// who takes the last waiting one's place starts the next.
class Workers {
public:
    Workers(const Service& service, Connections& connections, int at_most)
        : service_(service), connections_(connections), at_most_(at_most), finished_(eventfd(0, EFD_CLOEXEC)) {
        if (const int error = start(); error != 0)
            throw std::system_error(error, std::generic_category(), "cannot start a thread");
    }

    // Becomes readable when the last one has left.
    int finished() const { return finished_; }

    void join() {
        for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
        close(finished_);
    }

private:
    int start() {
        const std::lock_guard lock(mutex_);
        if (threads_.size() >= static_cast<std::size_t>(at_most_)) return 0;
        threads_.reserve(threads_.size() + 1);
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, kStack);
        pthread_t thread{};
        ++running_;
        ++waiting_;
        const int error = pthread_create(&thread, &attributes, &Workers::run, this);
        pthread_attr_destroy(&attributes);
        if (error == 0) {
            threads_.push_back(thread);
        } else {
            --running_;
            --waiting_;
        }
        return error;
    }

    // Fewer threads than allowed still serve.
    void start_another() {
        if (const int error = start(); error != 0 && !complained_.exchange(true))
            service_.log.warning("threads.short", {{"error", error}});
    }

    static void* run(void* self) {
        static_cast<Workers*>(self)->work();
        return nullptr;
    }

    void work() {
        for (int connection = connections_.next(); connection >= 0; connection = connections_.next()) {
            if (--waiting_ == 0) start_another();
            serve_connection(connection, service_, connections_);
            ++waiting_;
        }
        if (--running_ == 0) eventfd_write(finished_, 1);
    }

    const Service& service_;
    Connections& connections_;
    const int at_most_;
    const int finished_;
    std::atomic<int> running_{0};
    std::atomic<int> waiting_{0};
    std::atomic<bool> complained_{false};
    std::mutex mutex_;
    std::vector<pthread_t> threads_;
};

// The stop signals, as something to wait for; blocked in every thread that starts after this.
int stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGUSR1, SIGINT}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

void take_signal(int signals) {
    signalfd_siginfo info{};
    while (read(signals, &info, sizeof info) < 0 && errno == EINTR) {
    }
}

enum class Event { first, second, neither };

Event wait_for(int first, int second, int milliseconds) {
    pollfd wanted[] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
    int ready = -1;
    do ready = poll(wanted, 2, milliseconds);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0) return Event::neither;
    return wanted[0].revents != 0 ? Event::first : Event::second;
}

// A thread holds its connection and one to the upstream; some more rest. Nothing here selects on a descriptor, so they
// may be numbered FD_SETSIZE and above.
void make_room_for_descriptors(int threads) {
    constexpr rlim_t kPerThread = 4, kBesides = 512;
    const rlim_t wanted = static_cast<rlim_t>(threads) * kPerThread + kBesides;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int serve_fastcgi(const Service& service, ListeningSocket socket, const FastcgiOptions& options) {
    FCGX_Init();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk, and not our end
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 2);  // an arena a thread would cost more memory than it saves time
#endif
    make_room_for_descriptors(options.threads);
    const int signals = stop_signals();
    const char* peers = std::getenv("FCGI_WEB_SERVER_ADDRS");
    Connections connections(socket.descriptor(), peers ? peers : "");
    Workers workers(service, connections, options.threads);
    service.log.info("serving", {{"address", socket.address()}, {"threads", options.threads}});

    wait_for(signals, -1, -1);
    take_signal(signals);
    service.log.info("stopping");
    connections.stop();
    socket.close();
    if (wait_for(workers.finished(), signals, static_cast<int>(options.stop_limit.count())) != Event::first) {
        service.log.error("stopped.hard");
        _exit(1);  // threads still run: nothing may be torn down under them
    }
    workers.join();
    close(signals);
    service.log.info("stopped");
    return 0;
}

}  // namespace vestibule
