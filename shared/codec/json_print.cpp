// Printing JSON so that the text is safe in HTML too, and valid UTF-8 whatever octets a string holds.
#include <array>
#include <charconv>
#include <cmath>

#include "codec/json.h"
#include "codec/utf8.h"

namespace vestibule {
namespace {

constexpr std::string_view kReplacement = "\\ufffd";

std::string_view short_escape(char character) {
    switch (character) {
        case '"': return "\\\"";
        case '\\': return "\\\\";
        case '\b': return "\\b";
        case '\f': return "\\f";
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: return {};
    }
}

bool needs_escape(char character) {
    const auto octet = static_cast<unsigned char>(character);
    return octet < 0x20 || octet == 0x7f || character == '<' || character == '>' || character == '&';
}

void print_ascii(char character, std::string& out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto octet = static_cast<unsigned char>(character);
    if (const std::string_view escape = short_escape(character); !escape.empty()) {
        out += escape;
    } else if (needs_escape(character)) {
        out.append("\\u00").append(1, kDigits[octet >> 4]).append(1, kDigits[octet & 15]);
    } else {
        out += character;
    }
}

// JavaScript once took U+2028 and U+2029 for line ends inside a string.
void print_beyond_ascii(std::string_view character, std::string& out) {
    if (character == "\xe2\x80\xa8") {
        out += "\\u2028";
    } else if (character == "\xe2\x80\xa9") {
        out += "\\u2029";
    } else {
        out += character;
    }
}

void print_string(std::string_view text, std::string& out) {
    out += '"';
    while (!text.empty()) {
        const std::size_t size = utf8_character_size(text);
        if (size == 0) out += kReplacement;
        if (size == 1) print_ascii(text.front(), out);
        if (size > 1) print_beyond_ascii(text.substr(0, size), out);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    out += '"';
}

template <class Number>
std::string print_number(Number number) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

// A whole double keeps its ".0", so that it is read back as what it was. JSON has no NaN and no infinity.
std::string print_double(double number) {
    if (!std::isfinite(number)) return "null";
    const std::string text = print_number(number);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

class Printer {
public:
    enum class Layout { compact, indented };
    explicit Printer(Layout layout) : layout_(layout) {}

    void print(const Json& value) {
        if (value.is_null()) out_ += "null";
        if (value.is_bool()) out_ += value.as_bool() ? "true" : "false";
        if (value.is_integer()) out_ += print_number(value.as_integer());
        if (value.is_number() && !value.is_integer()) out_ += print_double(value.as_double());
        if (value.is_string()) print_string(value.as_string(), out_);
        if (value.is_array()) print_list('[', value.as_array(), ']');
        if (value.is_object()) print_list('{', value.as_object(), '}');
    }

    std::string take() { return std::move(out_); }

private:
    template <class List>
    void print_list(char open, const List& list, char close) {
        out_ += open;
        ++depth_;
        for (const auto& element : list) {
            if (&element != &list.front()) out_ += ',';
            new_line();
            print_element(element);
        }
        --depth_;
        if (!list.empty()) new_line();
        out_ += close;
    }

    void print_element(const Json& item) { print(item); }
    void print_element(const Json::Member& member) {
        print_string(member.first, out_);
        out_ += layout_ == Layout::compact ? ":" : ": ";
        print(member.second);
    }

    void new_line() {
        if (layout_ == Layout::indented) out_.append("\n").append(depth_ * 2, ' ');
    }

    Layout layout_;
    std::size_t depth_ = 0;
    std::string out_;
};

std::string printed(const Json& value, Printer::Layout layout) {
    Printer printer(layout);
    printer.print(value);
    return printer.take();
}

}  // namespace

std::string Json::print() const { return printed(*this, Printer::Layout::compact); }
std::string Json::print_indented() const { return printed(*this, Printer::Layout::indented); }

}  // namespace vestibule
