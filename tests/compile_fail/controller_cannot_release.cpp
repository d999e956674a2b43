// SPDX-License-Identifier: BSL-1.0
// expect: release
#include <wrapup/monitor.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

void end(const wrapup::Controller<Line>& line) { line.release(); }
