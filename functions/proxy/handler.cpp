#include "functions/proxy/handler.h"

#include <chrono>

#include "functions/proxy/admission.h"
#include "functions/proxy/forward.h"
#include "functions/proxy/held_slot.h"
#include "functions/proxy/refusal.h"
#include "functions/proxy/route_session.h"
#include "http/respond.h"
#include "policy/route_match.h"

namespace vestibule {
namespace {

// OPTIONS is ours to answer, and never with CORS (DESIGN §1; checklist P42, S39).
Response options_response(const Route& route) {
    Response response{204, {{"Allow", allowed_methods(route)}}, std::string{}};
    add_security_headers(response.headers);
    return response;
}

std::int64_t milliseconds_since(MonotonicTime start, const Clock& clock) {
    return std::chrono::duration_cast<Milliseconds>(clock.monotonic_now() - start).count();
}

void log_outcome(const Request& request, const Route& route, const Forwarded& forwarded, std::int64_t milliseconds,
                 Log& log) {
    const LogLevel level = forwarded.error ? LogLevel::warning : LogLevel::info;
    LogEvent event{level,
                   forwarded.error ? "proxy.failed" : "proxy.forwarded",
                   {{"route", route.path},
                    {"method", request.method},
                    {"status", std::int64_t{forwarded.response.status}},
                    {"upstream_status", std::int64_t{forwarded.upstream_status}},
                    {"ms", milliseconds}}};
    if (forwarded.error) {
        event.fields.emplace_back("code", std::string(facts(forwarded.error->code).name));
        event.fields.emplace_back("reason", forwarded.error->detail);
    }
    log.write(event);
}

}  // namespace

Response handle_proxy(const Request& request, const ProviderWorld& world) {
    const MonotonicTime start = world.clock.monotonic_now();
    const auto admitted = admit(request, world.config);
    if (!admitted) return refuse(request, admitted.error(), world);
    const Route& route = **admitted;
    if (request.method == "OPTIONS") return options_response(route);
    if (!allows_method(route, request.method)) return refuse_method(route, world);
    if (auto body = check_body(request, route); !body) return refuse(request, body.error(), world);
    const auto found = session_for(route, request, world);
    if (!found) return refuse(request, found.error(), world);
    auto slot = take_slot(request, *found, world.in_flight);  // from here on it may take long
    if (!slot) return refuse(request, slot.error(), world);
    const auto session = with_living_token(*found, route, world);
    if (!session) return refuse(request, session.error(), world);
    Forwarded forwarded = forward(request, route, *session, world);
    log_outcome(request, route, forwarded, milliseconds_since(start, world.clock), world.log);
    hold_until_sent(*std::move(slot), forwarded.response);
    return std::move(forwarded.response);
}

}  // namespace vestibule
