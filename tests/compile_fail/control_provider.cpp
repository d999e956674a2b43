// SPDX-License-Identifier: BSL-1.0
#include <wrapup/session.hpp>

#include <chrono>

// What the rules of providers ask.
struct Line {
    using Identifier = int;
    using Cause = int;
    using Reason = int;
    std::error_code drop(int) noexcept;
    std::error_code drop(int, int) noexcept;
    void deallocate(int) noexcept;
    std::error_code abort(int) noexcept;
    int snapshot(int) noexcept;
    std::chrono::steady_clock::time_point now() const noexcept;
    template <class Done>
    void wait(std::chrono::steady_clock::time_point, Done) noexcept;
    void trace(const wrapup::Transition&) noexcept;
    int open(std::error_code&, const char* address);
};

void use(wrapup::Session<Line>& line) {
    line = wrapup::Session<Line>::open(Line(), "address");
    line = wrapup::Session<Line>(1);
    line.drop();
    line.disconnect(1);
    line.abort();
    line.release();
}
