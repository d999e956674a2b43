// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::tapi3 {

/// What the other party is told, where the network can. *Source:* DISCONNECT_CODE
enum class DisconnectCode : std::uint32_t {
    normal = 0,    ///< DC_NORMAL
    no_answer = 1, ///< DC_NOANSWER: nobody has answered
    rejected = 2   ///< DC_REJECTED: it was not wanted
};

[[nodiscard]] constexpr const char* to_string(DisconnectCode code) noexcept {
    switch (code) {
    case DisconnectCode::normal: return "normal";
    case DisconnectCode::no_answer: return "no_answer";
    case DisconnectCode::rejected: return "rejected";
    }
    return "other";
}

} // namespace wrapup::tapi3
