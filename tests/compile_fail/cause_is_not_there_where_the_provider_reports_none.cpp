// SPDX-License-Identifier: BSL-1.0
// expect: cause
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

auto why(const wrapup::Session<Line>& line) { return line.termination()->cause; }
