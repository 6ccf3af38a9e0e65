// Whether libfcgi can give out more of a body without asking the connection for it.
#pragma once

#include <fcgiapp.h>

namespace vestibule {

// libfcgi reads the connection in pieces of up to 8 KiB, so that what poll() says about the descriptor is half of the
// truth. True also where it cannot be told: then reading may wait, as long as SO_RCVTIMEO lets it.
bool has_unread_octets(const FCGX_Stream& in);

}  // namespace vestibule
