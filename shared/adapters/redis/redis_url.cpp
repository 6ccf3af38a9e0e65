#include "adapters/redis/redis_url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "codec/percent.h"

namespace vestibule {
namespace {

tl::unexpected<Error> wrong(const std::string& what) {
    return failure(ErrorCode::internal, "the address of the Redis store " + what);
}

// What stands before the separator, which is taken away with it; nothing where there is none.
std::optional<std::string_view> take_until(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view before = text.substr(0, at);
    text.remove_prefix(at + 1);
    return before;
}

std::optional<unsigned> number_up_to(std::string_view text, unsigned most) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > most) return std::nullopt;
    return number;
}

bool is_plain(std::string_view text, std::string_view besides) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               besides.find(c) != std::string_view::npos;
    });
}

bool is_absolute_path(const std::string& path) {
    return path.size() > 1 && path.front() == '/' && path.find('\0') == std::string::npos;
}

Result<void> read_credentials(std::string_view text, RedisAddress& address) {
    std::string_view rest = text;
    const auto user = take_until(rest, ':');
    const auto decoded_user = percent_decode(user.value_or(""));
    auto password = percent_decode(rest);
    if (!user || !decoded_user || !password || password->empty()) {
        return wrong("must have its credentials as user:password@ or :password@, percent-encoded");
    }
    address.user = *decoded_user;
    address.password = Secret(*std::move(password));
    return {};
}

Result<void> read_host(std::string_view text, RedisEndpoint& endpoint) {
    std::string_view port = "6379";
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    if (bracket != std::string_view::npos) {
        endpoint.host = text.substr(1, bracket - 1);
        text.remove_prefix(bracket + 1);
        if (!text.empty() && text.front() != ':') return wrong("has something after the ] of its host");
        if (!text.empty()) port = text.substr(1);
        in6_addr address{};
        if (inet_pton(AF_INET6, endpoint.host.c_str(), &address) != 1)
            return wrong("has no IPv6 address between its brackets");
    } else {
        endpoint.host = text.substr(0, text.find(':'));
        if (text.find(':') != std::string_view::npos) port = text.substr(text.find(':') + 1);
        if (!is_plain(endpoint.host, "-._")) return wrong("has a host that is no name and no address");
    }
    if (endpoint.host.empty()) return wrong("names no host");
    if (number_up_to(port, 65535).value_or(0) == 0) return wrong("has a port that is not 1 to 65535");
    endpoint.port = port;
    return {};
}

Result<void> read_file(const std::string& path, std::string& file, const char* name) {
    if (!is_absolute_path(path)) return wrong(std::string("needs an absolute path after ") + name + "=");
    file = path;
    return {};
}

Result<void> read_option(std::string_view name, const std::string& value, RedisAddress& address) {
    if (name == "ca") return read_file(value, address.ca_file, "ca");
    if (name == "cert") return read_file(value, address.certificate_file, "cert");
    if (name == "key") return read_file(value, address.key_file, "key");
    if (name == "prefix") {
        if (value.empty() || value.size() > 64 || !is_plain(value, "-._:")) {
            return wrong("needs 1 to 64 letters, digits or -._: after prefix=");
        }
        address.prefix = value;
        return {};
    }
    if (name != "db" && name != "replicas")
        return wrong("knows the options ca, cert, key, db, prefix and replicas only");
    const auto number = number_up_to(value, name == "db" ? 65535 : 16);
    if (!number) return wrong("needs a number after " + std::string(name) + "= (db up to 65535, replicas up to 16)");
    (name == "db" ? address.database : address.replicas) = *number;
    return {};
}

Result<void> read_options(std::string_view query, RedisAddress& address) {
    while (!query.empty()) {
        const std::string_view option = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), option.size() + 1));
        std::string_view value = option;
        const auto name = take_until(value, '=');
        const auto decoded = percent_decode(value);
        if (!name || !decoded) return wrong("has an option that is not name=value, percent-encoded");
        if (const auto read = read_option(*name, *decoded, address); !read) return read;
    }
    return {};
}

Result<void> check_tls_files(const RedisAddress& address) {
    const bool any = !address.ca_file.empty() || !address.certificate_file.empty() || !address.key_file.empty();
    if (address.transport == RedisTransport::tls && !address.endpoint.socket_path.empty()) {
        return wrong("asks for TLS on a socket of this machine; write redis:// for it");
    }
    if (any && address.transport == RedisTransport::plain) return wrong("has TLS options; it needs rediss:// for them");
    if (address.certificate_file.empty() != address.key_file.empty()) return wrong("needs cert= and key= together");
    return {};
}

Result<void> read_socket(std::string_view path, RedisEndpoint& endpoint) {
    const auto decoded = percent_decode(path);
    if (!decoded || !is_absolute_path(*decoded) || decoded->size() > 107) {
        return wrong("needs the absolute path of a socket, of 107 octets at most");
    }
    endpoint.socket_path = *decoded;
    return {};
}

// `text` is host[:port][/database] or a path.
Result<void> read_place(std::string_view text, RedisAddress& address) {
    if (text.starts_with('/')) return read_socket(text, address.endpoint);
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos && slash + 1 < text.size()) {
        const auto database = number_up_to(text.substr(slash + 1), 65535);
        if (!database) return wrong("must have the number of a database, or nothing, as its path");
        address.database = *database;
    }
    return read_host(text.substr(0, slash), address.endpoint);
}

}  // namespace

bool RedisEndpoint::is_local() const {
    in_addr address{};
    const bool is_loopback = inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
    return !socket_path.empty() || host == "localhost" || host == "::1" || is_loopback;
}

std::string RedisEndpoint::print() const { return socket_path.empty() ? host + ":" + port : socket_path; }

Result<void> check_transport(const RedisAddress& address, const RedisEndpoint& endpoint) {
    if (address.transport == RedisTransport::tls || endpoint.is_local() ||
        address.plain_beyond_this_host == PlainRedis::accepted) {
        return {};
    }
    return wrong(
        "has no TLS and leads to another host; write rediss://, or \"allowInsecureStore\": true where that network is "
        "really yours");
}

Result<RedisAddress> parse_redis_url(std::string_view url) {
    RedisAddress address;
    const std::string_view scheme = url.substr(0, url.find("://"));
    if (scheme.size() == url.size() || (scheme != "redis" && scheme != "rediss")) {
        return wrong("must begin with redis:// or rediss://");
    }
    if (scheme == "rediss") address.transport = RedisTransport::tls;
    std::string_view rest = url.substr(scheme.size() + 3);
    if (rest.find('#') != std::string_view::npos) return wrong("has a #, which must be written as %23");
    const std::size_t question = rest.find('?');
    const std::string_view query = question == std::string_view::npos ? "" : rest.substr(question + 1);
    rest = rest.substr(0, question);
    if (const auto credentials = take_until(rest, '@')) {
        if (const auto read = read_credentials(*credentials, address); !read) return failure(read.error());
    }
    if (const auto read = read_place(rest, address); !read) return failure(read.error());
    if (const auto read = read_options(query, address); !read) return failure(read.error());
    if (const auto checked = check_tls_files(address); !checked) return failure(checked.error());
    return address;
}

}  // namespace vestibule
