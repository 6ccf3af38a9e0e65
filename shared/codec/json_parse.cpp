// Reading JSON. RapidJSON finds the tokens, iteratively, so that no depth of nesting can exhaust the stack; the limits
// and whatever RFC 8259 leaves to the reader (duplicate names, lone surrogates, what follows a NUL) are decided here.
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>

#include "codec/json.h"
#include "codec/utf8.h"

namespace vestibule {
namespace {

using rapidjson::SizeType;
using rapidjson::UTF8;

// An object or array that is not closed yet.
struct Frame {
    std::variant<Json::Object, Json::Array> container;
    std::string pending_name;  // of an object: the member whose value comes next
};

bool has_duplicate_names(const Json::Object& members) {
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& [name, value] : members) names.emplace_back(name);
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// Too small for a double, as opposed to too large: its exponent is negative, and no row of digits makes up for it.
bool is_next_to_nothing(std::string_view number) {
    constexpr std::size_t kMostDigits = 300;
    return number.size() <= kMostDigits && number.find_first_of("eE") + 1 == number.find('-', 1);
}

// RapidJSON 1.1 counts the leading zeros of 0 on its way to a double, which is undefined; from_chars does not, and it
// knows no locale. What a 64-bit integer cannot hold becomes a double; for what is too large for a double: null.
Json number_of(std::string_view text) {
    const char* end = text.data() + text.size();
    std::int64_t integer = 0;
    const auto whole = std::from_chars(text.data(), end, integer);
    if (whole.ec == std::errc{} && whole.ptr == end) return integer;
    double number = 0;
    const auto real = std::from_chars(text.data(), end, number);
    if (real.ec == std::errc{} && real.ptr == end) return number;
    if (is_next_to_nothing(text)) return 0.0;
    return nullptr;
}

// Receives RapidJSON's events (hence the names of its functions) and builds the value. An event that answers false
// stops the reader; `refusal` then says why.
class Builder : public rapidjson::BaseReaderHandler<UTF8<>, Builder> {
public:
    explicit Builder(std::size_t max_depth) : max_depth_(max_depth) {}

    bool Null() { return add(Json()); }
    bool Bool(bool value) { return add(Json(value)); }
    bool RawNumber(const char* text, SizeType size, bool) {
        Json number = number_of({text, size});
        return number.is_null() ? refuse("a number out of range") : add(std::move(number));
    }

    bool String(const char* text, SizeType size, bool) {
        return is_text({text, size}) && add(Json(std::string_view(text, size)));
    }
    bool Key(const char* text, SizeType size, bool) {
        frames_.back().pending_name.assign(text, size);
        return is_text({text, size});
    }

    bool StartObject() { return open({Json::Object{}, {}}); }
    bool StartArray() { return open({Json::Array{}, {}}); }
    bool EndObject(SizeType) {
        auto members = std::move(std::get<Json::Object>(frames_.back().container));
        frames_.pop_back();
        if (has_duplicate_names(members)) return refuse("two members of one name in the object that ends");
        return add(Json(std::move(members)));
    }
    bool EndArray(SizeType) {
        auto items = std::move(std::get<Json::Array>(frames_.back().container));
        frames_.pop_back();
        return add(Json(std::move(items)));
    }

    const char* refusal() const { return refusal_; }
    Json take() { return std::move(root_); }

private:
    bool refuse(const char* why) {
        refusal_ = why;
        return false;
    }

    // RapidJSON 1.1 lets an escaped low surrogate pass on its own, and its octets are not UTF-8.
    bool is_text(std::string_view text) { return is_valid_utf8(text) || refuse("an escape that is no character"); }

    bool open(Frame frame) {
        if (frames_.size() >= max_depth_) return refuse("nested too deeply");
        frames_.push_back(std::move(frame));
        return true;
    }

    bool add(Json value) {
        if (frames_.empty()) {
            root_ = std::move(value);
        } else if (Frame& frame = frames_.back(); auto* items = std::get_if<Json::Array>(&frame.container)) {
            items->push_back(std::move(value));
        } else {
            std::get<Json::Object>(frame.container).emplace_back(std::move(frame.pending_name), std::move(value));
        }
        return true;
    }

    std::size_t max_depth_;
    std::vector<Frame> frames_;
    Json root_;
    const char* refusal_ = nullptr;
};

tl::unexpected<Error> refusal_at(std::string_view what, std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    return failure(ErrorCode::bad_request, "JSON: " + std::string(what) + " at octet " + std::to_string(offset) +
                                               ", line " + std::to_string(line));
}

// The first octet that belongs to no well-formed character.
std::size_t valid_prefix(std::string_view text) {
    std::size_t offset = 0;
    while (const std::size_t size = utf8_character_size(text.substr(offset))) offset += size;
    return offset;
}

template <unsigned kFlags>
Result<Json> parse_with(std::string_view text, const JsonLimits& limits) {
    Builder builder(limits.max_depth);
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::Reader reader;
    const auto outcome = reader.Parse<kFlags>(stream, builder);
    if (builder.refusal() != nullptr) return refusal_at(builder.refusal(), text, stream.Tell());
    if (outcome.IsError()) return refusal_at(rapidjson::GetParseError_En(outcome.Code()), text, outcome.Offset());
    // To RapidJSON a NUL is the end of the text, wherever it stands.
    if (stream.Tell() != text.size()) return refusal_at("a NUL", text, stream.Tell());
    return builder.take();
}

}  // namespace

Result<Json> Json::parse(std::string_view text, const JsonLimits& limits) {
    constexpr unsigned kStrict = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    if (text.size() > limits.max_octets) return failure(ErrorCode::bad_request, "JSON: too long");
    if (text.starts_with("\xef\xbb\xbf")) return refusal_at("a byte-order mark", text, 0);
    if (const std::size_t valid = valid_prefix(text); valid < text.size()) return refusal_at("no UTF-8", text, valid);
    if (limits.comments == JsonLimits::Comments::allow) {
        return parse_with<kStrict | rapidjson::kParseCommentsFlag>(text, limits);
    }
    return parse_with<kStrict>(text, limits);
}

}  // namespace vestibule
