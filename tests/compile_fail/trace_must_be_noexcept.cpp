// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's trace must be `trace(const wrapup::Transition&) noexcept`
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void trace(const wrapup::Transition&);
};

void end(wrapup::Session<Line>& line) { line.drop(); }
