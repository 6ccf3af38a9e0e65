#include "http/message.h"

#include <algorithm>
#include <array>

namespace vestibule {
namespace {

constexpr std::size_t kChunk = 16 * 1024;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

auto has_name(std::string_view name) {
    return [name](const HeaderField& field) { return equal_ignoring_case(field.name, name); };
}

bool is_token_character(char c) {
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return true;
    return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_value_character(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return c == '\t' || (octet >= 0x20 && octet != 0x7f);
}

// Up to `size` octets; fewer where the source ends before.
Result<std::string> read_up_to(BodySource& source, std::size_t size) {
    std::string body;
    std::array<char, kChunk> chunk{};
    while (body.size() < size) {
        const std::size_t wanted = std::min(chunk.size(), size - body.size());
        const auto got = source.read(std::span(chunk).first(wanted));
        if (!got) return failure(got.error());
        if (*got == 0) break;
        body.append(chunk.data(), *got);
    }
    return body;
}

}  // namespace

void HeaderFields::add(std::string_view name, std::string_view value) {
    fields_.push_back({std::string(name), std::string(value)});
}

void HeaderFields::set(std::string_view name, std::string_view value) {
    erase(name);
    add(name, value);
}

void HeaderFields::erase(std::string_view name) { std::erase_if(fields_, has_name(name)); }

std::optional<std::string_view> HeaderFields::find(std::string_view name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(), has_name(name));
    return found == fields_.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::optional<std::string_view> HeaderFields::single(std::string_view name) const {
    const bool only_one = std::count_if(fields_.begin(), fields_.end(), has_name(name)) == 1;
    return only_one ? find(name) : std::nullopt;
}

std::vector<std::string_view> HeaderFields::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const HeaderField& field : fields_) {
        if (equal_ignoring_case(field.name, name)) values.emplace_back(field.value);
    }
    return values;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_valid_field_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
}

bool is_valid_field_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(), is_value_character);
}

Result<std::string> read_body(const Request& request, std::size_t max_octets) {
    const std::uint64_t announced = request.content_length.value_or(0);
    if (announced == 0) return std::string{};
    if (announced > max_octets) return failure(ErrorCode::body_too_large, "the announced body");
    auto body = read_up_to(*request.body, static_cast<std::size_t>(announced));
    if (body && body->size() < announced) return failure(ErrorCode::bad_request, "a body shorter than announced");
    return body;
}

}  // namespace vestibule
