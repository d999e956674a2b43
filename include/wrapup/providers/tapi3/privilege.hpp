// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::tapi3 {

/// What may be done to a call. *Source:* CALL_PRIVILEGE
enum class Privilege : std::uint32_t {
    owner = 0,  ///< end it, and everything else
    monitor = 1 ///< look on
};

[[nodiscard]] constexpr const char* to_string(Privilege privilege) noexcept {
    switch (privilege) {
    case Privilege::owner: return "owner";
    case Privilege::monitor: return "monitor";
    }
    return "unknown privilege";
}

} // namespace wrapup::tapi3
