#include "config/read_config.h"

#include "codec/percent.h"
#include "config/environment.h"
#include "config/known_settings.h"
#include "config/secret_settings.h"
#include "config/settings.h"

namespace vestibule {
namespace {

constexpr std::string_view kDefaultFile = "/etc/vestibule/config.jsonc";
constexpr std::size_t kLongestPlace = 200;

using Problems = std::vector<ConfigProblem>;

Url read_public_url(ObjectReader& from, PlainHttp plain_http) {
    std::string text;
    if (!from.text("publicUrl", text, Need::required_here_or_in_environment)) return {};
    if (const auto problem = problem_of_url(text, plain_http)) return from.problem("publicUrl", *problem), Url{};
    Url url = *parse_url(text);
    if (url.has_query || (!url.path.empty() && url.path != "/")) {
        return from.problem("publicUrl", "must be the origin only, without a path: https://host"), Url{};
    }
    url.path.clear();
    return url;
}

void read_profile(ObjectReader& from, Profile& profile) {
    static const std::vector<Choice<Profile>> kProfiles = {{"standard", Profile::standard}, {"fapi2", Profile::fapi2}};
    from.choice("profile", profile, kProfiles);
}

std::vector<Route> read_routes(ObjectReader& from, PlainHttp plain_http) {
    std::vector<Route> routes;
    for (ObjectReader& route : from.objects("routes")) routes.push_back(read_route(std::move(route), plain_http));
    return routes;
}

Config read_all(ObjectReader from, const ConfigSources& sources, Findings& findings) {
    Config config;
    std::string schema;
    from.text("$schema", schema);  // for editors
    read_profile(from, config.profile);
    from.flag("allowPlainHttp", config.allow_plain_http);
    from.flag("allowInsecureStore", config.allow_insecure_store);
    const auto plain_http = config.allow_plain_http ? PlainHttp::anywhere : PlainHttp::loopback_only;
    config.public_url = read_public_url(from, plain_http);
    ProviderSettings provider = read_provider(from.object("provider"), plain_http, config.profile);
    config.provider = std::move(provider.provider);
    read_client_credentials(provider.secret_file, config.provider, sources, findings);
    if (from.text("store", config.store, Need::required_here_or_in_environment)) {
        check_store(from, "store", config.store);
    }
    from.text("keysFile", config.keys_file);
    config.keys = read_keys(config.keys_file, sources, findings);
    if (environment_value(sources, "BFF_KEYS")) config.keys_file.clear();
    config.session = read_session(from.object("session"));
    config.paths = read_paths(from.object("paths"));
    config.routes = read_routes(from, plain_http);
    config.serving = read_serving(from.object("serving"));
    from.refuse("keys",
                "do not belong into this file; put them into a file of their own and name that as \"keysFile\"");
    from.refuse_others();
    check_routes(config, findings);
    check_profile(config, findings);
    return config;
}

tl::unexpected<Problems> one_problem(std::string place, std::string message) {
    return tl::make_unexpected(Problems{{std::move(place), std::move(message)}});
}

// For a terminal: names in the file may hold anything.
std::string printable(std::string_view text) {
    std::string result(text.substr(0, kLongestPlace));
    for (char& c : result) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return result;
}

// Generous: a password in the address, or what may be one.
bool holds_password(const std::string& store) {
    const std::string address = percent_decode(store).value_or(store);
    const std::size_t credentials = address.find("://");
    if (credentials == std::string::npos) return false;
    const std::size_t at = address.rfind('@');
    const std::size_t colon = address.find(':', credentials + 3);
    return address.find("password=") != std::string::npos || (at != std::string::npos && colon < at);
}

// Of a file that says the store's password.
std::optional<std::string> problem_of_privacy(const Config& config, const std::string& path,
                                              const ConfigSources& sources) {
    if (environment_value(sources, "BFF_STORE") || !holds_password(config.store)) return std::nullopt;
    const auto text = sources.file(path, ConfigSources::Privacy::secret);
    if (text) return std::nullopt;
    return "holds a password, and " + text.error().detail + ", or give the address in BFF_STORE instead";
}

}  // namespace

tl::expected<Config, Problems> read_config(std::string_view text, const ConfigSources& sources) {
    JsonLimits limits;
    limits.comments = JsonLimits::Comments::allow;
    auto document = Json::parse(text, limits);
    if (!document) return one_problem("the file", "cannot be read: " + document.error().detail);
    if (!document->is_object()) return one_problem("the file", "must hold one object: {…}");
    Findings findings;
    apply_environment(*document, sources, findings);
    Config config = read_all(ObjectReader(&*document, findings), sources, findings);
    if (!findings.problems().empty()) return tl::make_unexpected(findings.problems());
    return config;
}

std::string config_path(const ConfigSources& sources) {
    return environment_value(sources, "BFF_CONFIG").value_or(std::string(kDefaultFile));
}

tl::expected<Config, Problems> load_config(const ConfigSources& sources) {
    const std::string path = config_path(sources);
    const bool named = environment_value(sources, "BFF_CONFIG").has_value();
    const auto text = sources.file(path, ConfigSources::Privacy::any);
    if (!text) return one_problem(named ? "BFF_CONFIG" : path, text.error().detail);
    if (*text) {
        auto config = read_config(**text, sources);
        if (!config) return config;
        if (const auto problem = problem_of_privacy(*config, path, sources)) return one_problem("store", *problem);
        return config;
    }
    if (named) return one_problem("BFF_CONFIG", "names a file that does not exist: " + path);
    // A container may be told everything by its environment.
    auto config = read_config("{}", sources);
    if (config) return config;
    Problems problems = config.error();
    problems.insert(problems.begin(), {path,
                                       "does not exist, and the environment does not say everything; write the "
                                       "file, or name another in BFF_CONFIG"});
    return tl::make_unexpected(std::move(problems));
}

std::string print_problems(const Problems& problems) {
    std::string lines;
    for (const ConfigProblem& problem : problems) {
        lines.append(printable(problem.place)).append(": ").append(problem.message).append("\n");
    }
    return lines;
}

std::vector<SettingFacts> known_settings() {
    const ConfigSources nothing{[](std::string_view) { return std::nullopt; },
                                [](const std::string&, ConfigSources::Privacy) { return std::nullopt; }};
    const Json one_route = Json::object({{"routes", Json::array({Json::object()})}});
    Findings findings;
    read_all(ObjectReader(&one_route, findings), nothing, findings);
    return findings.settings();
}

}  // namespace vestibule
