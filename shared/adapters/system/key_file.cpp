#include "adapters/system/key_file.h"

#include <sys/stat.h>

#include <utility>

namespace vestibule {

std::optional<KeyFile::Version> KeyFile::version() const {
    struct stat facts {};
    if (::stat(path_.c_str(), &facts) != 0) return std::nullopt;
    return Version{facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

std::optional<Secret> KeyFile::newer() {
    const auto now = version();
    if (!now) {
        if (!std::exchange(missing_, true)) refused("the file is gone");
        return std::nullopt;
    }
    missing_ = false;
    if (now == read_) return std::nullopt;
    read_ = now;
    auto content = sources_.file(path_, ConfigSources::Privacy::secret);
    if (content && *content) return Secret(std::move(**content));
    refused(content ? "the file is gone" : content.error().detail);
    return std::nullopt;
}

void KeyFile::adopted(std::string_view sealing_id) { log_.info("keys.changed", {{"first", std::string(sealing_id)}}); }

void KeyFile::refused(std::string_view problem) { log_.error("keys.not_changed", {{"reason", std::string(problem)}}); }

}  // namespace vestibule
