#include "tests/support/doomed_process.h"

#include <criterion/criterion.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>

namespace vestibule {
namespace {

// Messages between the two: a kind, and fields.
enum class Kind : char { step = 'S', request = 'Q', response = 'R', answer = 'A' };
struct Message {
    Kind kind;
    std::vector<std::string> fields;
};

std::string size_octets(std::size_t size) {
    const auto number = static_cast<std::uint32_t>(size);
    std::string octets(sizeof number, '\0');
    std::memcpy(octets.data(), &number, sizeof number);
    return octets;
}

// One datagram a message.
bool send_message(int socket, const Message& message) {
    std::string octets(1, static_cast<char>(message.kind));
    for (const std::string& field : message.fields) octets += size_octets(field.size()) + field;
    return ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(octets.size());
}

std::optional<Message> receive_message(int socket, int flags) {
    std::string octets(128 * 1024, '\0');
    const ssize_t size = ::recv(socket, octets.data(), octets.size(), flags);
    if (size <= 0) return std::nullopt;
    octets.resize(static_cast<std::size_t>(size));
    Message message{static_cast<Kind>(octets.front()), {}};
    for (std::size_t at = 1; at + sizeof(std::uint32_t) <= octets.size();) {
        std::uint32_t length = 0;
        std::memcpy(&length, octets.data() + at, sizeof length);
        message.fields.push_back(octets.substr(at + sizeof length, length));
        at += sizeof length + length;
    }
    return message;
}

Message message_of(const OutboundRequest& request) {
    Message message{Kind::request, {request.method, request.url, request.body}};
    for (const HeaderField& field : request.headers) {
        message.fields.push_back(field.name);
        message.fields.push_back(field.value);
    }
    return message;
}

OutboundRequest request_in(const Message& message) {
    OutboundRequest request;
    request.method = message.fields.at(0);
    request.url = message.fields.at(1);
    request.body = message.fields.at(2);
    for (std::size_t i = 3; i + 1 < message.fields.size(); i += 2)
        request.headers.add(message.fields[i], message.fields[i + 1]);
    return request;
}

Message message_of(const Result<OutboundResponse>& response) {
    if (!response) return {Kind::response, {"0", response.error().detail}};
    Message message{Kind::response, {std::to_string(response->status), response->body}};
    for (const HeaderField& field : response->headers) {
        message.fields.push_back(field.name);
        message.fields.push_back(field.value);
    }
    return message;
}

Result<OutboundResponse> response_in(const Message& message) {
    OutboundResponse response{std::stoi(message.fields.at(0)), {}, message.fields.at(1)};
    if (response.status == 0) return failure(ErrorCode::upstream_unreachable, response.body);
    for (std::size_t i = 2; i + 1 < message.fields.size(); i += 2)
        response.headers.add(message.fields[i], message.fields[i + 1]);
    return response;
}

constexpr std::array<const char*, kStoreOperations> kNames{
    "insert",        "find",         "touch",         "erase",
    "acquire_lease", "replace",      "release_lease", "erase_if_unchanged",
    "end_sid",       "end_sub",      "subs_of_sid",   "refuse_logins_in_flight",
    "is_consumed",   "consume_once", "cached",        "cache",
    "purge",         "list",         "statistics",    "server_time",
    "check",         "migrate"};

// The test's side: what the child says, and the provider's answers.
struct Witness {
    int socket;
    HttpClient& provider;
    Death death = {};

