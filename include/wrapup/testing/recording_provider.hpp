// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/testing/recording_base.hpp>
#include <wrapup/transition.hpp>

#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace wrapup::testing {

/// A provider that can do everything, and records what it is asked to do: see `Recorder`, its service. What it accepts it
/// does not carry out; the test says when a session ends, by the notifier.
///
/// `wait` calls `Recorder::on_wait` until the wait is over; without it, the clock moves to the deadline, and where there is
/// none, the end must come from another thread.
class RecordingProvider : public RecordingBase {
public:
    using Cause = std::string;
    using RecordingBase::RecordingBase;

    int open(std::error_code& error, Recorder::Notifier notifier, int id) { return begin(error, id, &notifier); }
    void watch(int id, Recorder::Notifier notifier) noexcept { bind(id, std::move(notifier)); }

    [[nodiscard]] Recorder::Clock::time_point now() const noexcept { return recorder().now(); }
    template <class Done>
    void wait(Recorder::Clock::time_point deadline, Done done) noexcept {
        recorder().note("wait");
        while (!done() && now() < deadline) {
            if (recorder().on_wait) recorder().on_wait();
            else if (deadline != deadline.max()) recorder().advance(deadline - now());
            else std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    void trace(const Transition& transition) noexcept { record(transition); }
};

static_assert(SessionProvider<RecordingProvider> && ReportsCause<RecordingProvider> && Notifies<RecordingProvider>);
static_assert(AcceptsReason<RecordingProvider> && Opens<RecordingProvider, int> && Snapshots<RecordingProvider>);
static_assert(Aborts<RecordingProvider> && Waits<RecordingProvider> && Traces<RecordingProvider>);

} // namespace wrapup::testing
