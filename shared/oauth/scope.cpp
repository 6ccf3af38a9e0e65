#include "oauth/scope.h"

#include <algorithm>

namespace vestibule {

bool has_scope(std::string_view scope, std::string_view word) {
    while (!scope.empty()) {
        const std::size_t end = std::min(scope.find(' '), scope.size());
        if (scope.substr(0, end) == word) return true;
        scope.remove_prefix(std::min(end + 1, scope.size()));
    }
    return false;
}

}  // namespace vestibule
