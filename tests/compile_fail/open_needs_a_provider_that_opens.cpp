// SPDX-License-Identifier: BSL-1.0
// expect: Opens
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

auto line = wrapup::Session<Line>::open(Line());
