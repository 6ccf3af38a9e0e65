// The address of a Redis or Valkey store, taken apart:
//
//   redis://[[user]:password@]host[:port][/database][?options]        rediss:// the same over TLS
//   redis://[[user]:password@]/path/of/the.sock[?options]               a socket of this machine
//
// Options: `prefix` (of every key, so that applications share a server; default "vestibule"), `replicas` (how many have
// to confirm a write; default 0), `db` (for a socket), and for TLS `ca`, `cert`, `key` (absolute paths of PEM files;
// without `ca` the system's). User, password and options are percent-encoded where RFC 3986 wants it.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace vestibule {

// Where a server listens: a host and a port, or a socket's path.
struct RedisEndpoint {
    std::string host;  // without brackets
    std::string port;
    std::string socket_path;
    friend auto operator<=>(const RedisEndpoint&, const RedisEndpoint&) = default;

    bool is_local() const;      // a socket, or a loopback address
    std::string print() const;  // for the log
};

enum class RedisTransport { plain, tls };

// A server on another host without TLS: who is on the way sees the password and can end sessions, not use them.
enum class PlainRedis { refused, accepted };

struct RedisAddress {
    RedisEndpoint endpoint;
    RedisTransport transport = RedisTransport::plain;
    PlainRedis plain_beyond_this_host = PlainRedis::refused;  // not of the URL: the configuration's word
    std::string user;                                         // empty: the server's default user
    Secret password;                                          // empty: none is asked for
    unsigned database = 0;
    std::string prefix = "vestibule";
    unsigned replicas = 0;  // that confirm a write before it counts
    std::string ca_file;    // empty: the system's
    std::string certificate_file;
    std::string key_file;
};

// Fails with `internal` and what is wrong; the message never quotes the address, which may hold a password.
Result<RedisAddress> parse_redis_url(std::string_view url);

// Whether this endpoint, which may be one that a server named, may be spoken to. Fails with `internal`, for people.
Result<void> check_transport(const RedisAddress& address, const RedisEndpoint& endpoint);

}  // namespace vestibule
