// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/timeline.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace wrapup::sofia {

/// Somebody who takes part in a call, or has taken part. *Source:* RFC 3261, 20.20 From, 20.39 To
struct Party {
    std::string uri;
    std::string display; ///< the name that stands before it; empty where there is none
    /// This side's half of the dialog's name. Theirs is absent before they have answered with one, which a refusal may; ours of a
    /// call that has come in, before the ACK.
    std::optional<std::string> tag;

    friend bool operator==(const Party&, const Party&) = default;
};

/// Who has called.
enum class Direction : std::uint8_t { outgoing, incoming };

[[nodiscard]] constexpr const char* to_string(Direction direction) noexcept {
    return direction == Direction::outgoing ? "outgoing" : "incoming";
}

/// What is known of a call: values of our own, valid for ever.
struct CallInfo {
    Direction direction = Direction::outgoing;
    std::string call_id; ///< RFC 3261, 20.8
    Party local;         ///< us
    Party remote;        ///< them
    std::optional<std::string>
        contact; ///< where they asked to be reached in the dialog, or, in a 3xx, from now on: 20.10
    Timeline times;

    friend bool operator==(const CallInfo&, const CallInfo&) = default;
};

} // namespace wrapup::sofia
