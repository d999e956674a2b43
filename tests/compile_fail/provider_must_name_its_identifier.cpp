// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider has no type named Identifier
#include <wrapup/session.hpp>

struct Line {
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
