// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a termination callback takes `const Termination<Provider>&` or nothing
#include <wrapup/termination_callback.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

void call(wrapup::Session<Line>& line) {
    wrapup::TerminationCallback callback(line, [](int) {});
}
