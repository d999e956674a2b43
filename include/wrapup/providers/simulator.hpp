// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/simulator/behaviour.hpp>
#include <wrapup/providers/simulator/call.hpp>
#include <wrapup/providers/simulator/clock.hpp>
#include <wrapup/providers/simulator/exchange.hpp>
#include <wrapup/session.hpp>

#include <system_error>
#include <utility>

/// @file
/// A whole exchange in memory, for the unit tests of whoever holds sessions: its sessions end when and how the test says,
/// by a clock of its own that takes no time. Deterministic; no threads of its own.

namespace wrapup::simulator {

/// The provider of an exchange's sessions: `Session<simulator::Provider>::open(exchange, behaviour)`. It can do all that a
/// provider can, but trace.
class Provider {
public:
    using Identifier = Call;
    using Cause = simulator::Cause;
    using Reason = simulator::Reason;

    Provider(Exchange& exchange) noexcept
        : exchange_(&exchange) {} // NOLINT(google-explicit-constructor): it is a reference to it

    Call open(std::error_code& error, Notifier<Cause> notifier, Behaviour behaviour = {}) {
        return exchange_->open(error, std::move(notifier), std::move(behaviour));
    }
    void watch(Call call, Notifier<Cause> notifier) noexcept { exchange_->watch(call, std::move(notifier)); }
    std::error_code drop(Call call) noexcept { return exchange_->drop(call); }
    std::error_code drop(Call call, Reason) noexcept { return exchange_->drop(call); }
    std::error_code abort(Call call) noexcept { return exchange_->abort(call); }
    void deallocate(Call call) noexcept { exchange_->deallocate(call); }
    [[nodiscard]] Statistics snapshot(Call call) noexcept { return exchange_->statistics(call).value_or(Statistics{}); }
    [[nodiscard]] Clock::time_point now() const noexcept { return exchange_->now(); }
    template <class Done>
    void wait(Clock::time_point deadline, Done done) noexcept {
        exchange_->wait(deadline, done);
    }

    /// How long the session has lasted, or did last: a query.
    [[nodiscard]] Clock::duration duration(Call call) const noexcept {
        return exchange_->statistics(call).value_or(Statistics{}).duration;
    }
    /// Whether the identifier is valid: a query that is true for as long as it can be made.
    [[nodiscard]] bool is_valid(Call call) const noexcept { return exchange_->statistics(call).has_value(); }

private:
    Exchange* exchange_;
};

static_assert(SessionProvider<Provider> && Notifies<Provider> && Opens<Provider, Behaviour> && Waits<Provider>);

} // namespace wrapup::simulator
