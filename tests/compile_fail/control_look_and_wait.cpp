// SPDX-License-Identifier: BSL-1.0
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

void use(wrapup::Session<Line>& line) {
    wrapup::Monitor monitor(line);
    wrapup::Controller controller(line);
    wrapup::TerminationCallback nothing(line, [] {});
    wrapup::TerminationCallback termination(monitor, [](const wrapup::Termination<Line>&) {});
    controller.drop();
    wrapup::wait(line);
    wrapup::wait_for(monitor, std::chrono::seconds(1));
    wrapup::wait_until(controller, std::chrono::steady_clock::now());
}
