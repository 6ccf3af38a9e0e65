#include "functions/proxy/held_slot.h"

#include <memory>
#include <utility>
#include <variant>

namespace vestibule {
namespace {

using Streaming = std::shared_ptr<BodySource>;

class HoldingBody final : public BodySource {
public:
    HoldingBody(Streaming body, InFlight::Slot slot) : slot_(std::move(slot)), body_(std::move(body)) {}

    Result<std::size_t> read(std::span<char> into) override { return body_->read(into); }
    bool ready() override { return body_->ready(); }
    int descriptor() const override { return body_->descriptor(); }

private:
    const InFlight::Slot slot_;
    const Streaming body_;
};

}  // namespace

Result<InFlight::Slot> take_slot(const Request& request, const std::optional<LiveSession>& session,
                                 InFlight& in_flight) {
    auto slot =
        in_flight.take(session ? "session " + session->key().octets : caller_at_address(request.remote_address));
    if (!slot) return failure(ErrorCode::rate_limited, session ? "of one session" : "of one address");
    return *std::move(slot);
}

void hold_until_sent(InFlight::Slot slot, Response& response) {
    auto* body = std::get_if<Streaming>(&response.body);
    if (body && *body) *body = std::make_shared<HoldingBody>(std::move(*body), std::move(slot));
}

}  // namespace vestibule
