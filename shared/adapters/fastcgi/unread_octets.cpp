#include "adapters/fastcgi/unread_octets.h"

namespace vestibule {
namespace {

constexpr int kHeader = 8;  // FastCGI 1.0 §3.3

// libfcgi keeps this to itself, but there is no other way to know: the beginning of FCGX_Stream_Data in fcgiapp.c, the
// same in every version from 2.4.0 to 2.4.7. Only looked at where it is plausible.
struct ReaderState {
    const unsigned char* buffer;
    int size;
    const unsigned char* allocated;
    const unsigned char* end;  // of what was read from the connection
    int type;
    int stops_at_end_of_record;
    int skips;
    int content_left;  // of the record, not yet given out
    int padding_left;  // after it
};

bool is_plausible(const ReaderState& state, const unsigned char* at) {
    return state.buffer && state.size > 0 && state.size <= 0xffff && state.buffer <= at && at <= state.end &&
           state.end <= state.buffer + state.size && state.content_left >= 0 && state.padding_left >= 0 &&
           state.padding_left <= 0xff;
}

}  // namespace

bool has_unread_octets(const FCGX_Stream& in) {
    if (in.rdNext != in.stop || in.isClosed) return true;
    const auto& state = *static_cast<const ReaderState*>(in.data);
    if (!is_plausible(state, in.rdNext)) return true;
    const auto unread = state.end - in.rdNext;
    if (state.content_left > 0) return unread > 0;
    return unread >= state.padding_left + kHeader;  // the next record begins here
}

}  // namespace vestibule
