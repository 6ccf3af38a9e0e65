#include "adapters/fastcgi/listening_socket.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace vestibule {
namespace {

constexpr int kBacklog = 1024;

tl::unexpected<Error> cannot(std::string_view what, std::string_view address) {
    return failure(ErrorCode::internal,
                   std::string(what) + " " + std::string(address) + ": " + std::strerror(errno));  // NOLINT: start-up
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// --- Unix ---

bool somebody_listens(const sockaddr_un& address) {
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = connect(probe, generic(address), sizeof address) == 0 || errno == EAGAIN;
    close(probe);
    return connected;
}

// A socket file that a killed process left behind goes; anything else stays.
Result<void> make_room(const std::string& path, const sockaddr_un& address) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return {};
    if (!S_ISSOCK(status.st_mode)) return failure(ErrorCode::internal, path + " is there and is no socket");
    if (somebody_listens(address)) return failure(ErrorCode::internal, "another process listens on " + path);
    if (unlink(path.c_str()) != 0) return cannot("cannot remove", path);
    return {};
}

Result<int> listen_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return failure(ErrorCode::internal, "the path is too long: " + path);
    path.copy(address.sun_path, path.size());
    if (auto room = make_room(path, address); !room) return failure(room.error());

    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const mode_t before = umask(0117);  // 0660 from the first moment on
    const bool bound = bind(descriptor, generic(address), sizeof address) == 0;
    umask(before);
    if (bound && listen(descriptor, kBacklog) == 0) return descriptor;
    auto error = cannot("cannot listen on", path);
    close(descriptor);
    return error;
}

// --- TCP ---

struct HostPort {
    std::string host;
    std::string port;
};

Result<HostPort> split(std::string_view address) {
    const std::size_t colon = address.rfind(':');
    std::string_view host = address.substr(0, std::min(colon, address.size()));
    const std::string_view port = colon == std::string_view::npos ? "" : address.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        host = "?";
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos ||
        host == "?")
        return failure(ErrorCode::internal, "no address to listen on: " + std::string(address) +
                                                " (unix:/path, 127.0.0.1:PORT, [::1]:PORT or :PORT)");
    return HostPort{host.empty() || host == "localhost" ? "127.0.0.1" : std::string(host), std::string(port)};
}

bool is_loopback(const std::string& host) { return host == "::1" || host.starts_with("127."); }

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList resolve_numeric(const HostPort& where) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    addrinfo* list = nullptr;
    if (getaddrinfo(where.host.c_str(), where.port.c_str(), &hints, &list) != 0) list = nullptr;
    return {list, &freeaddrinfo};
}

Result<int> listen_tcp(std::string_view text, const HostPort& where) {
    const AddressList list = resolve_numeric(where);
    if (!list) return failure(ErrorCode::internal, "no numeric address: " + std::string(text));
    const int descriptor = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(descriptor, list->ai_addr, list->ai_addrlen) == 0 && listen(descriptor, kBacklog) == 0) return descriptor;
    auto error = cannot("cannot listen on", text);
    close(descriptor);
    return error;
}

std::string bound_address(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
    getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(), port.data(), port.size(),
                NI_NUMERICHOST | NI_NUMERICSERV);
    const std::string text = host.data();
    return (address.ss_family == AF_INET6 ? "[" + text + "]" : text) + ":" + port.data();
}

}  // namespace

ListeningSocket::ListeningSocket(int descriptor, std::string address, std::string path)
    : descriptor_(descriptor), address_(std::move(address)), path_(std::move(path)) {}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      address_(std::move(other.address_)),
      path_(std::exchange(other.path_, {})) {}

ListeningSocket::~ListeningSocket() { close(); }

void ListeningSocket::close() {
    if (!path_.empty()) unlink(path_.c_str());
    path_.clear();
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
    descriptor_ = -1;
}

ListeningSocket ListeningSocket::inherited() { return {STDIN_FILENO, "descriptor 0", {}}; }

Result<ListeningSocket> ListeningSocket::open(std::string_view address) {
    const bool prefixed = address.starts_with("unix:");
    if (prefixed || address.starts_with('/')) {
        const std::string path(address.substr(prefixed ? 5 : 0));
        const auto descriptor = listen_unix(path);
        if (!descriptor) return failure(descriptor.error());
        return ListeningSocket(*descriptor, "unix:" + path, path);
    }
    const bool on_purpose = address.starts_with("tcp:");
    const auto where = split(address.substr(on_purpose ? 4 : 0));
    if (!where) return failure(where.error());
    if (!on_purpose && !is_loopback(where->host))
        return failure(ErrorCode::internal, std::string(address) +
                                                " is open to others, and FastCGI knows no password; "
                                                "to do it on purpose, write tcp:" +
                                                std::string(address));
    const auto descriptor = listen_tcp(address, *where);
    if (!descriptor) return failure(descriptor.error());
    return ListeningSocket(*descriptor, bound_address(*descriptor), {});
}

bool listening_socket_inherited() {
    int listening = 0;
    socklen_t size = sizeof listening;
    return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

}  // namespace vestibule
