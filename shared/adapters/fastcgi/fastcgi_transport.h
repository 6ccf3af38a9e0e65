// One FastCGI request in libfcgi's hands: its variables, its body, the way back, and whether somebody still waits.
#pragma once

#include <fcgiapp.h>

#include <memory>
#include <vector>

#include "adapters/cgi/service.h"

namespace vestibule {

class FastcgiTransport final : public Transport {
public:
    // Takes over the connection and reads up to the end of the variables; accepted() says whether that went well. A web
    // server that neither sends nor takes anything for `client_timeout` has broken the request off.
    FastcgiTransport(int connection, Milliseconds client_timeout);
    // Breaks the connection off where finish() was not called.
    ~FastcgiTransport() override;
    FastcgiTransport(const FastcgiTransport&) = delete;
    FastcgiTransport& operator=(const FastcgiTransport&) = delete;

    bool accepted() const { return accepted_; }
    std::vector<CgiVariable> variables() const { return cgi_variables(request_.envp); }

    Result<std::shared_ptr<BodySource>> body(std::uint64_t length) override;
    std::shared_ptr<const Cancellation> cancellation() override;
    bool write(std::string_view octets) override;
    bool flush() override;

    // Ends the request. A whole answer ends with FCGI_END_REQUEST; anything else breaks the connection off, so that the
    // web server cannot take it for whole (checklist P23). The result is the connection to be kept, or -1: kept where
    // the web server asked for it, `may_keep`, and the body was read to its end. Octets of an unread body would be
    // taken for the next request.
    enum class AfterIt { may_keep, close };
    int finish(Delivery delivery, AfterIt after);

private:
    bool send_end();
    void break_off();

    struct Exchange;  // what body and cancellation look at; they may outlive this object
    FCGX_Request request_{};
    bool accepted_ = false;
    std::shared_ptr<Exchange> exchange_;

    class Body;
    class Watch;
};

}  // namespace vestibule
