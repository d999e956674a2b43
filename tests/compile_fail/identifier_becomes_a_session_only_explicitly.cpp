// SPDX-License-Identifier: BSL-1.0
// expect: Session<Line>
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

wrapup::Session<Line> adopt(int id) { return id; }
