// "session", "paths", "serving" and "store".
#include <algorithm>
#include <array>

#include "config/path_rules.h"
#include "config/settings.h"

namespace vestibule {
namespace {

constexpr int kMostPerUser = 1000;
constexpr Seconds kLongest = std::chrono::days{400};  // RFC 6265bis §5.5 (checklist S12)

void check_claims(ObjectReader& from, const std::vector<std::string>& claims) {
    const auto too_long = [](const std::string& claim) { return claim.size() > 128; };
    if (std::any_of(claims.begin(), claims.end(), too_long)) {
        from.problem("claims", "holds a claim name longer than 128 octets");
    }
}

void check_distinct(ObjectReader& from, const std::vector<std::pair<std::string_view, std::string>>& paths) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (paths[i].second != paths[j].second) continue;
            from.problem(paths[i].first, "is the same path as \"" + std::string(paths[j].first) + "\"");
        }
    }
}

void read_function_path(ObjectReader& from, std::string_view name, std::string& path) {
    if (!from.text(name, path)) return;
    const auto problem = problem_of_path(path);
    if (problem) from.problem(name, *problem);
    if (!problem && path.ends_with('/')) from.problem(name, "must not end with '/'");
}

}  // namespace

SessionConfig read_session(ObjectReader from) {
    SessionConfig session;
    from.duration("idle", session.idle, {Seconds{1}, kLongest});
    from.duration("absolute", session.absolute, {Seconds{1}, kLongest});
    if (session.idle > session.absolute) {
        from.problem("idle", "is longer than \"absolute\" and would never end a session; make it shorter");
    }
    if (from.texts("claims", session.claims)) check_claims(from, session.claims);
    // The types of the Clear-Site-Data specification (§3.1), without those that close pages.
    from.choices("clearSiteData", session.clear_site_data, {"cache", "cookies", "storage"}, {});
    from.count("perUser", session.per_user, {0, kMostPerUser});
    from.flag("userinfo", session.userinfo);
    from.refuse_others();
    return session;
}

Paths read_paths(ObjectReader from) {
    Paths paths;
    read_function_path(from, "login", paths.login);
    read_function_path(from, "callback", paths.callback);
    read_function_path(from, "checksession", paths.checksession);
    read_function_path(from, "userinfo", paths.userinfo);
    read_function_path(from, "refresh", paths.refresh);
    read_function_path(from, "logout", paths.logout);
    read_function_path(from, "backchannel", paths.backchannel);
    if (from.text("app", paths.app)) {
        if (const auto problem = problem_of_path(paths.app)) from.problem("app", *problem);
    }
    check_distinct(from, {{"login", paths.login},
                          {"callback", paths.callback},
                          {"checksession", paths.checksession},
                          {"userinfo", paths.userinfo},
                          {"refresh", paths.refresh},
                          {"logout", paths.logout},
                          {"backchannel", paths.backchannel},
                          {"app", paths.app}});
    from.refuse_others();
    return paths;
}

ServingConfig read_serving(ObjectReader from) {
    ServingConfig serving;
    from.count("threads", serving.threads, {1, 1024});
    from.count("maxInFlightPerSession", serving.max_in_flight_per_session, {1, 1024});
    from.duration("clientTimeout", serving.client_timeout, {Seconds{1}, Seconds{600}});
    from.count("storeConnections", serving.store_connections, {1, 256});
    from.size("maxHeaderOctets", serving.max_header_octets, {4ULL << 10, 1ULL << 20});
    from.refuse_others();
    return serving;
}

void check_store(ObjectReader& from, std::string_view name, std::string_view store) {
    constexpr std::array<std::string_view, 4> kServers = {"postgresql://", "postgres://", "redis://", "rediss://"};
    const auto names_it = [&](std::string_view scheme) {
        return store.starts_with(scheme) && store.size() > scheme.size();
    };
    if (std::any_of(kServers.begin(), kServers.end(), names_it)) return;  // the rest of it: the store's own rules
    constexpr std::string_view kSqlite = "sqlite:";
    if (!store.starts_with(kSqlite)) {
        return from.problem(name,
                            "must be the address of a store: \"sqlite:/var/lib/vestibule/sessions.db\", "
                            "\"postgresql://host/database\" or \"rediss://host\"");
    }
    const std::string_view path = store.substr(kSqlite.size());
    if (!path.starts_with('/') || path.starts_with("//") || path.ends_with('/')) {
        from.problem(name,
                     "must have the absolute path of a file after \"sqlite:\", as in "
                     "\"sqlite:/var/lib/vestibule/sessions.db\"");
    }
}

}  // namespace vestibule