    // False where there is none (yet, or any more).
    bool hear(int flags) {
        const auto message = receive_message(socket, flags);
        if (!message) return false;
        if (message->kind == Kind::step) death.steps.push_back(message->fields.at(0));
        if (message->kind == Kind::answer) death.answer = message->fields.at(0);
        if (message->kind == Kind::request) (void)send_message(socket, message_of(provider.send(request_in(*message))));
        return true;
    }
};

// Lets it run from one end or beginning of a system call to the next, and counts those after the step. The status it
// ended with.
int run_by_system_calls(pid_t pid, const Doom& doom, Witness& witness) {
    int status = 0;
    int stops = 0;
    int deliver = 0;
    (void)::waitpid(pid, &status, 0);
    while (WIFSTOPPED(status)) {
        while (witness.hear(MSG_DONTWAIT)) {
        }
        const bool counts = witness.death.reached(doom.after_step);
        if (counts && ++stops == doom.system_call) ::kill(pid, SIGKILL);
        if (::ptrace(PTRACE_SYSCALL, pid, nullptr, deliver) < 0 && stops < doom.system_call) break;
        if (::waitpid(pid, &status, 0) != pid) break;
        deliver = WIFSTOPPED(status) && WSTOPSIG(status) != SIGTRAP ? WSTOPSIG(status) : 0;
    }
    return status;
}

[[noreturn]] void be_doomed(const Doom& doom, int socket, const std::function<void(DoomedProcess&)>& work) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (doom.system_call > 0) {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(3);
        ::raise(SIGSTOP);
    }
    DoomedProcess self(doom, socket);
    work(self);
    ::_exit(0);  // without the destructors of what the test holds
}

}  // namespace

bool Death::reached(std::string_view step) const {
    for (const std::string& each : steps) {
        if (each.starts_with(step)) return true;
    }
    return false;
}

class DoomedProcess::ProviderOfTheTest final : public HttpClient {
public:
    explicit ProviderOfTheTest(DoomedProcess& process) : process_(process) {}

    Result<OutboundResponse> send(const OutboundRequest& request) override {
        const std::string name = request.method + " " + request.url;
        process_.reach("before " + name);
        if (!send_message(process_.to_test_, message_of(request)))
            return failure(ErrorCode::internal, "the test is gone");
        const auto message = receive_message(process_.to_test_, 0);
        if (!message) return failure(ErrorCode::internal, "the test is gone");
        process_.reach("after " + name);
        return response_in(*message);
    }
    Result<OpenResponse> open(const OutboundRequest&) override {
        return failure(ErrorCode::internal, "this provider streams nothing");
    }

private:
    DoomedProcess& process_;
};

DoomedProcess::DoomedProcess(const Doom& doom, int to_test)
    : doom_(doom), to_test_(to_test), provider_(std::make_unique<ProviderOfTheTest>(*this)) {}
DoomedProcess::~DoomedProcess() = default;

HttpClient& DoomedProcess::provider() { return *provider_; }

void DoomedProcess::answer(std::string_view text) { (void)send_message(to_test_, {Kind::answer, {std::string(text)}}); }

void DoomedProcess::reach(const std::string& step) {
    (void)send_message(to_test_, {Kind::step, {step}});
    if (++steps_ == doom_.step) ::kill(::getpid(), SIGKILL);
}

void DoomedProcess::count_operations_of(FailingSessionStore& store) {
    for (std::size_t i = 0; i < kStoreOperations; ++i) {
        const std::string name = std::string("store ") + kNames.at(i);
        store.before(static_cast<StoreOperation>(i), [this, name] { reach("before " + name); });
        store.after(static_cast<StoreOperation>(i), [this, name] { reach("after " + name); });
    }
}

bool can_stop_in_system_calls() {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 1);
    int status = 0;
    return pid > 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

Death run_doomed(const Doom& doom, HttpClient& provider, const std::function<void(DoomedProcess&)>& work) {
    int sockets[2];
    cr_assert(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0);
    const pid_t pid = ::fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        ::close(sockets[0]);
        be_doomed(doom, sockets[1], work);
    }
    ::close(sockets[1]);
    Witness witness{sockets[0], provider};
    int status = 0;
    if (doom.system_call > 0) status = run_by_system_calls(pid, doom, witness);
    while (witness.hear(0)) {
    }
    if (doom.system_call == 0) cr_assert(::waitpid(pid, &status, 0) == pid);
    ::close(sockets[0]);
    witness.death.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    cr_assert(witness.death.killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "the doomed process: status %d",
              status);
    return witness.death;
}

}  // namespace vestibule
