// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/call_info.hpp>
#include <wrapup/providers/sofia_sip/timeline.hpp>

#include <optional>

namespace wrapup::sofia {

/// What remains of a call when its session is released: a call record can be written from it.
struct CallRecord {
    /// Absent where there was no memory for it.
    std::optional<CallInfo> info;

    Timeline times;
};

} // namespace wrapup::sofia
