// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider needs `deallocate(Identifier) noexcept`, public, that returns void
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    std::error_code deallocate(int) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
