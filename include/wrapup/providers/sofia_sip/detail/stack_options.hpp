// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/call.hpp>
#include <wrapup/providers/sofia_sip/call_state.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace wrapup::sofia::detail {

// What the stack needs to know of the service's options.
struct StackOptions {
    std::string url, from;
    std::chrono::milliseconds t1, patience, grace;
    std::chrono::seconds session_timer;
    std::function<void(Call)> offer;
    std::function<void(Call, CallState)> on_state;
};

} // namespace wrapup::sofia::detail
