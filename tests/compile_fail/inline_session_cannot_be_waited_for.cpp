// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: this session can only be ended by its owner
#include <wrapup/wait.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void until(wrapup::Session<Line>& line) { wrapup::wait(line); }
