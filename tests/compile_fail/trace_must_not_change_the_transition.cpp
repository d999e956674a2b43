// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's trace must be `trace(const wrapup::Transition&) noexcept`
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void trace(wrapup::Transition&) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
