// SPDX-License-Identifier: BSL-1.0
// expect: wait_until
#include <wrapup/wait.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

bool wait(const wrapup::Session<Line>& line) { return wrapup::wait_until(line, std::chrono::seconds(30)); }
