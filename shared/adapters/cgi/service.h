// One exchange from variables to answer: what CGI and FastCGI have in common.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "adapters/cgi/cgi_request.h"
#include "adapters/cgi/cgi_response.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "http/message.h"

namespace vestibule {

using Handler = std::function<Response(const Request&)>;

// A function with what stands around it. Borrows; everything in it is used by all threads at once.
struct Service {
    const Handler& handler;
    Log& log;
    Clock& clock;
    Random& random;
    RequestLimits limits = {};
    Milliseconds client_timeout{30'000};  // how long a client may be silent, or not read (client_pace.h)
};

// What the transport gives besides the variables.
class Transport : public ResponseSink {
public:
    // The request's body of that many octets, 0 for none; called once, before the handler. bad_request where there is
    // more or less than said and that is known already.
    virtual Result<std::shared_ptr<BodySource>> body(std::uint64_t length) = 0;
    // Null: nobody can go away.
    virtual std::shared_ptr<const Cancellation> cancellation() = 0;
};

// Makes the request, asks the handler, writes the answer and logs the event "request" with method, path (no query),
// status and duration. A handler that throws gives 500 `internal` (checklist H28). Never throws.
Delivery serve_exchange(const Service& service, const std::vector<CgiVariable>& variables, Transport& transport);

}  // namespace vestibule
