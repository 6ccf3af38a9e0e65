#include "crypto/key_ring.h"

#include <algorithm>
#include <optional>

#include "codec/base64url.h"

namespace vestibule {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kMaxIdSize = 16;

bool is_id_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_key_id(std::string_view id) {
    return !id.empty() && id.size() <= kMaxIdSize && std::all_of(id.begin(), id.end(), is_id_character);
}

bool is_all_zero(std::string_view octets) { return octets.find_first_not_of('\0') == std::string_view::npos; }

bool has_id(const std::vector<KeyRing::Key>& keys, std::string_view id) {
    return std::any_of(keys.begin(), keys.end(), [id](const KeyRing::Key& key) { return key.id == id; });
}

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view kBlank = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    return line.substr(0, line.find_last_not_of(kBlank) + 1);
}

std::string_view next_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return trimmed(line);
}

// Adds the key of a line to `keys`, or says what is wrong with it; never quotes it.
std::optional<std::string> read_line(std::string_view line, std::vector<KeyRing::Key>& keys) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return "is not id:key";
    const std::string_view id = line.substr(0, colon);
    if (!is_key_id(id)) return "has an id that is not 1-16 characters of A-Z a-z 0-9 _ -";
    if (has_id(keys, id)) return "has an id that came before";
    auto decoded = base64url_decode(line.substr(colon + 1));
    if (!decoded) return "has a key that is not base64url without padding";
    const Secret octets(std::move(*decoded));
    if (octets.size() != kKeySize) return "has a key that is not 32 octets long";
    if (is_all_zero(octets.reveal())) return "has a key of zeros only";
    keys.push_back({std::string(id), octets});
    return std::nullopt;
}

}  // namespace

Result<KeyRing> KeyRing::parse(const Secret& text) {
    std::vector<Key> keys;
    std::string problems;
    std::string_view rest = text.reveal();
    for (int number = 1; !rest.empty(); ++number) {
        const std::string_view line = next_line(rest);
        if (line.empty() || line.starts_with('#')) continue;
        const auto problem = read_line(line, keys);
        if (problem) problems += "; line " + std::to_string(number) + ' ' + *problem;
    }
    if (keys.empty() && problems.empty()) problems = "; there is no key";
    if (!problems.empty()) return failure(ErrorCode::internal, "keys" + problems);
    return KeyRing(std::move(keys));
}

const KeyRing::Key* KeyRing::find(std::string_view id) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [id](const Key& key) { return key.id == id; });
    return found == keys_.end() ? nullptr : &*found;
}

std::string new_key_line(Random& random, std::string_view id) {
    std::string octets = random.octets(kKeySize);
    std::string line = std::string(id) + ':' + base64url_encode(octets);
    wipe(octets);
    return line;
}

}  // namespace vestibule
