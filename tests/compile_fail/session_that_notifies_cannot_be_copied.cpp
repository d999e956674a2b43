// SPDX-License-Identifier: BSL-1.0
// expect: deleted
#include <wrapup/notifier.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

wrapup::Session<Line> twice(const wrapup::Session<Line>& line) { return line; }
