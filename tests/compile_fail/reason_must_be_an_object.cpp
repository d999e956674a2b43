// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a provider with a Reason (nothrow movable) needs `drop(Identifier, Reason) noexcept` that returns void or a std::error_code
#include <wrapup/session.hpp>

// What it refers to may be gone when the termination is read.
struct Line {
    using Identifier = int;
    using Reason = const char&;
    void drop(int) noexcept;
    void drop(int, const char&) noexcept;
    void deallocate(int) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
