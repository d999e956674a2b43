// SPDX-License-Identifier: BSL-1.0
// expect: wait
#include <wrapup/wait.hpp>

struct Line {
    using Identifier = int;
    using Cause = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<int>) noexcept;
    int open(std::error_code&, wrapup::Notifier<int>, const char* address);
};

void wait(const wrapup::Session<Line>& line) { wrapup::wait(line.id()); }
