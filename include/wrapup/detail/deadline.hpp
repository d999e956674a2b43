// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace wrapup::detail {

// Compared as floating point, in which nothing overflows. At the clock's ends, centuries off, it may be rounded by microseconds:
// what is within a second of them is there.
using Seconds = std::chrono::duration<long double>;
constexpr Seconds rounding{1};

// Not less than what is given, in units of its own; what counts in floating point has no units to round to.
template <class ToDuration, class Rep, class Period>
ToDuration at_least(std::chrono::duration<Rep, Period> duration) {
    if constexpr (std::chrono::treat_as_floating_point_v<typename ToDuration::rep>)
        return std::chrono::duration_cast<ToDuration>(duration);
    else return std::chrono::ceil<ToDuration>(duration);
}

// How long it is from one point in time to a later one; the clock's longest where that is longer still.
template <class TimePoint>
typename TimePoint::duration between(TimePoint now, TimePoint last) {
    const auto since = now.time_since_epoch();
    if (since < since.zero() && last > (TimePoint::max)() + since) return (TimePoint::duration::max)();
    return last - now;
}

// The point in time that lies `timeout` after `now`: not before it, not earlier than asked for, at most the clock's last.
template <class TimePoint, class Rep, class Period>
TimePoint after(TimePoint now, std::chrono::duration<Rep, Period> timeout) {
    const Seconds seconds(timeout);
    if (!(seconds > Seconds::zero())) return now; // also not a number
    const Seconds left = Seconds((TimePoint::max)().time_since_epoch()) - Seconds(now.time_since_epoch());
    if (seconds >= left - rounding) return (TimePoint::max)();
    return now + at_least<typename TimePoint::duration>(timeout);
}

// The same point in time in the units of another.
template <class TimePoint, class Duration>
TimePoint clamp(std::chrono::time_point<typename TimePoint::clock, Duration> point) {
    const Seconds seconds(point.time_since_epoch());
    if (!(seconds > Seconds((TimePoint::min)().time_since_epoch()) + rounding)) return (TimePoint::min)();
    if (seconds >= Seconds((TimePoint::max)().time_since_epoch()) - rounding) return (TimePoint::max)();
    return TimePoint(at_least<typename TimePoint::duration>(point.time_since_epoch()));
}

} // namespace wrapup::detail
