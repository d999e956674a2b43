// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>

namespace wrapup::process {

/// What a process has used, together with those of its own children that it has waited for.
///
/// The peak is the largest set of pages that one of them had in memory. It is never less than what *this* program had in
/// memory when it spawned the child: until the child has executed its program, its memory is ours, and the kernel counts
/// that too. *Source:* getrusage(2), `ru_maxrss`
struct Usage {
    std::chrono::microseconds user{};   ///< time on a processor, in the program's own code
    std::chrono::microseconds system{}; ///< time on a processor, in the kernel
    std::uint64_t peak_memory = 0;      ///< in bytes

    friend constexpr bool operator==(const Usage&, const Usage&) noexcept = default;
};

} // namespace wrapup::process
