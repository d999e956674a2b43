// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::tapi2 {

/// What the application may do with a call. *Source:* LINECALLPRIVILEGE_ Constants
enum class Privilege : std::uint32_t {
    none = 1,    ///< nothing
    monitor = 2, ///< look on
    owner = 4    ///< end it, and everything else
};

/// The word for a privilege, as it stands in the enumeration.
[[nodiscard]] constexpr const char* to_string(Privilege privilege) noexcept {
    switch (privilege) {
    case Privilege::none: return "none";
    case Privilege::monitor: return "monitor";
    case Privilege::owner: return "owner";
    }
    return "unknown privilege";
}

} // namespace wrapup::tapi2
