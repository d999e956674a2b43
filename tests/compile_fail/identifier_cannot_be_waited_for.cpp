// SPDX-License-Identifier: BSL-1.0
// expect: wait
#include <wrapup/wait.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

void wait(const wrapup::Session<Line>& line) { wrapup::wait(line.id()); }
