#include "functions/admin/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace vestibule::admin {
namespace {

using Privacy = ConfigSources::Privacy;

tl::unexpected<Error> problem(const std::string& path, const char* what) {
    return failure(ErrorCode::internal, path + " " + what + ": " + std::strerror(errno));
}

// A file that is being written; gone again unless it is kept.
class NewFile {
public:
    explicit NewFile(std::string path)
        : path_(std::move(path)),
          descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        if (descriptor_ < 0) return;
        ::close(descriptor_);
        if (!kept_) ::unlink(path_.c_str());
    }

    bool is_open() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }
    const std::string& path() const { return path_; }
    void keep() { kept_ = true; }

private:
    std::string path_;
    int descriptor_;
    bool kept_ = false;
};

bool write_all(int descriptor, std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t count = ::write(descriptor, octets.data(), octets.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

mode_t mode_after(const struct stat& before, Privacy privacy) {
    const mode_t mode = before.st_mode & 0777;
    const mode_t fit = before.st_uid == 0 ? S_IRUSR | S_IWUSR | S_IRGRP : S_IRUSR | S_IWUSR;
    return privacy == Privacy::any || (mode & ~fit) == 0 ? mode : S_IRUSR | S_IWUSR;
}

// A service that may read the file today must be able to tomorrow, also when root makes the key.
bool take_over_access(int descriptor, const std::string& from, Privacy privacy) {
    struct stat before {};
    if (::stat(from.c_str(), &before) != 0) return errno == ENOENT;
    struct stat now {};
    if (::fstat(descriptor, &now) != 0) return false;
    const bool same = now.st_uid == before.st_uid && now.st_gid == before.st_gid;
    if (!same && ::fchown(descriptor, before.st_uid, before.st_gid) != 0) return false;
    return ::fchmod(descriptor, mode_after(before, privacy)) == 0;
}

// So that the rename itself outlives a power failure.
void sync_folder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

// Where a link leads, so that the link stays one.
std::string resolved(const std::string& path) {
    std::error_code none;
    const auto target = std::filesystem::weakly_canonical(path, none);
    return none ? path : target.string();
}

}  // namespace

Result<void> replace_file(const std::string& path, const Secret& content, Privacy privacy) {
    const std::string target = resolved(path);
    NewFile file(target + ".new");
    if (!file.is_open() && errno == EEXIST) {
        return failure(ErrorCode::internal,
                       file.path() + " exists: somebody else is writing, or was interrupted; remove it if nobody is");
    }
    if (!file.is_open()) return problem(file.path(), "cannot be made");
    if (!take_over_access(file.descriptor(), target, privacy))
        return problem(file.path(), "cannot be given its owner and mode");
    if (!write_all(file.descriptor(), content.reveal())) return problem(file.path(), "cannot be written");
    if (::fsync(file.descriptor()) != 0) return problem(file.path(), "cannot be written");
    if (std::rename(file.path().c_str(), target.c_str()) != 0) return problem(target, "cannot be replaced");
    file.keep();
    sync_folder(std::filesystem::path(target).parent_path());
    return {};
}

}  // namespace vestibule::admin
