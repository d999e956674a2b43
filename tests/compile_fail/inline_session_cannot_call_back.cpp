// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: this session can only be ended by its owner
#include <wrapup/termination_callback.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

void look(wrapup::Session<Line>& line) {
    wrapup::TerminationCallback callback(line, [] {});
}
