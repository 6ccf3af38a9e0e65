// Scope values: words with single spaces between them (RFC 6749 §3.3; checklist L14).
#pragma once

#include <string_view>

namespace vestibule {

// Case-sensitive, whole words.
bool has_scope(std::string_view scope, std::string_view word);

}  // namespace vestibule
