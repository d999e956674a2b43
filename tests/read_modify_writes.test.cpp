// SPDX-License-Identifier: BSL-1.0
#include <wrapup/monitor.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <utility>

// What a session costs is the read-modify-writes that its life takes, on whatever processor. They are counted, by atomics that
// count them: what is common takes the least of them, and no step that another one does as well.

namespace {

using namespace wrapup;

int made = 0; // so far

template <class T>
class CountingAtomic : public detail::NativeAtomic<T> {
    using Base = detail::NativeAtomic<T>;

public:
    using Base::Base;

    T exchange(T value, std::memory_order order) noexcept { return ++made, Base::exchange(value, order); }
    T fetch_add(T value, std::memory_order order) noexcept { return ++made, Base::fetch_add(value, order); }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order failure) noexcept {
        // Weak ones fail without cause where the processor has no compare-and-exchange.
        return ++made, Base::compare_exchange_strong(expected, desired, success, failure);
    }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                                 std::memory_order failure) noexcept {
        return ++made, Base::compare_exchange_strong(expected, desired, success, failure);
    }
};

struct CountingBackend : detail::NativeBackend {
    template <class T>
    using Atomic = CountingAtomic<T>;
    template <class T>
    using Spinning = CountingAtomic<T>;
    using Mutex = detail::WordMutex<CountingBackend>;
    using LockedWord = detail::LockedWord<CountingBackend>;
    using Waiting = detail::WaitingBackend<detail::NativeBackend>;
};

struct Line {
    using Identifier = int;
    using Backend = CountingBackend;
    using Watcher = Notifier<void, CountingBackend>;

    Watcher* watcher;

    void drop(int) noexcept {}
    void deallocate(int) noexcept {}
    void watch(int, Watcher notifier) noexcept { *watcher = std::move(notifier); }
    [[nodiscard]] int duration(int id) const noexcept { return id; }
};

struct Call {
    Line::Watcher notifier;
    Session<Line> session{1, Line{&notifier}};
};

template <class F>
int count(F f) {
    const int before = made;
    f();
    return made - before;
}

} // namespace

TEST_CASE("Read-modify-writes: a session begins without, and ends remotely with two", "[cost]") {
    std::optional<Call> call;
    CHECK(count([&] { call.emplace(); }) == 0);
    CHECK(count([&] { call->notifier.terminated(); }) == 2);
    CHECK(count([&] { call->notifier.terminated(); }) == 0);
}

TEST_CASE("Read-modify-writes: a drop takes two, one that comes too late none", "[cost]") {
    Call call;
    CHECK(count([&] { call.session.drop(); }) == 2);
    CHECK(count([&] { call.session.drop(); }) == 0);
    CHECK(count([&] { call.notifier.terminated(Origin::user); }) == 2);
    CHECK(count([&] { call.session.drop(); }) == 0);
}

TEST_CASE("Read-modify-writes: an end that was asked for takes two, whoever is said to have ended it", "[cost]") {
    Call call;
    call.session.drop();
    CHECK(count([&] { call.notifier.terminated(); }) == 2);
    for (const Origin origin : {Origin::user, Origin::remote, Origin::application, Origin::service}) {
        Call other;
        CHECK(count([&] { other.notifier.terminated(origin); }) == 2);
    }
}

TEST_CASE("Read-modify-writes: looking at a session takes none, a question two", "[cost]") {
    Call call;
    const Monitor monitor{call.session};
    CHECK(count([&] { CHECK(call.session.phase() == Phase::active); }) == 0);
    CHECK(count([&] { CHECK(monitor.termination() == nullptr); }) == 0);
    CHECK(count([&] { CHECK(monitor.query<&Line::duration>() == 1); }) == 2);
    CHECK(count([&] { CHECK(call.session.query<&Line::duration>() == 1); }) == 2);
    std::error_code error;
    CHECK(count([&] { const auto lease = monitor.lease(error); }) == 2);
    call.notifier.terminated();
    CHECK(count([&] { CHECK(monitor.query<&Line::duration>() == 1); }) == 2);
    CHECK(count([&] { CHECK(monitor.phase() == Phase::terminated); }) == 0);
}

TEST_CASE("Read-modify-writes: to wait for what is over takes none", "[cost][wait]") {
    Call call;
    const Monitor monitor{call.session};
    call.notifier.terminated();
    CHECK(count([&] { wait(call.session); }) == 0);
    CHECK(count([&] { CHECK(wait_for(monitor, std::chrono::seconds(1))); }) == 0);
    CHECK(count([&] { CHECK(wait_until(monitor, std::chrono::system_clock::now())); }) == 0);
}

TEST_CASE("Read-modify-writes: a monitor is copied with one, and goes with one", "[cost]") {
    Call call;
    std::optional<Monitor<Line>> monitor;
    CHECK(count([&] { monitor.emplace(call.session); }) == 1);
    std::optional<Monitor<Line>> copy;
    CHECK(count([&] { copy = monitor; }) == 1);
    CHECK(count([&] { copy = std::move(monitor); }) == 1);
    CHECK(count([&] { monitor.reset(); }) == 0);
    CHECK(count([&] { copy.reset(); }) == 1);
}

TEST_CASE("Read-modify-writes: the last who goes takes none but for giving the identifier back", "[cost]") {
    Call call;
    call.notifier.terminated();
    CHECK(count([&] { call.notifier = {}; }) == 1);
    CHECK(count([&] { call.session = {}; }) == 1);

    Call released;
    released.notifier.terminated();
    CHECK(count([&] { released.session.release(); }) == 2);
    CHECK(count([&] { released.session.release(); }) == 0);
    CHECK(count([&] { released.session = {}; }) == 1);
    CHECK(count([&] { released.notifier = {}; }) == 0);
}

TEST_CASE("Read-modify-writes: a whole life takes six, with a remote ending and a question", "[cost]") {
    CHECK(count([] {
              Call call;
              call.notifier.terminated();
              CHECK(call.session.query<&Line::duration>() == 1);
              call.session = {};
          }) == 6);
}

TEST_CASE("Read-modify-writes: a callback is registered with one, called with two, and goes with one", "[cost]") {
    Call call;
    int calls = 0;
    const auto f = [&calls] { ++calls; };
    std::optional<TerminationCallback<Line, decltype(f)>> callback;
    CHECK(count([&] { callback.emplace(call.session, f); }) == 1);
    CHECK(count([&] { call.notifier.terminated(); }) == 2 + 2);
    CHECK(calls == 1);
    CHECK(count([&] { callback.reset(); }) == 1);

    Call other;
    CHECK(count([&] { callback.emplace(other.session, f); }) == 1);
    CHECK(count([&] { callback.reset(); }) == 2); // off the list, and the reference
    CHECK(count([&] { callback.emplace(other.session, f); }) == 2);
    std::optional<TerminationCallback<Line, decltype(f)>> second;
    CHECK(count([&] { second.emplace(other.session, f); }) == 2);
    CHECK(count([&] { other.notifier.terminated(); }) == 2 + 3);
    CHECK(calls == 3);
    CHECK(count([&] { callback.reset(); }) == 1);
    CHECK(count([&] { second.reset(); }) == 1);

    CHECK(count([&] { callback.emplace(other.session, f); }) == 1); // it is over: called here and now
    CHECK(calls == 4);
    CHECK(count([&] { callback.reset(); }) == 1);
}
