// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: this session can only be ended by its owner
#include <wrapup/wait.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

bool until(wrapup::Session<Line>& line) { return wrapup::wait_until(line, std::chrono::steady_clock::now()); }
