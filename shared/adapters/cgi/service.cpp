#include "adapters/cgi/service.h"

#include <exception>
#include <string>

#include "base/log_scope.h"
#include "http/respond.h"
#include "http/trace_context.h"

namespace vestibule {
namespace {

std::string hex(std::string_view octets) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        text.append(1, kDigits[octet >> 4]).append(1, kDigits[octet & 15]);
    }
    return text;
}

std::string trace_id_of(const Request& request) {
    const auto traceparent = request.headers.single("traceparent");
    const auto parts = traceparent ? parse_traceparent(*traceparent) : std::nullopt;
    return parts ? std::string(parts->trace_id) : std::string{};
}

Response handle(const Service& service, const Request& request) {
    try {
        Response response = service.handler(request);
        if (response.status >= 200 && response.status <= 599) return response;
        service.log.error("request.invalid_status", {{"status", response.status}});
    } catch (const std::exception& exception) {
        service.log.error("request.exception", {{"what", std::string(exception.what())}});
    } catch (...) {
        service.log.error("request.exception", {{"what", "no std::exception"}});
    }
    return problem_response({ErrorCode::internal, {}, {}});
}

// The request with its body, or the reason why there is none.
Result<void> attach_body(Request& request, Transport& transport) {
    auto body = transport.body(request.content_length.value_or(0));
    if (!body) return failure(body.error());
    request.body = std::move(*body);
    request.cancellation = transport.cancellation();
    return {};
}

std::string_view name_of(Delivery delivery) {
    switch (delivery) {
        case Delivery::whole: return "whole";
        case Delivery::truncated: return "truncated";
        case Delivery::nobody_there: return "nobody_there";
    }
    return "truncated";
}

Response refusal(const Service& service, const Error& error) {
    service.log.warning("request.refused", {{"code", std::string(facts(error.code).name)}, {"detail", error.detail}});
    return problem_response(error);
}

void log_request(const Service& service, const Request& request, int status, Delivery delivery, MonotonicTime start) {
    const auto took = std::chrono::duration_cast<Milliseconds>(service.clock.monotonic_now() - start);
    LogEvent event{LogLevel::info,
                   "request",
                   {{"method", request.method}, {"path", request.path}, {"status", status}, {"ms", took.count()}}};
    if (delivery != Delivery::whole) event.fields.emplace_back("delivery", std::string(name_of(delivery)));
    service.log.write(event);
}

Delivery exchange(const Service& service, const std::vector<CgiVariable>& variables, Transport& transport) {
    const MonotonicTime start = service.clock.monotonic_now();
    const std::string request_id = hex(service.random.octets(16));
    auto made = request_from_cgi(variables, service.limits);
    Request request = made ? std::move(*made) : Request{};
    const LogScope scope({request_id, made ? trace_id_of(request) : std::string{}});
    request.request_id = request_id;

    Result<void> ready = made ? attach_body(request, transport) : failure(made.error());
    const Response response = ready ? handle(service, request) : refusal(service, ready.error());
    const Delivery delivery = write_response(response, request.method, transport, service.log);
    log_request(service, request, response.status, delivery, start);
    return delivery;
}

}  // namespace

// What throws outside the handler is memory that ran out: this exchange is lost, the process goes on.
Delivery serve_exchange(const Service& service, const std::vector<CgiVariable>& variables, Transport& transport) try {
    return exchange(service, variables, transport);
} catch (...) {
    return Delivery::truncated;
}

}  // namespace vestibule
