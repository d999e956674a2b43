// SPDX-License-Identifier: BSL-1.0
// expect: Controller
#include <wrapup/monitor.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

// The session would be dropped before there is anything to control.
const wrapup::Controller controller{wrapup::Session<Line>(1)};
