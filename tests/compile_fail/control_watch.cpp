// SPDX-License-Identifier: BSL-1.0
#include <wrapup/notifier.hpp>

// What the rules of providers that notify ask.
struct Line {
    using Identifier = int;
    using Cause = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<int>) noexcept;
    int open(std::error_code&, wrapup::Notifier<int>, const char* address);
};

void use(wrapup::Session<Line>& line, const wrapup::Notifier<int>& notifier) {
    line = wrapup::Session<Line>::open(Line(), "address");
    line = wrapup::Session<Line>(1);
    line.drop();
    notifier.terminated(1);
}
