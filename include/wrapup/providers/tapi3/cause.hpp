// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <system_error>

namespace wrapup::tapi3 {

/// Why a call was disconnected. *Source:* CALL_STATE_EVENT_CAUSE
enum class DisconnectCause : std::uint32_t {
    unknown = 0,     ///< TAPI has not said it (CEC_NONE), or its event was missed: it is nowhere else
    normal = 1,      ///< CEC_DISCONNECT_NORMAL
    busy = 2,        ///< CEC_DISCONNECT_BUSY
    bad_address = 3, ///< CEC_DISCONNECT_BADADDRESS
    no_answer = 4,   ///< CEC_DISCONNECT_NOANSWER
    cancelled = 5,   ///< CEC_DISCONNECT_CANCELLED: who had called has given up
    rejected = 6,    ///< CEC_DISCONNECT_REJECTED
    failed = 7,      ///< CEC_DISCONNECT_FAILED
    blocked = 8      ///< CEC_DISCONNECT_BLOCKED
};

[[nodiscard]] constexpr const char* to_string(DisconnectCause cause) noexcept {
    switch (cause) {
    case DisconnectCause::unknown: return "unknown";
    case DisconnectCause::normal: return "normal";
    case DisconnectCause::busy: return "busy";
    case DisconnectCause::bad_address: return "bad_address";
    case DisconnectCause::no_answer: return "no_answer";
    case DisconnectCause::cancelled: return "cancelled";
    case DisconnectCause::rejected: return "rejected";
    case DisconnectCause::failed: return "failed";
    case DisconnectCause::blocked: return "blocked";
    }
    return "other";
}

/// Why a call ended.
struct Cause {
    DisconnectCause disconnected = DisconnectCause::unknown;

    /// Why there was no call, or is no TAPI any more; empty where the call ended as calls do.
    std::error_code error{};

    friend bool operator==(const Cause&, const Cause&) = default;
};

/// In words, for people. @throws std::bad_alloc
[[nodiscard]] inline std::string to_string(const Cause& cause) {
    return cause.error ? cause.error.message() : to_string(cause.disconnected);
}

} // namespace wrapup::tapi3
