// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a provider must not be final
#include <wrapup/session.hpp>

struct Line final {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
