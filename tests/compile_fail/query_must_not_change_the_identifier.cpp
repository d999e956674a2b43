// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a query is a member function of the provider that takes the identifier and the given arguments, or a callable that takes the provider and the identifier, or the identifier
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void ask(const wrapup::Session<Line>& line) {
    line.query([](int& id) { id = 0; });
}
