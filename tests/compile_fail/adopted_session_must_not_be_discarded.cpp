// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard
#include <wrapup/session.hpp>

#pragma GCC diagnostic error "-Wunused-result" // with the warning as an error: of GCC
#pragma GCC diagnostic error "-Wunused-value"  // and of Clang

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

// It would be dropped at once.
void adopt() { wrapup::Session<Line>(1); }
