// What an operator can ask for, as values.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <variant>

namespace vestibule::admin {

enum class Output { for_people, json };

struct Check {
    Output output = Output::for_people;
};
struct NewKey {
    std::optional<std::string> id;    // absent: today's date
    std::optional<std::string> file;  // absent: print it
};
// The client's keys at the provider (private_key_jwt), in a private JWK Set.
struct NewClientKey {
    std::string file;
    std::string algorithm = "ES256";
};
struct ListClientKeys {
    std::string file;
    Output output = Output::for_people;
};
struct PublicClientKeys {
    std::string file;
};
struct UseClientKey {
    std::string file, kid;
};
struct RemoveClientKey {
    std::string file, kid;
};
// The client's certificate at the provider (self_signed_tls_client_auth).
struct NewClientCertificate {
    std::string certificate_file, key_file;
    std::string name = "vestibule";  // its common name
    int days = 365;
    enum class Force { no, yes } force = Force::no;  // also over a key or certificate that is there
};
struct PublicClientCertificate {
    std::string certificate_file, key_file;
};
// Of all that follow: the file is the configured one unless it is named.
struct RotateKeys {
    std::optional<std::string> id;  // absent: today's date
    std::optional<std::string> file;
    enum class Place { first, last } place = Place::first;
};
struct PromoteKey {
    std::string id;
    std::optional<std::string> file;
};
struct ListKeys {
    std::optional<std::string> file;
    Output output = Output::for_people;
};
struct RetireKey {
    std::string id;
    std::optional<std::string> file;
    enum class Force { no, yes } force = Force::no;
};
struct Migrate {};
struct Purge {
    Output output = Output::for_people;
};
struct ListSessions {
    std::optional<std::string> user;  // a `sub`; absent: everybody's
    std::uint64_t limit = 50;
    Output output = Output::for_people;
};
struct ShowSession {
    std::string key;  // as OneSession
    Output output = Output::for_people;
};
struct Stats {
    Output output = Output::for_people;
};
struct OneUser {
    std::string sub;
};
struct Everybody {};
struct OneSession {
    std::string key;  // as `sessions list` prints it, or the whole
};
struct EndSessions {
    std::variant<OneUser, Everybody, OneSession> whose;
    Output output = Output::for_people;
};

using Command = std::variant<Check, NewKey, RotateKeys, PromoteKey, ListKeys, RetireKey, NewClientKey, ListClientKeys,
                             PublicClientKeys, UseClientKey, RemoveClientKey, NewClientCertificate,
                             PublicClientCertificate, Migrate, Purge, ListSessions, ShowSession, EndSessions, Stats>;

// Where a command writes.
struct Terminal {
    std::ostream& out;  // what was asked for
    std::ostream& err;  // why not
    enum class Progress { none, live } progress = Progress::none;
};

enum ExitStatus : int {
    kDone = 0,
    kFailed = 1,   // one thing or another is wrong; the reason is on stderr
    kMisused = 2,  // no such command
};

}  // namespace vestibule::admin
