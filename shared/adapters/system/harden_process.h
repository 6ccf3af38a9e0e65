// What keeps secrets in memory from reaching a disk (checklist X13): no core file, no reading by a debugger of the same
// user. Without effect in a build with sanitizers, which need both.
#pragma once

namespace vestibule {

void harden_process();

}  // namespace vestibule
