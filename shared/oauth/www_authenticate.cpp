#include "oauth/www_authenticate.h"

#include <algorithm>

#include "http/message.h"

namespace vestibule {
namespace {

constexpr std::size_t kMostChallenges = 16;
constexpr std::size_t kMostParameters = 16;

bool is_token_character(char c) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
}

// token68 has '/' and '=' besides (RFC 9110 §11.2).
bool is_token68_character(char c) { return is_token_character(c) || c == '/' || c == '='; }

std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// Reads the field value from left to right; every function leaves what it did not take.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }
    bool at_border() const { return rest_.empty() || std::string_view(" \t,").find(rest_.front()) != rest_.npos; }

    bool skip(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool skip_spaces() {
        const std::size_t before = rest_.size();
        while (skip(' ') || skip('\t')) {
        }
        return rest_.size() != before;
    }
    // Past the next comma: what could not be read is given up.
    void skip_element() {
        rest_.remove_prefix(std::min(rest_.find(','), rest_.size()));
        skip(',');
    }

    std::string token() { return std::string(take(is_token_character)); }
    void token68() { take(is_token68_character); }

    // name "=" ( token / quoted-string ), with the spaces that RFC 9110 §11.2 tolerates. Leaves everything where it is
    // none.
    std::optional<std::pair<std::string, std::string>> parameter() {
        const std::string_view start = rest_;
        const std::string name = token();
        skip_spaces();
        if (!name.empty() && skip('=')) {
            skip_spaces();
            auto value = rest_.starts_with('"') ? quoted_string() : some(token());
            skip_spaces();
            if (value && (rest_.empty() || rest_.starts_with(','))) return std::pair(lower_case(name), *value);
        }
        rest_ = start;
        return std::nullopt;
    }

private:
    static std::optional<std::string> some(std::string text) {
        return text.empty() ? std::nullopt : std::optional(std::move(text));
    }

    std::string_view take(bool (*belongs)(char)) {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), belongs);
        const std::string_view taken(rest_.data(), static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::optional<std::string> quoted_string() {
        skip('"');
        std::string value;
        while (!rest_.empty()) {
            if (skip('"')) return value;
            if (skip('\\') && rest_.empty()) return std::nullopt;
            value.push_back(rest_.front());
            rest_.remove_prefix(1);
        }
        return std::nullopt;
    }

    std::string_view rest_;
};

// "Bearer a=b, c=d" or "Basic dXNlcg==": parameters, or one token68, which nobody here needs.
void read_details(Reader& reader, Challenge& challenge) {
    if (!reader.skip_spaces()) return;
    while (auto parameter = reader.parameter()) {
        if (challenge.parameters.size() < kMostParameters) challenge.parameters.push_back(std::move(*parameter));
        reader.skip(',');
        reader.skip_spaces();
    }
    if (challenge.parameters.empty()) reader.token68();
}

}  // namespace

std::optional<std::string_view> Challenge::find(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
        if (equal_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

// challenge = auth-scheme [ 1*SP ( token68 / #auth-param ) ] (RFC 9110 §11.3). The comma separates both challenges and
// parameters: what is followed by '=' and a value is a parameter.
std::vector<Challenge> parse_www_authenticate(std::string_view value) {
    std::vector<Challenge> challenges;
    Reader reader(value);
    while (!reader.at_end() && challenges.size() < kMostChallenges) {
        reader.skip_spaces();
        if (reader.skip(',')) continue;
        Challenge challenge{lower_case(reader.token()), {}};
        if (challenge.scheme.empty() || !reader.at_border()) {
            reader.skip_element();
            continue;
        }
        read_details(reader, challenge);
        challenges.push_back(std::move(challenge));
    }
    return challenges;
}

}  // namespace vestibule
