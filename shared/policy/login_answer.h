// How the page that began a login hears what became of it (DESIGN §1 "login", "callback"; checklist C12, C16). Chosen
// once; the path of a login gives its result to it and needs not know which it is.
//
//   redirect   it is loaded anew, at the return path or with `auth_error`
//   message    a frame or a window of its own posts one message to it (http/login_message.h)
#pragma once

#include "base/error.h"
#include "base/result.h"
#include "config/config.h"
#include "http/login_message.h"
#include "http/message.h"
#include "policy/return_path.h"

namespace vestibule {

// Borrows the configuration.
class LoginAnswer {
public:
    LoginAnswer(AnswerBy by, const Config& config) : by_(by), config_(&config) {}

    // csrf_rejected where it would stand in something embedded: a message may be in a frame, a redirect may not.
    Result<void> check_place(const Request& request) const;

    // The login cannot begin. A script that asked for the authorization URL hears it as a script does.
    Response not_begun(const Request& request, const Error& error) const;
    Response failed(ErrorCode code) const;
    // Without the session's cookie, which is its maker's to add.
    Response succeeded(const ReturnPath& path) const;
    // The same browser used this answer before: no success of this login, and no failure to show to a person.
    Response used_before(const ReturnPath& path) const;

private:
    Response message(std::optional<ErrorCode> error) const;
    Response redirect(const ReturnPath& path) const;

    AnswerBy by_;
    const Config* config_;
};

}  // namespace vestibule
