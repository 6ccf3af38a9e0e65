// A response becomes CGI text (adapters/cgi/cgi_response.h): whatever its fields hold, none breaks out of its line.
#include "adapters/cgi/cgi_response.h"

#include <charconv>

#include "tests/fuzz/fuzz_target.h"
#include "tests/support/recording_log.h"

using namespace vestibule;
using fuzz::Pieces;
using fuzz::require;

namespace {

class TextSink final : public ResponseSink {
public:
    bool write(std::string_view octets) override { return text.append(octets), true; }
    bool flush() override { return true; }
    std::string text;
};

// The status, the method, the fields, an empty line, the body.
struct Case {
    Response response;
    std::string method;
    std::string body;

    explicit Case(std::string_view input) {
        Pieces lines(input);
        const std::string_view status = lines.next();
        std::from_chars(status.data(), status.data() + status.size(), response.status);
        method = lines.next();
        while (!lines.empty()) {
            const std::string_view line = lines.next();
            if (line.empty()) break;
            const auto colon = std::min(line.find(':'), line.size());
            // "|" stands for a line break, so that one can be in a value.
            std::string value(line.substr(std::min(colon + 1, line.size())));
            for (char& c : value) c = c == '|' ? '\n' : c;
            response.headers.add(line.substr(0, colon), value);
        }
        body = lines.rest();
        response.body = body;
    }
};

}  // namespace

FUZZ_TARGET(cgi_response) {
    const Case that(input);
    TextSink sink;
    RecordingLog log;
    require(write_response(that.response, that.method, sink, log) == Delivery::whole, "a text is delivered whole");

    const auto end = sink.text.find("\r\n\r\n");
    require(end != std::string::npos, "a header with an end");
    std::string_view header = std::string_view(sink.text).substr(0, end);
    require(header.starts_with("Status: "), "the status first");
    HeaderFields sent;
    while (!header.empty()) {
        const std::string_view line = header.substr(0, header.find("\r\n"));
        header.remove_prefix(std::min(line.size() + 2, header.size()));
        const auto colon = line.find(": ");
        require(colon != line.npos && is_valid_field_name(line.substr(0, colon)), "a name on every line");
        require(is_valid_field_value(line.substr(colon + 2)), "no control in a value");
        sent.add(line.substr(0, colon), line.substr(colon + 2));
    }
    for (const auto& [name, value] : sent)
        require(name == "Status" || name == "Content-Length" || that.response.headers.find(name),
                "no field of its own");
    for (const auto* one : {"Status", "Content-Type", "Location", "Content-Length"})
        require(sent.all(one).size() <= 1, "once");
    require(sent.all("Transfer-Encoding").empty() && sent.all("Connection").empty(), "nothing of the connection");

    const bool has_body = that.method != "HEAD" && that.response.status != 204 && that.response.status != 304;
    require(std::string_view(sink.text).substr(end + 4) == (has_body ? that.body : ""), "the body as it is");
}
