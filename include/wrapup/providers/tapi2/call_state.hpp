// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::tapi2 {

/// Where a call stands, as TAPI sees it. Another value is a state of the device's own. *Source:* LINECALLSTATE_ Constants
enum class CallState : std::uint32_t {
    unspecified = 0,            ///< TAPI has not said one yet
    idle = 0x1,                 ///< it is over, for good; what is known of it can still be asked for
    offering = 0x2,             ///< it comes in, and nobody has answered it
    accepted = 0x4,             ///< it comes in, and the other side has been told that it is offered to somebody
    dial_tone = 0x8,            ///< the switch waits for a number
    dialing = 0x10,             ///< the number is being sent
    ringback = 0x20,            ///< it rings at the other end
    busy = 0x40,                ///< it cannot be completed, and a busy tone is heard: to be dropped
    special_information = 0x80, ///< it cannot be completed, and an announcement is heard: to be dropped
    connected = 0x100,          ///< the parties can speak
    proceeding = 0x200,         ///< the number was sent, and the call is on its way
    on_hold = 0x400,            ///< it was put on hold
    conferenced = 0x800,        ///< it is part of a conference
    on_hold_pending_conference = 0x1000, ///< it is on hold while a party is added to a conference
    on_hold_pending_transfer = 0x2000,   ///< it is on hold while it is transferred
    disconnected = 0x4000,               ///< the other side has ended it, and it is to be dropped
    unknown = 0x8000,                    ///< the device cannot say
};

/// The word for a state, as it stands in the enumeration; `other` for one that does not.
[[nodiscard]] constexpr const char* to_string(CallState state) noexcept {
    switch (state) {
    case CallState::unspecified: return "unspecified";
    case CallState::idle: return "idle";
    case CallState::offering: return "offering";
    case CallState::accepted: return "accepted";
    case CallState::dial_tone: return "dial_tone";
    case CallState::dialing: return "dialing";
    case CallState::ringback: return "ringback";
    case CallState::busy: return "busy";
    case CallState::special_information: return "special_information";
    case CallState::connected: return "connected";
    case CallState::proceeding: return "proceeding";
    case CallState::on_hold: return "on_hold";
    case CallState::conferenced: return "conferenced";
    case CallState::on_hold_pending_conference: return "on_hold_pending_conference";
    case CallState::on_hold_pending_transfer: return "on_hold_pending_transfer";
    case CallState::disconnected: return "disconnected";
    case CallState::unknown: return "unknown";
    }
    return "other";
}

namespace detail {

// The state as TAPI says it: its highest eight bits are the device's own, for what it distinguishes within a state.
constexpr CallState call_state(std::uint32_t raw) noexcept { return static_cast<CallState>(raw & 0x00FFFFFF); }

} // namespace detail
} // namespace wrapup::tapi2
