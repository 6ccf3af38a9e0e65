// Which request the current thread is answering, so that every log line written meanwhile names it.
//
// The server opens a scope around a handler. A handler that lets other threads work for it opens one there with a copy
// of current(). Scopes nest; the inner one counts.
#pragma once

#include <string>

namespace vestibule {

struct RequestIdentity {
    std::string request_id;  // ours, 16 random octets in hex
    std::string trace_id;    // of a valid traceparent; "" where there was none (checklist P56)
};

class LogScope {
public:
    explicit LogScope(RequestIdentity identity);
    ~LogScope();
    LogScope(const LogScope&) = delete;
    LogScope& operator=(const LogScope&) = delete;

    // Of the innermost scope of this thread; both empty outside of any.
    static const RequestIdentity& current();

private:
    RequestIdentity identity_;
    const LogScope* outer_;
};

}  // namespace vestibule
