// The web server's side of FastCGI 1.0, record by record, so that a test can also do it wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vestibule {

struct FastcgiAnswer {
    std::string out;     // FCGI_STDOUT: the CGI response
    bool ended = false;  // FCGI_END_REQUEST came
    int protocol_status = -1;
    bool closed = false;  // the connection was closed, or broken

    std::string status() const;                      // "200 OK", of the Status field
    std::string field(std::string_view name) const;  // "" where there is none
    std::string body() const;
};

using FastcgiParams = std::vector<std::pair<std::string, std::string>>;

// What a web server sets for a request: GET of `target`; `more` comes after.
FastcgiParams params_of(std::string_view target, const FastcgiParams& more = {});

// One record's octets, padded to a multiple of eight; and the records of a parameter stream with its end.
std::string fastcgi_record(int type, std::uint16_t id, std::string_view content);
std::string fastcgi_params(const FastcgiParams& params, std::uint16_t id = 1);

class FastcgiClient {
public:
    enum class Connection { close, keep };
    enum class Role : std::uint16_t { responder = 1, authorizer = 2, filter = 3, unknown = 9 };

    explicit FastcgiClient(const std::string& socket_path);
    ~FastcgiClient();
    FastcgiClient(const FastcgiClient&) = delete;
    FastcgiClient& operator=(const FastcgiClient&) = delete;

    void begin(Connection connection, Role role = Role::responder, std::uint16_t id = 1);
    void params(const FastcgiParams& params, std::uint16_t id = 1);
    void standard_input(std::string_view octets, std::uint16_t id = 1);  // in records of at most 65 535
    void end_standard_input(std::uint16_t id = 1);
    void abort(std::uint16_t id = 1);
    void raw(std::string_view octets);
    void record(int type, std::uint16_t id, std::string_view content);
    void close();
    // Waits so long for something to read, an answer or the end of the connection: whether there is.
    bool hears_within(std::chrono::milliseconds at_most) const;

    // Reads until FCGI_END_REQUEST, the end of the connection, or `until` stands in the output.
    FastcgiAnswer collect(std::string_view until = {});
    // begin, params, the body, its end, and collect.
    FastcgiAnswer exchange(const FastcgiParams& params, std::string_view body = {},
                           Connection connection = Connection::close);

private:
    bool read_exactly(char* into, std::size_t size);
    int descriptor_;
};

}  // namespace vestibule
