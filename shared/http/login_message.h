// The page that tells the page which opened it what became of a login: for a hidden frame or a small window of our own
// (DESIGN §1 "login"; checklist C16). It holds no token, no code and no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace vestibule {

// How the page hears what became of the login: it is loaded anew, or a frame or window of its own sends it a message.
enum class AnswerBy { redirect, message };

// 200 text/html. Posts {"source": "vestibule", "loggedIn", "error"} to its parent, or to who opened it; the browser
// delivers it to `our_origin` only, and shows the page in frames of that origin only. `error`: null, or the code's
// name.
Response login_message(std::optional<ErrorCode> error, std::string_view our_origin);

std::string_view login_message_script();  // for the test that compares its hash

}  // namespace vestibule
