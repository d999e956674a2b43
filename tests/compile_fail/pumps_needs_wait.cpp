// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's pumps must be `pumps() const noexcept`, beside its wait, and return bool
#include <wrapup/session.hpp>

#include <chrono>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    std::chrono::steady_clock::time_point now() const noexcept;
    bool pumps() const noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
