// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/simulator/clock.hpp>

#include <cstdint>

namespace wrapup::simulator {

/// What the other side, or we, give as the cause or the reason of an ending: a number that means what the test wants.
using Cause = int;
using Reason = int;

/// A session of the exchange. Numbers are given out again at once, as real exchanges do; a serial never is.
struct Call {
    std::uint32_t number = 0;
    std::uint64_t serial = 0;

    friend bool operator==(const Call&, const Call&) = default;
};

/// What a session's termination keeps of it.
struct Statistics {
    Clock::duration duration{}; ///< from its beginning to its end
    int drops = 0;              ///< how often the exchange was asked to end it, also where it refused
};

} // namespace wrapup::simulator
