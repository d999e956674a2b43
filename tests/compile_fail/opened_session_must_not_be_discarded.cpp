// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard
#include <wrapup/notifier.hpp>

#pragma GCC diagnostic error "-Wunused-result" // with the warning as an error, in GCC and in Clang

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
    int open(std::error_code&, wrapup::Notifier<void>);
};

// It would be dropped at once.
void begin() { wrapup::Session<Line>::open(Line()); }
