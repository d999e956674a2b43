// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's drop, abort and deallocate are not queries
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    using Reason = int;
    void drop(int) noexcept {}
    void drop(int, int) noexcept {}
    void deallocate(int) noexcept {}
};

int main() {
    wrapup::Session<Line> call{1};
    call.query<static_cast<void (Line::*)(int) noexcept>(&Line::drop)>();
}
