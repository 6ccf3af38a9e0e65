#include "adapters/redis/redis_connection.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <new>

namespace vestibule {
namespace {

constexpr Seconds kTrustedIdle{30};

std::string print_command(const RedisCommand& command) {
    std::vector<const char*> words;
    std::vector<std::size_t> lengths;
    for (const std::string_view word : command) {
        words.push_back(word.data() == nullptr ? "" : word.data());
        lengths.push_back(word.size());
    }
    char* formatted = nullptr;
    const auto length =
        redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), words.data(), lengths.data());
    if (length < 0) throw std::bad_alloc();
    const std::unique_ptr<char, void (*)(char*)> owner(formatted, redisFreeCommand);
    return {formatted, static_cast<std::size_t>(length)};
}

// The rest of it may repeat the password: "ERR unknown command 'AUTH', with args beginning with: …".
std::string print_login_error(const RedisReply& error) {
    const std::string_view word = std::string_view(error.text).substr(0, error.text.find(' '));
    constexpr std::array<std::string_view, 8> kWords = {"WRONGPASS", "NOAUTH",  "NOPERM",     "ERR",
                                                        "DENIED",    "LOADING", "MASTERDOWN", "BUSY"};
    return std::find(kWords.begin(), kWords.end(), word) == kWords.end() ? "an error" : std::string(word);
}

}  // namespace

std::string print_reply_error(const RedisReply& error) {
    std::string text = error.text.substr(0, 200);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

Result<std::unique_ptr<RedisConnection>> RedisConnection::open(const RedisAddress& address,
                                                               const RedisEndpoint& endpoint, NameLookup& names,
                                                               std::size_t first, MonotonicTime deadline) {
    if (const auto allowed = check_transport(address, endpoint); !allowed) {
        return failure(ErrorCode::store_unavailable, endpoint.print() + ": " + allowed.error().detail);
    }
    const auto found = names.addresses_of(endpoint, deadline);
    if (!found) return failure(found.error());
    Error last{ErrorCode::store_unavailable, "no address", {}};
    for (std::size_t tried = 0; tried < found->size(); ++tried) {
        // One that does not answer leaves time for the others.
        const MonotonicTime now = std::chrono::steady_clock::now();
        const MonotonicTime until = now + (deadline - now) / static_cast<int>(found->size() - tried);
        auto stream = RedisStream::connect((*found)[(first + tried) % found->size()], endpoint.host, address, until);
        if (stream) {
            std::unique_ptr<RedisConnection> connection(new RedisConnection(*std::move(stream)));
            const auto logged_in = connection->log_in(address, until);
            if (logged_in) return connection;
            last = logged_in.error();
        } else {
            last = stream.error();
        }
    }
    last.detail = endpoint.print() + ": " + last.detail;
    return failure(std::move(last));
}

Result<void> RedisConnection::log_in(const RedisAddress& address, MonotonicTime deadline) {
    std::vector<RedisCommand> commands;
    const std::string database = std::to_string(address.database);
    const std::string_view password = address.password.reveal();
    if (!password.empty() && address.user.empty()) commands.push_back({"AUTH", password});
    if (!password.empty() && !address.user.empty()) commands.push_back({"AUTH", address.user, password});
    if (address.database != 0) commands.push_back({"SELECT", database});
    const auto replies = call(commands, deadline);
    if (!replies) return failure(replies.error());
    for (const RedisReplyPtr& reply : *replies) {
        if (reply->kind != RedisReply::Kind::error) continue;
        return failure(ErrorCode::store_unavailable, "the server lets nobody in: " + print_login_error(*reply));
    }
    return {};
}

Result<RedisReplyPtr> RedisConnection::next_reply(MonotonicTime deadline) {
    for (;;) {
        auto reply = reader_.next();
        if (!reply || *reply) return reply;
        const auto octets = stream_->receive(deadline);
        if (!octets) return failure(octets.error());
        if (const auto fed = reader_.feed(*octets); !fed) return failure(fed.error());
    }
}

Result<std::vector<RedisReplyPtr>> RedisConnection::call(const std::vector<RedisCommand>& commands,
                                                         MonotonicTime deadline) {
    owes_replies_ = true;
    std::string octets;
    for (const RedisCommand& command : commands) octets += print_command(command);
    if (const auto sent = stream_->send(octets, deadline); !sent) return failure(sent.error());
    std::vector<RedisReplyPtr> replies;
    while (replies.size() < commands.size()) {
        auto reply = next_reply(deadline);
        if (!reply) return failure(reply.error());
        replies.push_back(*std::move(reply));
    }
    used_at_ = std::chrono::steady_clock::now();
    owes_replies_ = false;
    return replies;
}

bool RedisConnection::is_usable() {
    return is_at_rest() && std::chrono::steady_clock::now() - used_at_ < kTrustedIdle && stream_->is_quiet();
}

}  // namespace vestibule
