// The socket that FastCGI connections come in on: inherited on descriptor 0, or opened for --listen.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace vestibule {

class ListeningSocket {
public:
    // The one on descriptor 0; it belongs to whoever started this process and perhaps to other processes, too.
    static ListeningSocket inherited();
    // `unix:/path` or `/path` (mode 0660; a socket file that nobody listens on is replaced), `127.0.0.1:9000`,
    // `[::1]:9000`, `localhost:9000`, `:9000` (loopback). Other addresses only as `tcp:0.0.0.0:9000`, said by name:
    // FastCGI has no authentication (checklist H13). internal, with the reason for people, where that fails.
    static Result<ListeningSocket> open(std::string_view address);

    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    ~ListeningSocket();  // as close()

    int descriptor() const { return descriptor_; }
    // Where it really listens ("unix:/path", "127.0.0.1:34567"), or "descriptor 0".
    const std::string& address() const { return address_; }
    // No more connections here: an opened socket is closed and its file removed, an inherited one is left alone.
    void close();

private:
    ListeningSocket(int descriptor, std::string address, std::string path);
    int descriptor_;
    std::string address_;
    std::string path_;  // of the socket file, where it is ours
};

// Whether descriptor 0 is a listening socket.
bool listening_socket_inherited();

}  // namespace vestibule
