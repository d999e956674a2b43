// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard
#include <wrapup/session.hpp>

#pragma GCC diagnostic error "-Wunused-result" // with the warning as an error, in GCC and in Clang

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

// Nobody would deallocate it.
void forget(wrapup::Session<Line>& line) { line.detach(); }
