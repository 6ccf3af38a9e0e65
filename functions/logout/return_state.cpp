#include "functions/logout/return_state.h"

#include "codec/base64url.h"
#include "codec/json.h"
#include "crypto/seal.h"

namespace vestibule {
namespace {

constexpr std::string_view kPurpose = "logout/return";
constexpr Seconds kLifetime = std::chrono::hours{1};
constexpr std::size_t kLongestState = 4096;

std::optional<ReturnPath> return_path_in(std::string_view state, const SessionWorld& world) {
    if (state.size() > kLongestState) return std::nullopt;
    const auto sealed = base64url_decode(state);
    if (!sealed) return std::nullopt;
    const auto plain = open_sealed(world.keys, {kPurpose, world.config.provider.issuer}, *sealed);
    if (!plain) return std::nullopt;
    const auto content = Json::parse(plain->reveal());
    if (!content) return std::nullopt;
    const Json* made = content->find("made");
    if (made == nullptr || !made->is_integer()) return std::nullopt;
    if (WallTime{Seconds{made->as_integer()}} <= world.clock.now() - kLifetime) return std::nullopt;
    return ReturnPath::parse(content->string_at("returnTo").value_or(""));
}

}  // namespace

std::string logout_state(const ReturnPath& return_to, const SessionWorld& world) {
    const Json content = Json::object(
        {{"returnTo", return_to.text()}, {"made", std::int64_t{world.clock.now().time_since_epoch().count()}}});
    return base64url_encode(
        seal(world.keys, world.random, {kPurpose, world.config.provider.issuer}, Secret(content.print())));
}

std::string landing_after_logout(std::string_view state, const SessionWorld& world) {
    const auto path = return_path_in(state, world);
    return world.config.url_of(path ? path->text() : world.config.paths.app);
}

}  // namespace vestibule
