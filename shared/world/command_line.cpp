// By hand and not with CLI11, which `admin` uses: five options do not need it, and it would add more than 200 kB to
// each of a dozen executables.
#include "world/command_line.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "world/open_store.h"

namespace vestibule {
namespace {

using Outcome = tl::expected<CommandLine, std::string>;

constexpr int kMaxThreads = 1024;

class Reader {
public:
    explicit Reader(std::span<const char* const> words) : words_(words) {}

    Outcome read() {
        CommandLine line;
        while (!words_.empty() && problem_.empty()) take(line);
        if (!problem_.empty()) return tl::make_unexpected(problem_);
        return line;
    }

private:
    void take(CommandLine& line) {
        const std::string_view word = words_.front();
        words_ = words_.subspan(1);
        const std::size_t equals = std::min(word.find('='), word.size());
        const std::string_view name = word.substr(0, equals);
        if (word == "--help" || word == "-h")
            line.action = CommandLine::Action::help;
        else if (word == "--version")
            line.action = CommandLine::Action::version;
        else if (word == "--check")
            line.action = CommandLine::Action::check;
        else if (name == "--listen")
            line.listen = value_of(word, equals);
        else if (name == "--threads")
            line.threads = number(value_of(word, equals));
        else
            problem_ = "unknown option " + std::string(word);
    }

    std::string value_of(std::string_view word, std::size_t equals) {
        std::string_view value = word.substr(std::min(equals + 1, word.size()));
        if (equals == word.size() && !words_.empty()) {
            value = words_.front();
            words_ = words_.subspan(1);
        }
        if (value.empty()) problem_ = std::string(word.substr(0, equals)) + " needs a value";
        return std::string(value);
    }

    int number(const std::string& text) {
        int value = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value);
        const bool fine = error == std::errc{} && stop == end && value >= 1 && value <= kMaxThreads;
        if (!fine && problem_.empty()) problem_ = "--threads takes a number from 1 to " + std::to_string(kMaxThreads);
        return value;
    }

    std::span<const char* const> words_;
    std::string problem_;
};

}  // namespace

tl::expected<CommandLine, std::string> read_command_line(int argc, const char* const* argv) {
    const auto count = static_cast<std::size_t>(argc > 0 ? argc : 0);
    const std::span<const char* const> words(argv, count);
    return Reader(words.empty() ? words : words.subspan(1)).read();
}

std::string help_text(const FunctionFacts& facts) {
    const std::string name(facts.name);
    return name + ": " + std::string(facts.summary) + ".\n" + R"(
A part of Vestibule. A web server starts it: with a listening socket on descriptor 0 it speaks FastCGI, with
GATEWAY_INTERFACE in its environment it answers one CGI request.

  )" + name +
           R"( [--listen ADDRESS] [--threads N]
  )" + name +
           R"( --check | --version | --help

  --listen ADDRESS   open a FastCGI socket: unix:/path (mode 0660), 127.0.0.1:9000, [::1]:9000 or :9000 (loopback);
                     tcp:0.0.0.0:9000 for everybody, who then needs no password
  --threads N        requests at a time, instead of serving.threads of the configuration
  --check            whether configuration, keys, store and provider are usable: exit code 0, else 1 and what to mend
  --version          the version
  --help             this

The configuration is read from the file named by BFF_CONFIG (/etc/vestibule/config.jsonc). SIGTERM finishes what is in
flight and ends with exit code 0. The log goes to standard error, one JSON object a line.
)";
}

std::string version_text(const FunctionFacts& facts) {
    return std::string(facts.name) + " " VESTIBULE_VERSION "\nstores: " + stores_of_this_build() + "\n";
}

}  // namespace vestibule
