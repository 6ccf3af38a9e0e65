#include "adapters/system/config_sources.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace vestibule {
namespace {

using Privacy = ConfigSources::Privacy;

constexpr std::size_t kLargestFile = 64UL << 10;

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

tl::unexpected<Error> refusal(const std::string& path, std::string_view why) {
    return failure(ErrorCode::internal, path + " " + std::string(why));
}

std::optional<std::string> problem_of_access(const struct stat& facts) {
    const bool handed_over_by_root = facts.st_uid == 0 && ::geteuid() != 0 && (facts.st_mode & S_IWGRP) == 0;
    const mode_t tolerated = handed_over_by_root ? S_IRGRP : 0;
    if ((facts.st_mode & (S_IRWXG | S_IRWXO) & ~tolerated) == 0) return std::nullopt;
    return "can be read or changed by other users; chmod 600 it";
}

std::optional<std::string> problem_of(const struct stat& facts, Privacy privacy) {
    if (!S_ISREG(facts.st_mode)) return "is no regular file";
    if (facts.st_size > static_cast<off_t>(kLargestFile)) return "is larger than 64 KiB";
    return privacy == Privacy::secret ? problem_of_access(facts) : std::nullopt;
}

Result<std::string> read_all(int descriptor, const std::string& path) {
    std::string content;
    char buffer[4096];
    for (;;) {
        const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return refusal(path, std::string("cannot be read: ") + std::strerror(errno));
        if (count == 0) return content;
        content.append(buffer, static_cast<std::size_t>(count));
        if (content.size() > kLargestFile) return refusal(path, "is larger than 64 KiB");
    }
}

Result<std::optional<std::string>> read_file(const std::string& path, Privacy privacy) {
    // O_NONBLOCK: a pipe without a writer must not hold the start up.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.number() < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        return refusal(path, std::string("cannot be opened: ") + std::strerror(errno));
    }
    struct stat facts {};
    if (::fstat(file.number(), &facts) != 0)
        return refusal(path, std::string("cannot be read: ") + std::strerror(errno));
    if (const auto problem = problem_of(facts, privacy)) return refusal(path, *problem);
    auto content = read_all(file.number(), path);
    if (!content) return tl::make_unexpected(content.error());
    return std::move(*content);
}

std::optional<std::string> read_environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
}

}  // namespace

ConfigSources system_config_sources() { return {read_environment, read_file}; }

}  // namespace vestibule
