// An OutboundRequest becomes options of a libcurl handle: all that this house insists on stands here.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "http/client.h"

namespace vestibule {

struct TlsTrust {
    std::string ca_file;  // "": the system's
};

// Header lines for libcurl; wiped when freed, as one of them is Authorization.
struct FieldListDeleter {
    void operator()(curl_slist* list) const;
};
using FieldList = std::unique_ptr<curl_slist, FieldListDeleter>;

// Host, framing and connection fields of the request are left out: they are made here (checklist P20, P21, P25).
// internal where the method or a field could break the header.
Result<FieldList> field_list(const OutboundRequest& request);

// Everything but callbacks. The handle borrows the request's body and certificate and the list.
void configure(CURL* easy, const OutboundRequest& request, const FieldList& fields, const TlsTrust& trust);

}  // namespace vestibule
