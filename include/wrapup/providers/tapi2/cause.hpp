// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/disconnect_mode.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace wrapup::tapi2 {

/// Why a call ended, as TAPI has said.
struct Cause {
    /// The mode of the first disconnection that said one; what TAPI adds later replaces an `unknown`. Where the attempt to call
    /// ended in a busy signal or special information, `busy` or `unreachable`. `unspecified` where TAPI has said nothing, as
    /// where a call goes idle at once. *Source:* LINE_CALLSTATE, LINEDISCONNECTMODE_ Constants
    DisconnectMode mode = DisconnectMode::unspecified;

    /// Why there was no call, or is no line any more; empty where the call ended as calls do.
    std::error_code error{};

    friend bool operator==(const Cause&, const Cause&) = default;
};

/// The mode, or what the error says; the number of a mode that is not listed. @throws std::bad_alloc
[[nodiscard]] inline std::string to_string(const Cause& cause) {
    if (cause.error) return cause.error.message();
    std::string text = to_string(cause.mode);
    if (!is_listed(cause.mode)) text += " (" + std::to_string(static_cast<std::uint32_t>(cause.mode)) + ")";
    return text;
}

} // namespace wrapup::tapi2
