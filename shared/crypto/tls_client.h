// TLS from the client's side, as octets in and octets out: it opens no socket, so that whoever does keeps its own time
// limits. TLS 1.2 or later; the server's chain and its name or address are verified, always (checklist X09).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vestibule {

struct TlsPeer {
    std::string host;              // a name (sent as SNI) or an IP address; what the certificate must be for
    std::string ca_file;           // PEM; empty: the system's
    std::string certificate_file;  // PEM, of ours, where the server asks for one; empty: none
    std::string key_file;
};

// Not thread-safe. After an error it is of no more use. Errors are store_unavailable and name the cause.
class TlsClient {
public:
    // Fails where one of the files cannot be used.
    static Result<std::unique_ptr<TlsClient>> make(const TlsPeer& peer);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    void received(std::string_view from_peer);
    std::string to_send();  // what has to go to the peer now; empty: nothing

    Result<bool> handshake();  // true: it is done; false: more has to be sent and received
    Result<void> write(std::string_view plain);
    Result<std::string> read();  // what there is, maybe nothing
    bool is_closed() const { return closed_; }

private:
    struct Handles;
    explicit TlsClient(std::unique_ptr<Handles> handles);

    std::unique_ptr<Handles> handles_;
    bool closed_ = false;  // the peer has said its good-bye
};

}  // namespace vestibule
