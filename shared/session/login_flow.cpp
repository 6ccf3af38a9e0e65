#include "session/login_flow.h"

#include "codec/base64url.h"
#include "codec/json.h"
#include "crypto/hash.h"
#include "crypto/p256_scalar.h"
#include "crypto/seal.h"
#include "http/set_cookie.h"
#include "session/session_cookie.h"

namespace vestibule {
namespace {

constexpr std::string_view kPurpose = "login/state";
constexpr std::size_t kBindingOctets = 32;
constexpr std::size_t kLongestState = 8 * 1024;

// Browser and issuer, hashed so that the context has one length and no boundary to shift.
std::string flow_context(const BrowserBinding& browser, std::string_view issuer) {
    return sha256(browser.octets().reveal()) + sha256(issuer);
}

// Known at the login, for `dpop_jkt`, and again at the callback, which seals it into the session (RFC 9449 §10).
Secret derive_dpop_key(const KeyRing::Key& key, const std::string& flow_id, const BrowserBinding& browser) {
    const Secret input(key.octets.reveal() + browser.octets().reveal());
    return p256_scalar(Secret(hkdf_sha256(input.reveal(), flow_id, "login/dpop_key", kP256SeedOctets)));
}

FlowSecrets derive_secrets(const KeyRing::Key& key, const std::string& flow_id, const BrowserBinding& browser) {
    return {base64url_encode(hkdf_sha256(key.octets.reveal(), flow_id, "login/nonce", 32)),
            Secret(base64url_encode(hkdf_sha256(key.octets.reveal(), flow_id, "login/code_verifier", 32))),
            derive_dpop_key(key, flow_id, browser)};
}

Json to_json(const LoginFlow& flow) {
    Json json = Json::object({{"id", base64url_encode(flow.id)},
                              {"at", static_cast<std::int64_t>(flow.started_at.time_since_epoch().count())},
                              {"to", flow.return_to}});
    if (flow.max_age) json.set("max_age", static_cast<std::int64_t>(flow.max_age->count()));
    if (!flow.acr_values.empty()) {
        Json::Array values(flow.acr_values.begin(), flow.acr_values.end());
        json.set("acr", std::move(values));
    }
    if (flow.answer_by == AnswerBy::message) json.set("message", true);
    if (flow.silent) json.set("silent", true);
    if (flow.replaces) json.set("replaces", base64url_encode(flow.replaces->octets));
    return json;
}

std::vector<std::string> strings_at(const Json& json, std::string_view name) {
    std::vector<std::string> strings;
    const Json* array = json.find(name);
    if (array == nullptr || !array->is_array()) return strings;
    for (const Json& item : array->as_array()) {
        if (item.is_string()) strings.push_back(item.as_string());
    }
    return strings;
}

std::optional<LoginFlow> from_json(const Json& json) {
    const auto id = json.string_at("id");
    const auto at = json.integer_at("at");
    const auto to = json.string_at("to");
    if (!id || !at || !to) return std::nullopt;
    LoginFlow flow{
        base64url_decode(*id).value_or(""), WallTime{Seconds{*at}}, *to, {}, strings_at(json, "acr"), {}, {}};
    if (auto max_age = json.integer_at("max_age")) flow.max_age = Seconds{*max_age};
    if (json.bool_at("message").value_or(false)) flow.answer_by = AnswerBy::message;
    flow.silent = json.bool_at("silent").value_or(false);
    if (auto replaces = json.string_at("replaces"))
        flow.replaces = SessionKey{base64url_decode(*replaces).value_or("")};
    return flow;
}

std::optional<LoginFlow> parse_flow(const Secret& plain) {
    const auto json = Json::parse(plain.reveal());
    if (!json) return std::nullopt;
    return from_json(*json);
}

tl::unexpected<Error> invalid(std::string detail) { return failure(ErrorCode::flow_invalid, std::move(detail)); }

}  // namespace

BrowserBinding BrowserBinding::of_or_new(const Request& request, Random& random) {
    if (auto existing = of(request)) return *std::move(existing);
    return BrowserBinding(Secret(random.octets(kBindingOctets)));
}

std::optional<BrowserBinding> BrowserBinding::of(const Request& request) {
    const CookieLookup lookup = find_cookie(request, kLoginCookieName);
    if (lookup.presence != CookieLookup::Presence::present) return std::nullopt;
    auto octets = base64url_decode(lookup.value);
    if (!octets || octets->size() != kBindingOctets) return std::nullopt;
    return BrowserBinding(Secret(*std::move(octets)));
}

std::string BrowserBinding::set_cookie(ResponseMode mode) const {
    const SameSite same_site = mode == ResponseMode::form_post ? SameSite::none : SameSite::lax;
    return SetCookie{std::string(kLoginCookieName), base64url_encode(octets_.reveal()), same_site, kLoginFlowLifetime}
        .header_value();
}

StartedFlow start_flow(const LoginFlow& flow, const KeyRing& keys, Random& random, const BrowserBinding& browser,
                       std::string_view issuer) {
    const std::string context = flow_context(browser, issuer);
    const std::string sealed = seal(keys, random, {kPurpose, context}, Secret(to_json(flow).print()));
    // Of the very key that sealed: another may seal by now.
    const KeyRing::Key* key = keys.find(sealing_key_id(sealed).value_or(""));
    return {base64url_encode(sealed), derive_secrets(key != nullptr ? *key : keys.sealing(), flow.id, browser)};
}

Result<ResumedFlow> resume_flow(std::string_view state, const KeyRing& keys, const BrowserBinding& browser,
                                std::string_view issuer, WallTime now) {
    if (state.size() > kLongestState) return invalid("state is too long");
    const auto sealed = base64url_decode(state);
    if (!sealed) return invalid("state is not base64url");
    const std::string context = flow_context(browser, issuer);
    const auto plain = open_sealed(keys, {kPurpose, context}, *sealed);
    if (!plain) return invalid("state does not open: forged, of another browser, or of a key that is gone");
    auto flow = parse_flow(*plain);
    if (!flow) return invalid("state opens but makes no sense");
    const KeyRing::Key* key = keys.find(sealing_key_id(*sealed).value_or(""));
    if (key == nullptr) return invalid("state's key is gone");
    if (now - flow->started_at >= kLoginFlowLifetime) {
        return failure(ErrorCode::flow_expired, "the login was begun more than ten minutes ago");
    }
    FlowSecrets secrets = derive_secrets(*key, flow->id, browser);
    return ResumedFlow{*std::move(flow), std::move(secrets), browser};
}

}  // namespace vestibule
