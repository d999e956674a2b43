// SPDX-License-Identifier: BSL-1.0
// expect: wait_for
#include <wrapup/wait.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

bool wait(const wrapup::Session<Line>& line) { return wrapup::wait_for(line, 30); }
