#include "base/log_scope.h"

#include <utility>

namespace vestibule {
namespace {

thread_local const LogScope* innermost = nullptr;

}  // namespace

LogScope::LogScope(RequestIdentity identity) : identity_(std::move(identity)), outer_(innermost) { innermost = this; }

LogScope::~LogScope() { innermost = outer_; }

const RequestIdentity& LogScope::current() {
    static const RequestIdentity none;
    return innermost ? innermost->identity_ : none;
}

}  // namespace vestibule
