#include "adapters/postgres/postgres_address.h"

#include <arpa/inet.h>

#include <cstdlib>
#include <memory>

#include "adapters/postgres/libpq.h"

namespace vestibule {
namespace {

constexpr const char* kSystemsAuthorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr const char* kSocketDirectory = "/var/run/postgresql";

tl::unexpected<Error> refused(const std::string& why) { return failure(ErrorCode::internal, "store: " + why); }

Result<PostgresParameters> parse(const std::string& address) {
    const auto libpq = load_libpq();
    if (!libpq) return failure(libpq.error());
    char* problem = nullptr;  // repeats parts of the address: not for anybody's eyes
    const std::unique_ptr<PQconninfoOption, decltype((*libpq)->PQconninfoFree)> options(
        (*libpq)->PQconninfoParse(address.c_str(), &problem), (*libpq)->PQconninfoFree);
    if (problem != nullptr) (*libpq)->PQfreemem(problem);
    if (!options) {
        return refused(
            "is no address that libpq understands; percent-encode what is special in a password, as in "
            "postgresql://user:p%40ss@host/database");
    }
    PostgresParameters set;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) set[option->keyword] = option->val;
    }
    return set;
}

std::string value_of(const PostgresParameters& parameters, const std::string& keyword) {
    const auto found = parameters.find(keyword);
    return found == parameters.end() ? std::string() : found->second;
}

// "a,,b" are three; "" is one.
std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> items(1);
    for (const char c : list) {
        if (c == ',')
            items.emplace_back();
        else
            items.back() += c;
    }
    return items;
}

bool stays_on_this_machine(const std::string& host) {
    in_addr number{};  // 127.db.example is a name
    const bool is_loopback = inet_pton(AF_INET, host.c_str(), &number) == 1 && ntohl(number.s_addr) >> 24 == 127;
    return host.starts_with('/') || host.starts_with('@') || host == "localhost" || is_loopback || host == "::1";
}

Result<void> secure(PostgresParameters& parameters, StoreTls tls) {
    const std::string address = value_of(parameters, "hostaddr");
    if (stays_on_this_machine(address.empty() ? parameters["host"] : address)) return {};
    const std::string mode = parameters.try_emplace("sslmode", "verify-full").first->second;
    if (mode != "verify-full" && tls == StoreTls::proves_the_host) {
        return refused("sslmode=" + mode +
                       " does not prove which host answers; write sslmode=verify-full, with sslrootcert=FILE where the "
                       "server's certificate is not from a public authority, or say \"allowInsecureStore\": true");
    }
    if (mode == "verify-full" && std::getenv("PGSSLROOTCERT") == nullptr) {
        parameters.try_emplace("sslrootcert", kSystemsAuthorities);
    }
    return {};
}

// libpq would ask the servers of a list one after the other without a time limit for each; so it gets one at a time.
Result<std::vector<PostgresParameters>> one_for_each_host(const PostgresParameters& all) {
    const auto hosts = split(value_of(all, "host"));
    const auto addresses = split(value_of(all, "hostaddr"));
    const auto ports = split(value_of(all, "port"));
    const std::size_t count = std::max(hosts.size(), addresses.size());
    if ((ports.size() != 1 && ports.size() != count) || (hosts.size() != count && !value_of(all, "host").empty()) ||
        (addresses.size() != count && !value_of(all, "hostaddr").empty())) {
        return refused("has other numbers of hosts, addresses and ports");
    }
    std::vector<PostgresParameters> each;
    for (std::size_t i = 0; i < count; ++i) {
        PostgresParameters one = all;
        one["host"] = i < hosts.size() ? hosts[i] : "";
        one["hostaddr"] = i < addresses.size() ? addresses[i] : "";
        one["port"] = ports.size() == 1 ? ports[0] : ports[i];
        // libpq would take what is empty from its environment.
        if (one["host"].empty()) one["host"] = one["hostaddr"].empty() ? kSocketDirectory : one["hostaddr"];
        each.push_back(std::move(one));
    }
    return each;
}

// These lead libpq to another host than the one that is judged here, and there is no address that overrules them.
Result<void> check_environment() {
    for (const std::string variable : {"PGHOSTADDR", "PGSERVICE"}) {
        if (std::getenv(variable.c_str()) != nullptr) {
            return refused(variable + " is set, which leads elsewhere than the address says; unset it");
        }
    }
    return {};
}

Result<void> check_target(PostgresParameters& parameters) {
    std::string& target = parameters["target_session_attrs"];
    if (target.empty() || target == "any") target = "read-write";
    if (target == "read-write" || target == "primary") return {};
    return refused("target_session_attrs=" + target + " names servers that cannot be written to; leave it out");
}

}  // namespace

Result<std::vector<PostgresParameters>> parse_postgres_address(const std::string& address, StoreTls tls,
                                                               Milliseconds time_limit) {
    Result<PostgresParameters> all = parse(address);
    if (!all) return failure(all.error());
    if (all->contains("service")) return refused("a service file is not read; write out what it says");
    if (const auto checked = check_environment(); !checked) return failure(checked.error());
    if (const auto checked = check_target(*all); !checked) return failure(checked.error());
    all->try_emplace("application_name", "vestibule");
    all->try_emplace("gssencmode", "disable");
    all->try_emplace("tcp_user_timeout", std::to_string(time_limit.count()));
    (*all)["client_encoding"] = "UTF8";
    auto each = one_for_each_host(*all);
    if (!each) return each;
    for (PostgresParameters& one : *each) {
        if (const auto secured = secure(one, tls); !secured) return failure(secured.error());
    }
    return each;
}

}  // namespace vestibule
