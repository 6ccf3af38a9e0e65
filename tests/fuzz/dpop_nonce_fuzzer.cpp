// The DPoP-Nonce field of an answer, and whether the answer asks for one (oauth/dpop_nonce.h). A status, header fields
// a line each, and the body.
#include "oauth/dpop_nonce.h"

#include "codec/json.h"
#include "tests/fuzz/outbound_response.h"

using namespace vestibule;
using fuzz::require;

namespace {

OutboundResponse answer_of(std::string_view input) {
    fuzz::Pieces pieces(input);
    OutboundResponse answer;
    const std::string_view status = pieces.next();
    std::from_chars(status.data(), status.data() + status.size(), answer.status);
    answer.headers.add("Content-Type", "application/json");
    while (!pieces.empty() && !pieces.rest().starts_with('{')) {
        const std::string_view line = pieces.next();
        const auto colon = line.find(": ");
        if (colon != std::string_view::npos) answer.headers.add(line.substr(0, colon), line.substr(colon + 2));
    }
    answer.body = pieces.rest();
    return answer;
}

// "nonce = 1*NQCHAR" (RFC 9449 §8.1), so that it stands in a header field and in a proof as it is.
void check_nonce(const std::string& nonce, const HeaderFields& headers) {
    require(headers.single("DPoP-Nonce") == nonce, "the only one there is");
    require(!nonce.empty() && nonce.size() <= 1024, "of a length to send back");
    require(fuzz::is_visible_ascii(nonce) && nonce.find_first_of(" \"\\") == std::string::npos, "of NQCHAR");
    require(Json::parse(Json(nonce).print()).value().as_string() == nonce, "that a proof carries unchanged");
}

}  // namespace

FUZZ_TARGET(dpop_nonce) {
    const OutboundResponse answer = answer_of(input);
    if (const auto nonce = dpop_nonce(answer.headers)) check_nonce(*nonce, answer.headers);
    if (asks_for_dpop_nonce(answer)) require(answer.status == 400 || answer.status == 401, "a refusal asks");
    if (challenges_for_dpop_nonce(answer.headers))
        require(!answer.headers.all("WWW-Authenticate").empty(), "a challenge asks");
}
