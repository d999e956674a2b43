// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace wrapup::simulator {

/// The exchange's clock. It stands still until `Exchange::advance` or a wait moves it.
struct Clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;
};

} // namespace wrapup::simulator
