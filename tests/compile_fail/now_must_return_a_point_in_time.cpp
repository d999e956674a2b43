// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's now must be `now() const noexcept`
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void now() const noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
