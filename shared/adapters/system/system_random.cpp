#include "adapters/system/system_random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace vestibule {

std::string SystemRandom::octets(std::size_t count) {
    std::string result(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
        const ssize_t got = getrandom(result.data() + filled, count - filled, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) std::abort();  // nothing that comes after may run on predictable octets
        filled += static_cast<std::size_t>(got);
    }
    return result;
}

}  // namespace vestibule
