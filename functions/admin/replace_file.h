// A file with new content, all of it or nothing.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "config/read_config.h"

namespace vestibule::admin {

// Writes `<path>.new` and renames it over `path`. A new file is for its owner only (0600); one that was there keeps its
// owner and group, and its mode; a `secret` one only a mode in which it would be read (checklist A26: its owner's, or
// root's for a group to read), else it becomes 0600. Refuses while `<path>.new` exists: somebody else is at it. Fails
// with internal, the cause in `detail`.
Result<void> replace_file(const std::string& path, const Secret& content,
                          ConfigSources::Privacy privacy = ConfigSources::Privacy::secret);

}  // namespace vestibule::admin
