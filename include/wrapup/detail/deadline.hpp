// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace wrapup::detail {

// Compared as floating point, in which nothing overflows; what rounding takes away at the far end is centuries off.
using Seconds = std::chrono::duration<long double>;

// The point in time that lies `timeout` after `now`: not before it, not earlier than asked for, at most the clock's last.
template <class TimePoint, class Rep, class Period>
TimePoint after(TimePoint now, std::chrono::duration<Rep, Period> timeout) {
    const Seconds seconds(timeout);
    if (!(seconds > Seconds::zero())) return now; // also not a number
    const Seconds left = Seconds(TimePoint::max().time_since_epoch()) - Seconds(now.time_since_epoch());
    if (seconds >= left) return TimePoint::max();
    return now + std::chrono::ceil<typename TimePoint::duration>(timeout);
}

// The same point in time in the units of another.
template <class TimePoint, class Duration>
TimePoint clamp(std::chrono::time_point<typename TimePoint::clock, Duration> point) {
    const Seconds seconds(point.time_since_epoch());
    if (!(seconds > Seconds(TimePoint::min().time_since_epoch()))) return TimePoint::min();
    if (seconds >= Seconds(TimePoint::max().time_since_epoch())) return TimePoint::max();
    return std::chrono::ceil<typename TimePoint::duration>(point);
}

} // namespace wrapup::detail
