// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup {

/// Where a session stands in its life. Phases only go forward, except that a refusal takes `terminating` back to `active`.
enum class Phase : std::uint8_t {
    active,      ///< nobody has asked for the end, nobody has reported it
    terminating, ///< the end is claimed: asked for by us, or begun by the other side
    terminated,  ///< it is over, the termination is complete, the identifier is still valid
    released     ///< the identifier is given back: deallocated, lost or detached
};

/// The word for a phase, as it stands in the enumeration.
[[nodiscard]] constexpr const char* to_string(Phase phase) noexcept {
    switch (phase) {
    case Phase::active: return "active";
    case Phase::terminating: return "terminating";
    case Phase::terminated: return "terminated";
    case Phase::released: return "released";
    }
    return "unknown phase";
}

} // namespace wrapup
