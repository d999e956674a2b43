// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's watch must be `watch(Identifier, wrapup::Notifier<Cause>) noexcept`
#include <wrapup/notifier.hpp>

class Line {
    void watch(int, wrapup::Notifier<void>) noexcept;

public:
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
