#include "adapters/redis/redis_client.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "adapters/redis/redis_scripts.h"

namespace vestibule {
namespace {

constexpr int kMostAttempts = 8;

RedisCall layout_call(const RedisAddress& address) {
    return {"schema",
            RedisEffect::writes,
            {"{" + address.prefix + ":sessions}:schema"},
            {std::to_string(kRedisLayout), std::to_string(kRedisLayoutWorksFrom)}};
}

Result<void> judge_layout(const RedisReply& reply) {
    const auto number = [&](std::size_t at) {
        int value = 0;
        const std::string& text = reply.elements[at]->text;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size() ? value : 0;
    };
    if (reply.kind != RedisReply::Kind::list || reply.elements.size() != 2 || number(0) < 1 || number(1) < 1) {
        return failure(ErrorCode::store_unavailable, "the version of the key layout cannot be read");
    }
    if (number(1) <= kRedisLayout) return {};
    return failure(ErrorCode::store_unavailable, "the key layout is at version " + std::to_string(number(0)) +
                                                     " and needs a program that knows " + std::to_string(number(1)) +
                                                     "; this one knows " + std::to_string(kRedisLayout));
}

std::string milliseconds_for_replicas(MonotonicTime deadline) {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    return std::to_string(std::max<Milliseconds::rep>(left.count() * 3 / 4, 1));  // 0 would be for ever
}

// `how many` outlives the command, as all its words do.
RedisCommand script_command(const RedisCall& call, std::string_view how, std::string_view what,
                            std::string_view how_many) {
    RedisCommand command{how, what, how_many};
    command.insert(command.end(), call.keys.begin(), call.keys.end());
    command.insert(command.end(), call.arguments.begin(), call.arguments.end());
    return command;
}

bool there_is_time(MonotonicTime deadline) { return std::chrono::steady_clock::now() < deadline; }

void pause(Milliseconds duration, MonotonicTime deadline) {
    std::this_thread::sleep_until(std::min(std::chrono::steady_clock::now() + duration, deadline));
}

}  // namespace

RedisEndpoint RedisClient::endpoint_for(const std::string& key) const {
    return slots_.node_of(cluster_slot_of(key)).value_or(address_.endpoint);
}

Result<RedisReplyPtr> RedisClient::run(const RedisCall& call, MonotonicTime deadline) {
    std::optional<RedisEndpoint> ask_node;
    Error last{ErrorCode::store_unavailable, "the servers send from one to the other", {}};
    for (int attempts = 1; attempts <= kMostAttempts; ++attempts) {
        Answer answer = attempt(call, ask_node, deadline);
        if (auto* reply = std::get_if<RedisReplyPtr>(&answer)) return std::move(*reply);
        if (auto* error = std::get_if<Error>(&answer)) return failure(std::move(*error));
        auto& again = std::get<AskAgain>(answer);
        ask_node = again.ask;
        if (!again.error.detail.empty()) last = std::move(again.error);
        using Why = AskAgain::Why;
        if (again.why == Why::layout_elsewhere) {
            if (const auto checked = check_layout(deadline); !checked) return failure(checked.error());
        }
        if (again.why == Why::try_later || again.why == Why::not_primary) {
            pause(Milliseconds{20} * attempts, deadline);
        }
        if (again.why == Why::connection_lost && attempts > 2) return failure(std::move(last));
        if (!there_is_time(deadline)) break;
    }
    return failure(std::move(last));
}

Result<void> RedisClient::check_layout(MonotonicTime deadline) {
    const auto reply = run(layout_call(address_), deadline);
    if (!reply) return failure(reply.error());
    const auto judged = judge_layout(**reply);
    if (judged) layout_checked_ = true;
    return judged;
}

RedisClient::Answer RedisClient::attempt(const RedisCall& call, const std::optional<RedisEndpoint>& ask_node,
                                         MonotonicTime deadline) {
    const RedisEndpoint endpoint = ask_node.value_or(endpoint_for(call.keys.front()));
    auto borrowed = pool_.borrow(endpoint, deadline);
    if (!borrowed) {
        // A node that does not answer has been replaced, or will be: the address itself knows by whom.
        slots_.forget(endpoint);
        if (endpoint == address_.endpoint) return borrowed.error();
        return AskAgain{AskAgain::Why::unreachable, {}, borrowed.error()};
    }
    if (!borrowed->connection().knows_schema && call.script != "schema") {
        if (auto not_yet = look_at_layout(*borrowed, endpoint, deadline)) return *std::move(not_yet);
    }
    return ask(*borrowed, endpoint, call, ask_node.has_value(), deadline);
}

// Nothing: it is one that this program may use.
std::optional<RedisClient::Answer> RedisClient::look_at_layout(RedisPool::Borrowed& borrowed,
                                                               const RedisEndpoint& endpoint, MonotonicTime deadline) {
    Answer answer = ask(borrowed, endpoint, layout_call(address_), false, deadline);
    if (const auto* again = std::get_if<AskAgain>(&answer)) {
        if (again->why != AskAgain::Why::moved && again->why != AskAgain::Why::ask) return answer;
        if (!layout_checked_) return AskAgain{AskAgain::Why::layout_elsewhere};
        borrowed.connection().knows_schema = true;
        return std::nullopt;
    }
    if (std::holds_alternative<Error>(answer)) return answer;
    if (const auto judged = judge_layout(*std::get<RedisReplyPtr>(answer)); !judged) return judged.error();
    borrowed.connection().knows_schema = true;
    layout_checked_ = true;
    return std::nullopt;
}

RedisClient::Answer RedisClient::ask(RedisPool::Borrowed& borrowed, const RedisEndpoint& endpoint,
                                     const RedisCall& call, bool asking, MonotonicTime deadline) {
    const RedisScript& script = redis_script(call.script);
    const std::string how_many = std::to_string(call.keys.size());
    const auto send = [&](std::string_view how, std::string_view what) {
        std::vector<RedisCommand> commands;
        if (asking) commands.push_back({"ASKING"});
        commands.push_back(script_command(call, how, what, how_many));
        return borrowed.connection().call(commands, deadline);
    };
    auto replies = send("EVALSHA", script.digest);
    if (replies && replies->back()->is_error("NOSCRIPT")) replies = send("EVAL", script.text);
    if (!replies) {
        borrowed.discard();
        if (!there_is_time(deadline)) pool_.was_silent(endpoint);
        if (call.effect != RedisEffect::none || !there_is_time(deadline)) return replies.error();
        return AskAgain{AskAgain::Why::connection_lost, {}, replies.error()};
    }
    RedisReplyPtr reply = std::move(replies->back());
    if (reply->kind == RedisReply::Kind::error) return judge_error(borrowed, endpoint, *reply);
    if (call.effect == RedisEffect::confirmed && address_.replicas > 0) {
        if (const auto waited = wait_for_replicas(borrowed, deadline); !waited) return waited.error();
    }
    return reply;
}

// For all that this connection has written.
Result<void> RedisClient::wait_for_replicas(RedisPool::Borrowed& borrowed, MonotonicTime deadline) const {
    const std::string replicas = std::to_string(address_.replicas);
    const std::string limit = milliseconds_for_replicas(deadline);
    const auto confirmed = borrowed.connection().call({{"WAIT", replicas, limit}}, deadline);
    if (!confirmed) {
        borrowed.discard();
        return failure(confirmed.error());
    }
    const RedisReply& have_it = *confirmed->front();
    if (have_it.kind == RedisReply::Kind::integer && have_it.integer >= address_.replicas) return {};
    return failure(ErrorCode::store_unavailable, "done, but not confirmed by " + replicas + " replica(s) in time");
}

RedisClient::Answer RedisClient::judge_error(RedisPool::Borrowed& borrowed, const RedisEndpoint& endpoint,
                                             const RedisReply& error) {
    Error told{ErrorCode::store_unavailable, endpoint.print() + ": " + print_reply_error(error), {}};
    if (const auto redirection = parse_redirection(error, endpoint)) {
        if (const auto allowed = check_transport(address_, redirection->to); !allowed) {
            return Error{ErrorCode::store_unavailable, told.detail + ": " + allowed.error().detail, {}};
        }
        if (redirection->kind == ClusterRedirection::Kind::ask) {
            return AskAgain{AskAgain::Why::ask, redirection->to, std::move(told)};
        }
        slots_.learn(redirection->slot, redirection->to);
        return AskAgain{AskAgain::Why::moved, {}, std::move(told)};
    }
    if (error.is_error("TRYAGAIN")) return AskAgain{AskAgain::Why::try_later, {}, std::move(told)};
    // After a failover the name leads to another server, or soon will.
    if (error.is_error("READONLY") || error.is_error("MASTERDOWN")) {
        borrowed.discard();
        pool_.turn_away_from(endpoint);
        slots_.forget(endpoint);
        return AskAgain{AskAgain::Why::not_primary, {}, std::move(told)};
    }
    return told;
}

Result<RedisReplyPtr> RedisClient::tell_holder_of(const std::string& key, const RedisCommand& command,
                                                  MonotonicTime deadline) {
    auto borrowed = pool_.borrow(endpoint_for(key), deadline);
    if (!borrowed) return failure(borrowed.error());
    auto replies = borrowed->connection().call({command}, deadline);
    if (!replies) {
        borrowed->discard();
        return failure(replies.error());
    }
    RedisReplyPtr reply = std::move(replies->front());
    return reply;
}

}  // namespace vestibule
