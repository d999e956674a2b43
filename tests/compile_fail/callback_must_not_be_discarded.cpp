// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard
#include <wrapup/termination_callback.hpp>

#pragma GCC diagnostic error "-Wunused-result" // with the warning as an error, in GCC and in Clang
#pragma GCC diagnostic error "-Wunused-value"

struct Line {
    using Identifier = int;
    using Cause = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<int>) noexcept;
    int open(std::error_code&, wrapup::Notifier<int>, const char* address);
};

// It would never be called.
void listen(const wrapup::Session<Line>& line) {
    wrapup::TerminationCallback(line, [] {});
}
