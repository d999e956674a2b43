// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace compared {

struct Taken {
    std::size_t blocks = 0;
    std::size_t bytes = 0;
};

/// What was taken off the shelf so far.
Taken taken() noexcept;

} // namespace compared
