// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup {

/// Who ended a session.
enum class Origin : std::uint8_t {
    user,        ///< somebody asked for it: `drop()`, `abort()`
    application, ///< the program, for a reason of its own: `disconnect(reason)`, or by giving up a live session
    remote,      ///< the other party
    service      ///< whatever carries the session: the line was closed, the service is gone
};

/// The word for an origin, as it stands in the enumeration.
[[nodiscard]] constexpr const char* to_string(Origin origin) noexcept {
    switch (origin) {
    case Origin::user: return "user";
    case Origin::application: return "application";
    case Origin::remote: return "remote";
    case Origin::service: return "service";
    }
    return "unknown origin";
}

} // namespace wrapup
