// SPDX-License-Identifier: BSL-1.0
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};

wrapup::Session<Line> hand_on(wrapup::Session<Line> line) {
    wrapup::Session<Line> other = static_cast<wrapup::Session<Line>&&>(line);
    const bool live = static_cast<bool>(other);
    return live ? static_cast<wrapup::Session<Line>&&>(other) : wrapup::Session<Line>(1);
}

int take(wrapup::Session<Line>& line) { return line.detach(); }
