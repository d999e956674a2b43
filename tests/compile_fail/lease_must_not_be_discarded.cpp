// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard
#include <wrapup/monitor.hpp>

#pragma GCC diagnostic error "-Wunused-result" // with the warning as an error, in GCC and in Clang

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

// It would hold nothing.
void hold(const wrapup::Monitor<Line>& line, std::error_code& error) { line.lease(error); }
