// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::tapi2 {

/// Why a call was disconnected, as the network says it. Another value is one of the device's own, and kept as it is: the number
/// is `static_cast<std::uint32_t>(mode)`. *Source:* LINEDISCONNECTMODE_ Constants
enum class DisconnectMode : std::uint32_t {
    unspecified = 0,            ///< TAPI has not said one
    normal = 0x1,               ///< the remote party has hung up
    unknown = 0x2,              ///< it is not known now, and may be later
    rejected = 0x4,             ///< the remote party has rejected the call
    picked_up = 0x8,            ///< the call was picked up elsewhere
    forwarded = 0x10,           ///< the switch has forwarded the call
    busy = 0x20,                ///< the remote party is busy
    no_answer = 0x40,           ///< the remote party does not answer
    bad_address = 0x80,         ///< the address is not valid
    unreachable = 0x100,        ///< the remote party cannot be reached
    congestion = 0x200,         ///< the network is congested
    incompatible = 0x400,       ///< the remote party's equipment cannot take such a call
    unavailable = 0x800,        ///< it is not known, and never will be
    no_dial_tone = 0x1000,      ///< there was no dial tone in time
    number_changed = 0x2000,    ///< the remote party has another number now
    out_of_order = 0x4000,      ///< the remote party's equipment is out of order
    temporary_failure = 0x8000, ///< the network has failed for the moment
    qos_unavailable = 0x10000,  ///< the quality of service cannot be had or kept
    blocked = 0x20000,          ///< the call was blocked in the network
    do_not_disturb = 0x40000,   ///< the remote party does not want to be disturbed
    cancelled = 0x80000,        ///< the call was cancelled
};

/// The word for a mode, as it stands in the enumeration; `other` for one that does not.
[[nodiscard]] constexpr const char* to_string(DisconnectMode mode) noexcept {
    switch (mode) {
    case DisconnectMode::unspecified: return "unspecified";
    case DisconnectMode::normal: return "normal";
    case DisconnectMode::unknown: return "unknown";
    case DisconnectMode::rejected: return "rejected";
    case DisconnectMode::picked_up: return "picked_up";
    case DisconnectMode::forwarded: return "forwarded";
    case DisconnectMode::busy: return "busy";
    case DisconnectMode::no_answer: return "no_answer";
    case DisconnectMode::bad_address: return "bad_address";
    case DisconnectMode::unreachable: return "unreachable";
    case DisconnectMode::congestion: return "congestion";
    case DisconnectMode::incompatible: return "incompatible";
    case DisconnectMode::unavailable: return "unavailable";
    case DisconnectMode::no_dial_tone: return "no_dial_tone";
    case DisconnectMode::number_changed: return "number_changed";
    case DisconnectMode::out_of_order: return "out_of_order";
    case DisconnectMode::temporary_failure: return "temporary_failure";
    case DisconnectMode::qos_unavailable: return "qos_unavailable";
    case DisconnectMode::blocked: return "blocked";
    case DisconnectMode::do_not_disturb: return "do_not_disturb";
    case DisconnectMode::cancelled: return "cancelled";
    }
    return "other";
}

/// Whether it stands in the enumeration.
[[nodiscard]] constexpr bool is_listed(DisconnectMode mode) noexcept {
    const auto number = static_cast<std::uint32_t>(mode);
    return number <= 0x80000 && (number & (number - 1)) == 0;
}

namespace detail {

// What is known of a call after TAPI has said another mode: the first that says something stays.
constexpr DisconnectMode merge(DisconnectMode former, DisconnectMode later) noexcept {
    if (later == DisconnectMode::unspecified) return former;
    const bool open = former == DisconnectMode::unspecified || former == DisconnectMode::unknown;
    return open ? later : former;
}

} // namespace detail
} // namespace wrapup::tapi2
