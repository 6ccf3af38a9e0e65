#include "policy/login_answer.h"

#include "http/error_response.h"
#include "http/respond.h"
#include "policy/cross_site.h"

namespace vestibule {

Result<void> LoginAnswer::check_place(const Request& request) const {
    return by_ == AnswerBy::message ? check_top_level_or_frame(request) : check_top_level(request);
}

Response LoginAnswer::not_begun(const Request& request, const Error& error) const {
    if (by_ == AnswerBy::message && is_navigation(request)) return message(error.code);
    return error_response(request, error, config_->url_of(config_->paths.app));
}

Response LoginAnswer::failed(ErrorCode code) const {
    if (by_ == AnswerBy::message) return message(code);
    return redirect_response(config_->url_of(app_path(*config_).with_parameter("auth_error", facts(code).name)));
}

Response LoginAnswer::succeeded(const ReturnPath& path) const {
    return by_ == AnswerBy::message ? message(std::nullopt) : redirect(path);
}

Response LoginAnswer::used_before(const ReturnPath& path) const {
    return by_ == AnswerBy::message ? message(ErrorCode::flow_invalid) : redirect(path);
}

Response LoginAnswer::message(std::optional<ErrorCode> error) const {
    return login_message(error, config_->public_url.origin());
}

Response LoginAnswer::redirect(const ReturnPath& path) const { return redirect_response(config_->url_of(path.text())); }

}  // namespace vestibule
