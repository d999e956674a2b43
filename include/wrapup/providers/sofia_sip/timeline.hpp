// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>

namespace wrapup::sofia {

/// When what happened to a call, as this machine has seen it. All of them run with one clock that is not set back: between two
/// of them lies the time that has passed.
struct Timeline {
    using TimePoint = std::chrono::system_clock::time_point;

    TimePoint invited{};               ///< the INVITE was sent or received
    std::optional<TimePoint> ringing;  ///< the first 180 to 189 was sent or received
    std::optional<TimePoint> answered; ///< the 200 was sent or received, first
    std::optional<TimePoint> ended;    ///< the end was confirmed; for one that has not ended, absent

    /// How long they could speak; zero where nobody has answered.
    [[nodiscard]] TimePoint::duration duration() const noexcept {
        return answered && ended ? *ended - *answered : TimePoint::duration::zero();
    }

    friend bool operator==(const Timeline&, const Timeline&) = default;
};

} // namespace wrapup::sofia
