// Where a person may be sent after login or logout: a path on this site and nothing else (checklist L23, L24, O15).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"

namespace vestibule {

// A local path with query and fragment that no browser reads as another host. Only parse() makes one.
class ReturnPath {
public:
    // `text` is the decoded parameter. Nothing for anything but '/' followed by neither '/' nor '\', and nothing for
    // controls, white space, backslashes or non-ASCII anywhere, for dot segments or empty segments in the path (which
    // could become "//" for whoever normalises it), for encoded separators, controls or blanks in its first segment,
    // for escapes in the path that are none, or for more than 1024 octets. Query and fragment are the app's own
    // business.
    static std::optional<ReturnPath> parse(std::string_view text);

    const std::string& text() const { return text_; }
    // The path with one more query parameter, before the fragment.
    std::string with_parameter(std::string_view name, std::string_view value) const;

private:
    explicit ReturnPath(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

// `paths.app`, which the configuration's reader has checked.
ReturnPath app_path(const Config& config);

}  // namespace vestibule
