// SPDX-License-Identifier: BSL-1.0
// expect: bool
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

bool live(const wrapup::Session<Line>& line) { return line; }
