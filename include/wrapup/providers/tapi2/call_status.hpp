// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/privilege.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace wrapup::tapi2 {

/// Where a call stands, and since when. *Source:* LINECALLSTATUS
struct CallStatus {
    CallState state{};
    std::uint32_t raw_state = 0; ///< the same with what the device adds to it, in the highest eight bits
    std::uint32_t mode = 0;      ///< the state's details, a `DisconnectMode` where it is `disconnected`; often 0
    Privilege privilege{};       ///< of the application
    std::uint32_t features = 0;  ///< LINECALLFEATURE_ bits: what can be done with the call now
    std::uint32_t features2 = 0; ///< LINECALLFEATURE2_ bits

    /// When the state was entered: of a call that is over, when it ended. Absent where TAPI does not say.
    std::optional<std::chrono::system_clock::time_point> entered{};

    friend bool operator==(const CallStatus&, const CallStatus&) = default;
};

} // namespace wrapup::tapi2
