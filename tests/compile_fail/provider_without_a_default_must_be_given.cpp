// SPDX-License-Identifier: BSL-1.0
// expect: default_initializable
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    explicit Line(void* service) noexcept;
};

wrapup::Session<Line> line(1);
