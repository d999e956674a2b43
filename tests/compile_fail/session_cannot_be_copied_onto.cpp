// SPDX-License-Identifier: BSL-1.0
// expect: deleted
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void twice(wrapup::Session<Line>& a, const wrapup::Session<Line>& b) { a = b; }
