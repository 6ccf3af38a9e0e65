#include "adapters/curl/curl_error.h"

namespace vestibule {
namespace {

ErrorCode code_of(CURLcode code) {
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT: return ErrorCode::upstream_timeout;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CRL_BADFILE:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR: return ErrorCode::upstream_unreachable;
        default: return ErrorCode::upstream_invalid;
    }
}

}  // namespace

Error error_of(CURLcode code, const char* message, bool header_complete) {
    std::string detail = curl_easy_strerror(code);
    if (message && *message) detail.append(": ").append(message);
    const ErrorCode kind = code_of(code);
    const bool broken = header_complete && kind == ErrorCode::upstream_unreachable;
    return {broken ? ErrorCode::upstream_invalid : kind, std::move(detail), {}};
}

}  // namespace vestibule
