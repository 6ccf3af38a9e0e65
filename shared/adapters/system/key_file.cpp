#include "adapters/system/key_file.h"

#include <sys/stat.h>

#include <utility>

namespace vestibule {

std::optional<KeyFile::Version> KeyFile::version() const {
    struct stat facts {};
    if (::stat(path_.c_str(), &facts) != 0) return std::nullopt;
    return Version{facts.st_ino,          facts.st_size,        facts.st_mtim.tv_sec,
                   facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec};
}

std::optional<Secret> KeyFile::newer() {
    const auto now = version();
    if (!now) return cannot_be_had("the file is gone");
    if (now == read_) {
        problem_.clear();
        return std::nullopt;
    }
    auto content = sources_.file(path_, ConfigSources::Privacy::secret);
    if (!content) return cannot_be_had(content.error().detail);
    if (!*content) return cannot_be_had("the file is gone");
    read_ = now;
    problem_.clear();
    return Secret(std::move(**content));
}

// The next look reads again: what stood in the way may pass without any trace in the file.
std::nullopt_t KeyFile::cannot_be_had(const std::string& problem) {
    if (std::exchange(problem_, problem) != problem) refused(problem);
    return std::nullopt;
}

void KeyFile::adopted(std::string_view sealing_id) { log_.info("keys.changed", {{"first", std::string(sealing_id)}}); }

void KeyFile::refused(std::string_view problem) { log_.error("keys.not_changed", {{"reason", std::string(problem)}}); }

}  // namespace vestibule
