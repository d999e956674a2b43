// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::testing {

/// What a decorator sees being called: the provider's members that can go wrong.
enum class Operation : std::uint8_t { open, watch, drop, abort, snapshot, deallocate };

inline constexpr unsigned operation_count = 6;

[[nodiscard]] constexpr const char* to_string(Operation operation) noexcept {
    switch (operation) {
    case Operation::open: return "open";
    case Operation::watch: return "watch";
    case Operation::drop: return "drop";
    case Operation::abort: return "abort";
    case Operation::snapshot: return "snapshot";
    case Operation::deallocate: return "deallocate";
    }
    return "unknown operation";
}

} // namespace wrapup::testing
