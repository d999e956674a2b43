// SPDX-License-Identifier: BSL-1.0
// expect: wait_for
#include <wrapup/wait.hpp>

struct Line {
    using Identifier = int;
    using Cause = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<int>) noexcept;
    int open(std::error_code&, wrapup::Notifier<int>, const char* address);
};

bool wait(const wrapup::Session<Line>& line) { return wrapup::wait_for(line, 30); }
