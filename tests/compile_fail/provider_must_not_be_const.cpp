// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a provider is a class with the members Identifier, drop and deallocate, and not const
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void end(wrapup::Session<const Line>& line) { line.drop(); }
