// A value, or the Error that stands in its place. Errors are values; an exception means a programming error.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace vestibule {

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorCode code, std::string detail = {}) {
    return tl::make_unexpected(Error{code, std::move(detail), std::nullopt});
}

inline tl::unexpected<Error> failure(Error error) { return tl::make_unexpected(std::move(error)); }

}  // namespace vestibule
