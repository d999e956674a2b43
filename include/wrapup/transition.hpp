// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/origin.hpp>
#include <wrapup/phase.hpp>
#include <wrapup/source_location.hpp>

#include <system_error>

namespace wrapup {

/// One step in a session's life, as a provider that traces is told of it.
struct Transition {
    Phase from;
    Phase to;                ///< equals `from` where nothing was changed: superseded, or refused
    Origin origin;           ///< who caused the step
    bool superseded;         ///< it came too late to change the phase: somebody else's ending stands
    std::error_code refusal; ///< what the provider answered, where the step is a refusal
    source_location
        where; ///< the call that asked for it; of line 0 where none did: a handle was destroyed, a lease returned
};

} // namespace wrapup
