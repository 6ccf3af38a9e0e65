// What a browser would run or render as a page of ours if it got it from an upstream (checklist P40).
#pragma once

#include <string_view>

namespace vestibule {

enum class ContentKind {
    passive,   // data: shown or saved, never run
    document,  // HTML, SVG, XML: a route may let it through, sandboxed
    script,    // JavaScript: a script or worker of our origin; never let through
    unknown,   // no media type, or none that all browsers read the same
};

// `content_type` is the field's value, "" where there is none.
ContentKind kind_of_content(std::string_view content_type);

// The Content-Security-Policy of a document from an upstream: no scripts, an origin of its own, no forms.
std::string_view sandbox_policy();

}  // namespace vestibule
