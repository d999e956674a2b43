// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider needs `drop(Identifier) noexcept`, public, that returns void or a std::error_code
#include <wrapup/session.hpp>

class Line {
    void drop(int) noexcept;

public:
    using Identifier = int;
    void deallocate(int) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
