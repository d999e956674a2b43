// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a provider with a Reason (nothrow movable) needs `drop(Identifier, Reason) noexcept` that returns void or a std::error_code
#include <wrapup/session.hpp>

struct Why {
    Why(Why&&);
};
struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    using Reason = Why;
    void drop(int, const Why&) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
