// SPDX-License-Identifier: BSL-1.0
// expect: Notifies
#include <wrapup/notifier.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

int take(wrapup::Session<Line>& line) { return line.detach(); }
