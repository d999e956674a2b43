// SPDX-License-Identifier: BSL-1.0
// expect: termination()->contested = true
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void lie(wrapup::Session<Line>& line) { line.termination()->contested = true; }
