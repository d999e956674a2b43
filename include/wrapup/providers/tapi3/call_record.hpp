// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/call_info.hpp>

#include <chrono>
#include <optional>

namespace wrapup::tapi3 {

/// What remains of a call when its session is released: a call record can be written from it.
struct CallRecord {
    /// Absent where there was no memory for it.
    std::optional<CallInfo> info;

    /// When we heard that the parties were connected, first; absent where they never were.
    std::optional<std::chrono::system_clock::time_point> connected;

    /// When we heard that the call was disconnected; while it is not, now.
    std::chrono::system_clock::time_point ended{};

    /// How long they were connected; zero where they never were, or where the clock was set back meanwhile.
    [[nodiscard]] std::chrono::system_clock::duration duration() const noexcept {
        return connected && *connected < ended ? ended - *connected : std::chrono::system_clock::duration::zero();
    }
};

} // namespace wrapup::tapi3
