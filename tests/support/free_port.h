#pragma once

namespace vestibule {

// A port of the loopback interface that nobody listens on now.
int free_port();

}  // namespace vestibule
