// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: for these arguments the provider needs `open(std::error_code&, args...)`
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

auto line = wrapup::Session<Line>::open(Line());
