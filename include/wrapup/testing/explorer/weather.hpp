// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::testing::explorer {

/// What may happen in an execution beside the order of steps. Each is a choice, and all of them are tried.
struct Weather {
    bool stale_reads = false;         ///< a load may read an old value, as far as C++ allows it
    unsigned spurious_failures = 0;   ///< so many weak compare-and-exchanges fail without cause
    unsigned spurious_wake_ups = 0;   ///< so many waits on a condition variable end without cause
    unsigned failing_allocations = 0; ///< so many allocations fail
    std::uint64_t most_steps = 20000; ///< in one execution; more are taken for a loop that does not end
};

} // namespace wrapup::testing::explorer
