// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../service.hpp"

#include <atomic>

namespace compared {

/// A session's state in one atomic: the first to claim the ending wins, and the record is complete before anybody can see that
/// it is there. For the designs that differ only in who frees what.
class Ending {
public:
    [[nodiscard]] bool active() const noexcept { return phase(state_.load(std::memory_order_acquire)) == live; }
    [[nodiscard]] const Record* record() const noexcept {
        return phase(state_.load(std::memory_order_acquire)) == over ? &record_ : nullptr;
    }

    /// Whether the caller has claimed the ending, and is to ask the service for it.
    bool claim(Origin origin) noexcept {
        unsigned seen = live;
        return state_.compare_exchange_strong(seen, asked | shifted(origin), std::memory_order_acq_rel,
                                              std::memory_order_acquire);
    }
    /// Whether this is the first that is heard of the end; then the record is published.
    bool report(Origin origin) noexcept {
        unsigned seen = state_.load(std::memory_order_acquire);
        do {
            if (phase(seen) >= reported) return false;
            if (phase(seen) == asked) origin = static_cast<Origin>(seen / 4);
        } while (!state_.compare_exchange_weak(seen, reported | shifted(origin), std::memory_order_acq_rel,
                                               std::memory_order_acquire));
        record_ = {origin, origin == Origin::application};
        state_.store(over | shifted(origin), std::memory_order_release);
        return true;
    }

private:
    static constexpr unsigned live = 0, asked = 1, reported = 2, over = 3;
    static constexpr unsigned phase(unsigned state) noexcept { return state & 3; }
    static constexpr unsigned shifted(Origin origin) noexcept { return static_cast<unsigned>(origin) * 4; }

    std::atomic<unsigned> state_{live};
    Record record_;
};

} // namespace compared
