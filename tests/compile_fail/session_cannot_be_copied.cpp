// SPDX-License-Identifier: BSL-1.0
// expect: deleted
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

wrapup::Session<Line> twice(const wrapup::Session<Line>& line) { return line; }
