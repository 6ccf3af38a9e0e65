// The header of an upstream's answer, line by line as it comes, and what makes it unacceptable.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace vestibule {

class ResponseHeader {
public:
    explicit ResponseHeader(std::size_t max_octets) : max_octets_(max_octets) {}

    // One line, as received, with its line end: a status line, a field, the empty line, or a trailer, which is counted
    // and discarded. Any number of 1xx responses is skipped (checklist P24). upstream_invalid for 101, a folded line
    // or a field that breaks the rules (P50), Content-Length twice with different values, beside Transfer-Encoding, or
    // no number (P22), a transfer coding other than chunked, or more octets in all than the limit (A23).
    Result<void> add_line(std::string_view line);

    bool complete() const { return complete_; }  // of the final response
    bool status_seen() const { return status_ >= 200; }
    int status() const { return status_; }
    const HeaderFields& fields() const { return fields_; }

private:
    Result<void> begin(std::string_view status_line);
    Result<void> add_field(std::string_view line);
    Result<void> finish();

    const std::size_t max_octets_;
    std::size_t octets_ = 0;
    int status_ = 0;
    bool complete_ = false;
    HeaderFields fields_;
};

}  // namespace vestibule
