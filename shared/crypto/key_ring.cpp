#include "crypto/key_ring.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
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

Result<std::vector<KeyRing::Key>> parse_keys(const Secret& text) {
    std::vector<KeyRing::Key> keys;
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
    return keys;
}

const KeyRing::Key* key_of(const std::vector<KeyRing::Key>& keys, std::string_view id) {
    const auto found = std::find_if(keys.begin(), keys.end(), [id](const KeyRing::Key& key) { return key.id == id; });
    return found == keys.end() ? nullptr : &*found;
}

bool same(const std::vector<KeyRing::Key>& a, const std::vector<KeyRing::Key>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const KeyRing::Key& x, const KeyRing::Key& y) {
        return x.id == y.id && x.octets.reveal() == y.octets.reveal();
    });
}

constexpr Seconds kLookEvery{1};
constexpr Seconds kKnownEverywhere{10};  // many times that

}  // namespace

// The keys as they stand. Readers take no lock but when it is time to look.
class KeyRing::Followed {
public:
    enum class Occasion { any, unknown_id };

    explicit Followed(std::vector<Key> keys) {
        all_.push_back(std::move(keys));
        keys_ = &all_.back();
        sealing_ = &all_.back().front();
    }

    const std::vector<Key>& keys() const { return *keys_.load(); }
    const Key& sealing() const { return *sealing_.load(); }

    void follow(std::unique_ptr<KeySource> source, const Clock& clock) {
        source_ = std::move(source);
        clock_ = &clock;
    }

    void look(Occasion occasion) {
        if (!source_) return;
        const MonotonicTime now = clock_->monotonic_now();
        auto& due = occasion == Occasion::any ? due_ : due_for_unknown_;
        if (now.time_since_epoch().count() < due.load()) return;
        const std::lock_guard lock(mutex_);
        if (now.time_since_epoch().count() < due.load()) return;  // another thread was faster
        if (auto text = source_->newer()) adopt(*text, now);
        if (now >= front_seals_from_) sealing_ = &keys().front();
        due = (now + kLookEvery).time_since_epoch().count();
    }

private:
    void adopt(const Secret& text, MonotonicTime now) {
        auto read = parse_keys(text);
        if (!read) return source_->refused(read.error().detail);
        if (same(*read, keys())) return;
        all_.push_back(std::move(*read));
        const std::vector<Key>& fresh = all_.back();
        const Key* sealed_so_far = key_of(fresh, sealing().id);
        // A key that was taken away must not seal one more value: then there is nothing to wait for.
        front_seals_from_ = sealed_so_far == nullptr ? now : now + kKnownEverywhere;
        sealing_ = sealed_so_far == nullptr ? &fresh.front() : sealed_so_far;
        keys_ = &fresh;
        source_->adopted(fresh.front().id);
    }

    std::unique_ptr<KeySource> source_;
    const Clock* clock_ = nullptr;
    std::atomic<const std::vector<Key>*> keys_;
    std::atomic<const Key*> sealing_;
    std::atomic<MonotonicTime::rep> due_{0}, due_for_unknown_{0};
    std::mutex mutex_;                  // of what follows
    std::deque<std::vector<Key>> all_;  // never taken from: somebody may hold a reference
    MonotonicTime front_seals_from_{};
};

KeyRing::KeyRing(std::vector<Key> keys) : followed_(std::make_shared<Followed>(std::move(keys))) {}

Result<KeyRing> KeyRing::parse(const Secret& text) {
    auto keys = parse_keys(text);
    if (!keys) return failure(std::move(keys.error()));
    return KeyRing(std::move(*keys));
}

const KeyRing::Key& KeyRing::sealing() const {
    followed_->look(Followed::Occasion::any);
    return followed_->sealing();
}

const KeyRing::Key* KeyRing::find(std::string_view id) const {
    followed_->look(Followed::Occasion::any);
    if (const Key* known = key_of(followed_->keys(), id)) return known;
    followed_->look(Followed::Occasion::unknown_id);
    return key_of(followed_->keys(), id);
}

const std::vector<KeyRing::Key>& KeyRing::keys() const {
    followed_->look(Followed::Occasion::any);
    return followed_->keys();
}

void KeyRing::follow(std::unique_ptr<KeySource> source, const Clock& clock) {
    followed_->follow(std::move(source), clock);
}

std::string new_key_line(Random& random, std::string_view id) {
    std::string octets = random.octets(kKeySize);
    std::string line = std::string(id) + ':' + base64url_encode(octets);
    wipe(octets);
    return line;
}

}  // namespace vestibule
