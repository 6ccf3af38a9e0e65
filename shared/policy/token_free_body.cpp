#include "policy/token_free_body.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace vestibule {
namespace {

constexpr std::size_t kChunk = 16 * 1024;

// memmem() skips over most of the text; std::string::find() looks at every octet.
std::optional<std::size_t> position_of(std::string_view token, std::string_view text) {
    const void* found = ::memmem(text.data(), text.size(), token.data(), token.size());
    if (found == nullptr) return std::nullopt;
    return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// The length of the longest end of `text` that the token begins with.
std::size_t possible_beginning(std::string_view text, std::string_view token) {
    const std::size_t longest = std::min(text.size(), token.size() - 1);
    for (std::size_t size = longest; size > 0; --size) {
        if (text.ends_with(token.substr(0, size))) return size;
    }
    return 0;
}

class TokenFreeBody final : public BodySource {
public:
    TokenFreeBody(std::shared_ptr<BodySource> body, const Secret& token) : body_(std::move(body)), token_(token) {}

    ~TokenFreeBody() override { wipe(buffer_); }

    Result<std::size_t> read(std::span<char> into) override {
        while (given_ == cleared_ && !ended_) {
            if (auto filled = fill(); !filled) return failure(filled.error());
        }
        const std::size_t count = std::min(into.size(), cleared_ - given_);
        std::copy_n(buffer_.data() + given_, count, into.data());
        given_ += count;
        return count;
    }

private:
    // buffer_ holds what was given, what is cleared to be given, and what may be the token's beginning.
    Result<void> fill() {
        if (found_) return failure(ErrorCode::upstream_invalid, "the upstream sent the access token back");
        buffer_.erase(0, cleared_);
        given_ = cleared_ = 0;
        const std::size_t held = buffer_.size();
        buffer_.resize(held + kChunk);
        const auto count = body_->read(std::span(buffer_).subspan(held));
        buffer_.resize(held + (count ? *count : 0));
        if (!count) return failure(count.error());
        ended_ = *count == 0;
        clear(held);
        return {};
    }

    void clear(std::size_t already_searched) {
        const std::string_view token = token_.reveal();
        const std::size_t from = already_searched - std::min(already_searched, token.size());
        const auto found = position_of(token, std::string_view(buffer_).substr(from));
        found_ = found.has_value();
        if (found) {
            cleared_ = from + *found;
            ended_ = false;
        } else {
            cleared_ = ended_ ? buffer_.size() : buffer_.size() - possible_beginning(buffer_, token);
        }
    }

    std::shared_ptr<BodySource> body_;
    const Secret token_;
    std::string buffer_;
    std::size_t given_ = 0;
    std::size_t cleared_ = 0;
    bool ended_ = false;
    bool found_ = false;
};

}  // namespace

std::shared_ptr<BodySource> token_free_body(std::shared_ptr<BodySource> body, const Secret& token) {
    if (token.empty()) return body;
    return std::make_shared<TokenFreeBody>(std::move(body), token);
}

}  // namespace vestibule
