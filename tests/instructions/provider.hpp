// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <system_error>

// A service twice: its functions can be inlined, or are compiled elsewhere.

namespace inlinable {
inline int volatile_line = 0;
inline int drop(int id) noexcept {
    *const_cast<volatile int*>(&volatile_line) = id;
    return 0;
}
inline int duration(int id) noexcept { return *const_cast<volatile int*>(&volatile_line) + id; }
inline void deallocate(int id) noexcept { *const_cast<volatile int*>(&volatile_line) = -id; }
} // namespace inlinable

namespace external {
int drop(int id) noexcept;
int duration(int id) noexcept;
void deallocate(int id) noexcept;
} // namespace external

#define INSTRUCTIONS_PROVIDER(service)                                                                                 \
    struct Provider {                                                                                                  \
        using Identifier = int;                                                                                        \
        void drop(int id) noexcept { service::drop(id); }                                                              \
        void deallocate(int id) noexcept { service::deallocate(id); }                                                  \
        int duration(int id) const noexcept { return service::duration(id); }                                          \
    }
