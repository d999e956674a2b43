// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace wrapup::testing::explorer {

/// How many logical threads an execution can have, the one that runs the scenario included.
inline constexpr unsigned max_threads = 8;

/// A point in the life of one thread: how many visible operations it has made.
using Epoch = std::uint32_t;

/// What a thread has seen of all others: of each, up to which point its doings happen before whatever the thread does next.
struct VectorClock {
    std::array<Epoch, max_threads> seen{};

    Epoch& operator[](unsigned thread) noexcept { return seen[thread]; }
    Epoch operator[](unsigned thread) const noexcept { return seen[thread]; }

    [[nodiscard]] bool sees(unsigned thread, Epoch epoch) const noexcept { return epoch <= seen[thread]; }

    void join(const VectorClock& other) noexcept {
        for (std::size_t i = 0; i < max_threads; ++i)
            if (other.seen[i] > seen[i]) seen[i] = other.seen[i];
    }

    /// The first thread of which something is not seen; `max_threads` where there is none.
    [[nodiscard]] unsigned first_unseen(const VectorClock& accesses) const noexcept {
        for (unsigned i = 0; i < max_threads; ++i)
            if (accesses[i] > seen[i]) return i;
        return max_threads;
    }
};

} // namespace wrapup::testing::explorer
