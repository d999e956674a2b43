// SPDX-License-Identifier: BSL-1.0
#include <wrapup/session.hpp>
#include <wrapup/wait.hpp>

namespace {

struct Line {
    using Identifier = int;
    int* live;

    void drop(int) const noexcept {}
    void deallocate(int) const noexcept { --*live; }
};

} // namespace

int main() {
    int live = 1;
    {
        wrapup::Session<Line> session(7, Line{&live});
        if (session.drop() || !session.termination()) return 1;
    }
    return live;
}
