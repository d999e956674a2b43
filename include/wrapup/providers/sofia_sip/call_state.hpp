// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::sofia {

/// How far a call has come. *Source:* nua's call model, `enum nua_callstate`
enum class CallState : std::uint8_t {
    init,        ///< no INVITE has been sent yet
    calling,     ///< INVITE sent
    proceeding,  ///< the other side rings, or is about to
    completing,  ///< it has answered, and no ACK has been sent yet
    received,    ///< INVITE received
    early,       ///< it rings here
    completed,   ///< we have answered, and no ACK has been received yet
    ready,       ///< the parties can speak
    terminating, ///< the stack itself is ending it; after a `drop` it stays what it was until it is over
    terminated   ///< it is over
};

[[nodiscard]] constexpr const char* to_string(CallState state) noexcept {
    switch (state) {
    case CallState::init: return "init";
    case CallState::calling: return "calling";
    case CallState::proceeding: return "proceeding";
    case CallState::completing: return "completing";
    case CallState::received: return "received";
    case CallState::early: return "early";
    case CallState::completed: return "completed";
    case CallState::ready: return "ready";
    case CallState::terminating: return "terminating";
    case CallState::terminated: return "terminated";
    }
    return "other";
}

} // namespace wrapup::sofia
