// SPDX-License-Identifier: BSL-1.0

// Compiled with -fno-exceptions and -fno-rtti. The generated header includes every core header.
#include "core_headers.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this is to be compiled without exceptions and without run-time type information"
#endif

namespace {

// One of a kind: what is alive, and the notifier of the one notifying session.
struct Service {
    int live = 0;
    std::optional<wrapup::Notifier<int>> notifier;
};

struct Line {
    using Identifier = int;
    Service* service = nullptr;

    void drop(int) const noexcept {}
    void deallocate(int) const noexcept { --service->live; }
};

struct Call {
    using Identifier = int;
    using Cause = int;
    Service* service = nullptr;

    void drop(int) const noexcept {}
    void deallocate(int) const noexcept { --service->live; }
    void watch(int, wrapup::Notifier<int> notifier) const noexcept { service->notifier = std::move(notifier); }
};

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "failed: %s\n", what);
    std::_Exit(1);
}

void an_inline_session_drops_and_releases() {
    Service service{1, {}};
    wrapup::Session<Line> session(7, Line{&service});
    check(!session.drop(), "drop is accepted");
    check(session.termination() != nullptr, "it is terminated");
    session.release();
    check(service.live == 0, "the identifier is given back");
    std::error_code error;
    session.try_query(error, [](int id) { return id; });
    check(error == wrapup::errc::released, "an empty session says so");
}

void a_notifying_session_is_waited_for() {
    Service service{1, {}};
    wrapup::Session<Call> session(7, Call{&service});
    const wrapup::Monitor monitor(session);
    int cause = 0;
    const wrapup::TerminationCallback callback(session, [&cause](const auto& end) { cause = *end.cause; });
    check(!wrapup::wait_for(session, std::chrono::milliseconds(1)), "it goes on");
    service.notifier->terminated(42);
    wrapup::wait(session);
    check(cause == 42, "the callback was called");
    session.release();
    check(monitor.termination() != nullptr && *monitor.termination()->cause == 42,
          "the termination outlives the identifier");
    check(service.live == 0, "the identifier is given back");
}

// Where an exception would be thrown, the program says what it would say, and is aborted.
void the_identifier_of_an_empty_session() {
    std::signal(SIGABRT, [](int) { std::_Exit(0); });
    const wrapup::Session<Line> empty;
    std::printf("%d\n", empty.id());
}

} // namespace

int main(int argc, char**) {
    if (argc > 1) {
        the_identifier_of_an_empty_session();
        return 1;
    }
    an_inline_session_drops_and_releases();
    a_notifying_session_is_waited_for();
    return 0;
}
