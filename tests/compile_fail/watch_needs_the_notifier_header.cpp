// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider has a member named watch, so it notifies: include <wrapup/notifier.hpp>
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
