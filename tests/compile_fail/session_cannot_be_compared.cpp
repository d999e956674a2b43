// SPDX-License-Identifier: BSL-1.0
// expect: return a == b
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

bool same(const wrapup::Session<Line>& a, const wrapup::Session<Line>& b) { return a == b; }
