// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a query is a member function of the provider that takes the identifier and the given arguments
#include <wrapup/notifier.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

int ask(const wrapup::Session<Line>& line) {
    return line.query([](const char*) { return 1; });
}
