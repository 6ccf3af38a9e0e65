// A secret file with new content, all of it or nothing.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace vestibule::admin {

// Writes `<path>.new` and renames it over `path`. A new file is for its owner only (0600); one that was there keeps its
// owner, group and mode. Refuses while `<path>.new` exists: somebody else is at it. Fails with internal, the cause in
// `detail`.
Result<void> replace_file(const std::string& path, const Secret& content);

}  // namespace vestibule::admin
