// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::tapi3 {

/// How far a call has come. *Source:* CALL_STATE
enum class CallState : std::uint32_t {
    idle = 0,         ///< it has not begun: this is not its end
    in_progress = 1,  ///< it is being made
    connected = 2,    ///< the parties can speak
    disconnected = 3, ///< it is over, for good; what is known of it can still be asked for
    offering = 4,     ///< it comes in, and nobody has answered it
    hold = 5,         ///< it was put on hold
    queued = 6        ///< it waits for somebody to take it
};

[[nodiscard]] constexpr const char* to_string(CallState state) noexcept {
    switch (state) {
    case CallState::idle: return "idle";
    case CallState::in_progress: return "in_progress";
    case CallState::connected: return "connected";
    case CallState::disconnected: return "disconnected";
    case CallState::offering: return "offering";
    case CallState::hold: return "hold";
    case CallState::queued: return "queued";
    }
    return "other";
}

} // namespace wrapup::tapi3
