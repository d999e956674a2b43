// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's wait must be `wait(deadline, done) noexcept` with a deadline of its own `now()`
#include <wrapup/session.hpp>

#include <chrono>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    std::chrono::steady_clock::time_point now() const noexcept;
    template <class Done>
    void wait(std::chrono::system_clock::time_point, Done) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
