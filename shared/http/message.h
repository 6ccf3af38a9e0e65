// HTTP requests and responses as values. What a handler takes and gives; what the client sends and receives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace vestibule {

struct HeaderField {
    std::string name;
    std::string value;
    friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

// Header fields in order; names compare case-insensitively (RFC 9110 §5.1).
class HeaderFields {
public:
    HeaderFields() = default;
    HeaderFields(std::initializer_list<HeaderField> fields) : fields_(fields) {}

    void add(std::string_view name, std::string_view value);
    void set(std::string_view name, std::string_view value);  // replaces all of that name
    void erase(std::string_view name);
    // The first field of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    // The value of the only field of that name; nothing where there is none, or more than one.
    std::optional<std::string_view> single(std::string_view name) const;
    std::vector<std::string_view> all(std::string_view name) const;

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }

private:
    std::vector<HeaderField> fields_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII only, any locale
// Name is a token and value has no CR, LF, NUL or other control but TAB (RFC 9110 §5.5, checklist P50).
bool is_valid_field_name(std::string_view name);
bool is_valid_field_value(std::string_view value);

// Octets that come bit by bit. One reader.
class BodySource {
public:
    virtual ~BodySource() = default;
    // Waits for at least one octet; 0 means the end was reached properly. An error means the body is truncated or
    // unreadable, and what came before must not be taken for the whole.
    virtual Result<std::size_t> read(std::span<char> into) = 0;
    // For a reader that has other things to look at meanwhile: whether read() would give octets, the end or an error
    // without waiting, and a descriptor that becomes readable when more comes (-1: ask again later).
    virtual bool ready() { return true; }
    virtual int descriptor() const { return -1; }
};

// Whether somebody still waits for the answer. Asked at most every 200 ms while something slow runs.
class Cancellation {
public:
    virtual ~Cancellation() = default;
    virtual bool cancelled() const = 0;
};

// A request as the web server handed it over.
struct Request {
    std::string method = "GET";
    std::string path = "/";  // raw, as the browser sent it, without the query
    std::string query;       // raw, without '?'
    bool has_query = false;  // there was a '?', perhaps with nothing after it
    HeaderFields headers;    // no Proxy, no Authorization handling: see adapters/cgi/cgi_request.h
    std::optional<std::uint64_t> content_length;
    std::shared_ptr<BodySource> body;                  // never null when content_length > 0
    std::shared_ptr<const Cancellation> cancellation;  // null: nobody can go away
    std::string remote_address;
    std::string request_id;  // 16 random octets in hex, or the one the web server set
};

// The whole body: exactly content_length octets, none where no length was announced. body_too_large before anything is
// read; bad_request where it ends early (checklist H05, H06).
Result<std::string> read_body(const Request& request, std::size_t max_octets);

struct Response {
    int status = 200;
    HeaderFields headers;
    std::variant<std::string, std::shared_ptr<BodySource>> body;
};

}  // namespace vestibule
