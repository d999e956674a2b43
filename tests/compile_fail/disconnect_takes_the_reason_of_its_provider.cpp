// SPDX-License-Identifier: BSL-1.0
// expect: Line::Reason'
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    enum class Reason { busy };
    void drop(int, Reason) noexcept;
};

void end(wrapup::Session<Line>& line) { line.disconnect(1); }
