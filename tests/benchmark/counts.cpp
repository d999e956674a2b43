// SPDX-License-Identifier: BSL-1.0

// The verbs of sessions that notify, by wrapup and by what people would use instead, for callgrind to count what each executes.
// Collection is on for the measured call alone; each figure is dumped under its name, and `nothing` is what the measuring takes.
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "counting.hpp"
#include "designs.hpp"
#include "shelf.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <future>
#include <mutex>
#include <new>
#include <stop_token>
#include <thread>

using namespace compared;

namespace {

int answer = 0;
bool active = false;

enum class Verb { open, state, monitor, monitor_gone, drop, late_drop, confirm, end, query, done, release };

// One life, of which one call is collected.
template <class One>
void one_of(Verb collected, bool dropped) {
    using Owner = typename One::Owner;
    using Monitor = typename One::Monitor;
    Place<Owner> owner;
    Place<Monitor> monitor;
    const auto step = [&](Verb verb, auto f) {
        if (verb == collected) collect(f);
        else call(f);
    };
    const auto drop = [&] { owner.object.drop(); };
    const auto end = [] { One::line.terminated(); };
    step(Verb::open, [&] { ::new (&owner.object) Owner(1); });
    step(Verb::monitor, [&] { ::new (&monitor.object) Monitor(owner.object); });
    step(Verb::state, [&] { active = monitor.object.active(); });
    check(active, "a session that has not been active");
    if (dropped) {
        step(Verb::drop, drop);
        step(Verb::late_drop, drop);
        step(Verb::confirm, end);
    } else {
        step(Verb::end, end);
    }
    step(Verb::query, [&] { answer = monitor.object.query(); });
    check(answer == 1, "a session that was not asked");
    step(Verb::done, [] { One::line = {}; });
    step(Verb::monitor_gone, [&] { monitor.object.~Monitor(); });
    step(Verb::release, [&] { owner.object.~Owner(); });
}

template <std::size_t which>
void count() {
    const auto verb = [](const char* name, Verb collected, bool dropped = false) {
        measure(names[which], name, [=] { one_of<Design<which>>(collected, dropped); });
    };
    verb("open", Verb::open);
    verb("state", Verb::state);
    verb("drop", Verb::drop, true);
    verb("late drop", Verb::late_drop, true);
    verb("ending", Verb::end);
    verb("query", Verb::query);
    verb("monitor taken", Verb::monitor);
    verb("monitor gone", Verb::monitor_gone);
    verb("service done", Verb::done);
    verb("release", Verb::release);

    const int deallocated = Service::deallocations;
    const Taken before = taken();
    answer = life<which>();
    check(Service::deallocations == deallocated + 1, "an identifier that was not given back, once");
    std::printf("%s / %zu / %zu\n", names[which], taken().blocks - before.blocks, taken().bytes - before.bytes);
    measure(names[which], "life", [] { collect(life<which>); });
    measure(names[which], "monitored life", [] { collect(monitored_life<which>); });
    check(Service::deallocations == deallocated + 1 + 2 * 1001, "an identifier that was not given back, once");
}

// ---- those who want to be told

using Call = Wrapup::Owner;
struct Told {
    int* calls;
    void operator()() const noexcept { ++*calls; }
};
int calls = 0;

void wrapup_callbacks() {
    using Callback = wrapup::TerminationCallback<Wrapup::Provider, Told>;
    Place<Callback> place;
    const auto registered = [&](const Call& session) { ::new (&place.object) Callback(session, Told{&calls}); };
    const auto removed = [&] { place.object.~Callback(); };
    const auto ended = [] { Wrapup::line.terminated(); };
    measure("callback: wrapup", "registered", [&] {
        const Call session(1);
        collect([&] { registered(session); });
        ended();
        removed();
    });
    measure("callback: wrapup", "ending, nobody told", [&] {
        const Call session(1);
        collect(ended);
    });
    measure("callback: wrapup", "ending, one told", [&] {
        const Call session(1);
        registered(session);
        collect(ended);
        removed();
    });
    measure("callback: wrapup", "removed after", [&] {
        const Call session(1);
        registered(session);
        ended();
        collect(removed);
    });
    measure("callback: wrapup", "removed before", [&] {
        const Call session(1);
        registered(session);
        collect(removed);
        ended();
    });
    measure("callback: wrapup", "registered, ending, removed", [&] {
        const Call session(1);
        collect([&] {
            const Callback callback(session, Told{&calls});
            ended();
        });
    });
    Wrapup::line = {};
}

void stop_callbacks() {
    using Callback = std::stop_callback<Told>;
    Place<Callback> place;
    const auto registered = [&](const std::stop_source& source) {
        ::new (&place.object) Callback(source.get_token(), Told{&calls});
    };
    const auto removed = [&] { place.object.~Callback(); };
    measure("callback: std::stop_callback", "registered", [&] {
        std::stop_source source;
        collect([&] { registered(source); });
        source.request_stop();
        removed();
    });
    measure("callback: std::stop_callback", "ending, nobody told", [] {
        std::stop_source source;
        collect([&] { source.request_stop(); });
    });
    measure("callback: std::stop_callback", "ending, one told", [&] {
        std::stop_source source;
        registered(source);
        collect([&] { source.request_stop(); });
        removed();
    });
    measure("callback: std::stop_callback", "removed after", [&] {
        std::stop_source source;
        registered(source);
        source.request_stop();
        collect(removed);
    });
    measure("callback: std::stop_callback", "removed before", [&] {
        std::stop_source source;
        registered(source);
        collect(removed);
    });
    measure("callback: std::stop_callback", "registered, ending, removed", [] {
        std::stop_source source;
        collect([&] {
            const Callback callback(source.get_token(), Told{&calls});
            source.request_stop();
        });
    });
}

void promises() {
    measure("callback: std::promise", "ending, nobody told", [] {
        std::promise<Record> promise;
        collect([&] { promise.set_value({}); });
    });
    measure("callback: std::promise", "registered, ending, removed", [] {
        std::promise<Record> promise;
        collect([&] {
            auto future = promise.get_future();
            promise.set_value({});
            active = future.get().abandoned;
        });
    });
}

// ---- those who sleep until then

// `sleep` is what the thread does that waits, `wake` what wakes it, which is measured.
template <class Sleep, class Wake>
void woken(Sleep sleep, Wake wake) {
    std::thread sleeper(sleep);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    collect(wake);
    sleeper.join();
}

void waiters() {
    constexpr int rounds = 20;
    measure(
        "waiting: wrapup", "nobody waits, and the end is there",
        [] {
            const Call session(1);
            Wrapup::line.terminated();
            collect([&] { wrapup::wait(session); });
        },
        rounds);
    // What wrapup does without: a look into the table of those who wait, which is shared by all atomics.
    measure("waiting: std::atomic<std::uint64_t>", "nobody waits, and is notified", [] {
        static std::atomic<std::uint64_t> word{0};
        collect([] { word.notify_all(); });
    });
    measure(
        "waiting: wrapup", "one is woken",
        [] {
            const Call session(1);
            woken([&] { wrapup::wait(session); }, [] { Wrapup::line.terminated(); });
        },
        rounds);
    Wrapup::line = {};
    measure(
        "waiting: condition variable", "one is woken",
        [] {
            const SharedPtrMutex::Owner session(1);
            SharedPtrMutex::Block& block = *session.block();
            woken(
                [&] {
                    std::unique_lock lock(block.mutex);
                    block.over.wait(lock, [&] { return block.phase == SharedPtrMutex::Phase::terminated; });
                },
                [] { SharedPtrMutex::line.terminated(); });
        },
        rounds);
    measure(
        "waiting: std::promise", "one is woken",
        [] {
            std::promise<Record> promise;
            auto future = promise.get_future();
            woken([&] { future.wait(); }, [&] { promise.set_value({}); });
        },
        rounds);
}

} // namespace

int main() {
    // While there is one thread, libstdc++ counts without read-modify-writes.
    std::thread([] {}).join();
    Wrapup::line = {};

    measure_nothing();
    for_each_design([](auto which) { count<which>(); });
    wrapup_callbacks();
    stop_callbacks();
    promises();
    waiters();
    check(calls > 0 && answer > 0, "nobody was told");
}
