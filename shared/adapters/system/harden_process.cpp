#include "adapters/system/harden_process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "adapters/system/sanitizers.h"

namespace vestibule {

void harden_process() {
    if (kSanitized) return;
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace vestibule
