// SPDX-License-Identifier: BSL-1.0
// expect: drop
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void end(const wrapup::Session<Line>& line) { line.drop(); }
