// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/call_info.hpp>

#include <chrono>
#include <optional>

namespace wrapup::tapi2 {

/// What a call record needs, read at the end of the call and kept in the termination after its release.
struct CallRecord {
    /// Absent where TAPI could not be asked.
    std::optional<CallInfo> info;

    /// When the parties were connected first; absent where they never were.
    std::optional<std::chrono::system_clock::time_point> connected;

    /// When the call went idle, as TAPI says it, or else when we heard of it.
    std::chrono::system_clock::time_point ended{};

    /// How long they were connected; zero where they never were, or where the clock was set back meanwhile.
    [[nodiscard]] std::chrono::system_clock::duration duration() const noexcept {
        return connected && *connected < ended ? ended - *connected : std::chrono::system_clock::duration::zero();
    }
};

} // namespace wrapup::tapi2
