// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's snapshot must be `snapshot(Identifier) noexcept` and return a nothrow movable value
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    const int& snapshot(int) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
