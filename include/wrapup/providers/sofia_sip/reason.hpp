// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace wrapup::sofia {

/// What the other side is told.
///
/// A call that is offered to us is refused with the status: 603 where there is none, or 486, 480... In a BYE or CANCEL, and
/// beside the status, it is told by a Reason header. *Source:* RFC 3326
struct Reason {
    /// 300 to 699; 0 is none.
    int status = 0;

    /// A cause of Q.850, 1 to 127: 16 is normal call clearing, 17 user busy, 19 no answer, 21 rejected.
    std::optional<std::uint8_t> q850{};

    /// Words for people, in UTF-8: the first 128 bytes are said, so that they fit into a datagram. Left out where there is no
    /// memory for them.
    std::string text{};
    static constexpr std::size_t longest_text = 128;

    /// Whether it can be said.
    [[nodiscard]] constexpr bool is_valid() const noexcept {
        return (status == 0 || (status >= 300 && status <= 699)) && (!q850 || (*q850 >= 1 && *q850 <= 127));
    }

    friend bool operator==(const Reason&, const Reason&) = default;
};

} // namespace wrapup::sofia
