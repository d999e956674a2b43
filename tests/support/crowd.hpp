// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/simulator.hpp>

#include <system_error>
#include <utility>

namespace support {

// The simulator's sessions, waited for as those of most services are: by sleeping, not by moving a clock.
struct Crowd {
    using Identifier = wrapup::simulator::Call;
    using Cause = wrapup::simulator::Cause;
    using Reason = wrapup::simulator::Reason;

    wrapup::simulator::Provider exchange;

    Crowd(wrapup::simulator::Exchange& e) noexcept : exchange(e) {}

    Identifier open(std::error_code& error, wrapup::Notifier<Cause> notifier,
                    wrapup::simulator::Behaviour behaviour = {}) {
        return exchange.open(error, std::move(notifier), std::move(behaviour));
    }
    void watch(Identifier call, wrapup::Notifier<Cause> notifier) noexcept {
        exchange.watch(call, std::move(notifier));
    }
    std::error_code drop(Identifier call) noexcept { return exchange.drop(call); }
    std::error_code drop(Identifier call, Reason reason) noexcept { return exchange.drop(call, reason); }
    std::error_code abort(Identifier call) noexcept { return exchange.abort(call); }
    wrapup::simulator::Statistics snapshot(Identifier call) noexcept { return exchange.snapshot(call); }
    void deallocate(Identifier call) noexcept { exchange.deallocate(call); }
    bool is_valid(Identifier call) const noexcept { return exchange.is_valid(call); }
};

} // namespace support
