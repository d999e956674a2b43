// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a provider must be nothrow move constructible: make it a cheap value that refers to its service
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    Line(Line&&) noexcept(false);
};

void end(wrapup::Session<Line>& line) { line.drop(); }
