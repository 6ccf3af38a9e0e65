// A directory of the test's own. One a process; removed in .fini, because a failed assertion leaves by longjmp.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace vestibule {

inline std::string& scratch_directory() {
    static std::string path;
    if (path.empty()) {
        path = (std::filesystem::temp_directory_path() / "vestibule-sqlite-XXXXXX").string();
        if (mkdtemp(path.data()) == nullptr) std::abort();
    }
    return path;
}
inline void remove_scratch_directory() {
    std::filesystem::permissions(scratch_directory(), std::filesystem::perms::owner_all);
    std::filesystem::remove_all(scratch_directory());
}

}  // namespace vestibule
