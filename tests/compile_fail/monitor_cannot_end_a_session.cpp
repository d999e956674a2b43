// SPDX-License-Identifier: BSL-1.0
// expect: drop
#include <wrapup/monitor.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

void end(const wrapup::Monitor<Line>& line) { line.drop(); }
