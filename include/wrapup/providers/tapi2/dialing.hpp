// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::tapi2 {

/// How an outgoing call is made, where the defaults do not do. *Source:* lineMakeCall, LINECALLPARAMS
struct Dialing {
    std::uint32_t country = 0;     ///< the country code of the called party; 0 for the line's own
    std::uint32_t media_modes = 4; ///< LINEMEDIAMODE_ bits; interactive voice
};

} // namespace wrapup::tapi2
