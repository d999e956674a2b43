// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's Cause must be an object type that is nothrow movable
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    using Cause = const int;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
