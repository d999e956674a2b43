// SPDX-License-Identifier: BSL-1.0

// How long lives take, and questions by one thread and by two: to be compared within one run only. The allocator is the system's.
#include <wrapup/termination_callback.hpp>

#include "designs.hpp"

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace compared;

template <std::size_t which>
void lives(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(life<which>());
}
template <std::size_t which>
void monitored_lives(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(monitored_life<which>());
}

// A session that nobody ends.
template <class Design>
struct Session {
    typename Design::Owner owner{1};
    typename Design::Notifier line = std::move(Design::line);
};

template <std::size_t which>
void questions(benchmark::State& state) {
    const Session<Design<which>> session;
    const typename Design<which>::Monitor monitor(session.owner);
    for (auto _ : state) benchmark::DoNotOptimize(monitor.query());
}

// How often this thread was taken off its processor without having asked for it.
long put_off() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

// While another thread asks the same session, by way of a monitor of its own. Counted is only where both have run all the time: on
// a machine that others use, two threads are not always two.
template <std::size_t which>
void contended_questions(benchmark::State& state) {
    constexpr int at_once = 500;
    constexpr int most_tries = 2'000;
    const Session<Design<which>> session;
    const typename Design<which>::Monitor monitor(session.owner);
    struct alignas(64) Asked {
        std::atomic<int> times = 0;
    } other;
    std::atomic<bool> done = false;
    std::thread thread([&] {
        const typename Design<which>::Monitor mine(session.owner);
        for (int times = 0; !done.load(std::memory_order_relaxed);) {
            benchmark::DoNotOptimize(mine.query());
            other.times.store(++times, std::memory_order_relaxed);
        }
    });
    using Clock = std::chrono::steady_clock;
    for (auto _ : state) {
        int met = 0;
        int tries = 0;
        long interrupted = 0;
        std::chrono::duration<double> took{};
        do {
            if (++tries > most_tries) {
                state.SkipWithError("the two threads do not run at the same time: the machine is busy");
                break;
            }
            interrupted = put_off();
            const int before = other.times;
            const auto begin = Clock::now();
            for (int i = 0; i < at_once; ++i) benchmark::DoNotOptimize(monitor.query());
            took = Clock::now() - begin;
            met = other.times - before;
            interrupted = put_off() - interrupted;
        } while (met < at_once / 4 || interrupted != 0);
        state.SetIterationTime(took.count());
    }
    done = true;
    thread.join();
}

struct Told {
    int* calls;
    void operator()() const noexcept { ++*calls; }
};

void wrapup_ends(benchmark::State& state) {
    for (auto _ : state) {
        const Wrapup::Owner session(1);
        Wrapup::line.terminated();
    }
}
void wrapup_tells(benchmark::State& state) {
    int calls = 0;
    for (auto _ : state) {
        const Wrapup::Owner session(1);
        const wrapup::TerminationCallback<Wrapup::Provider, Told> callback(session, Told{&calls});
        Wrapup::line.terminated();
    }
    benchmark::DoNotOptimize(calls);
}
void stop_source_ends(benchmark::State& state) {
    for (auto _ : state) {
        std::stop_source source;
        benchmark::DoNotOptimize(source.request_stop());
    }
}
void stop_source_tells(benchmark::State& state) {
    int calls = 0;
    for (auto _ : state) {
        std::stop_source source;
        const std::stop_callback<Told> callback(source.get_token(), Told{&calls});
        benchmark::DoNotOptimize(source.request_stop());
    }
    benchmark::DoNotOptimize(calls);
}

} // namespace

int main(int argc, char** argv) {
    // While there is one thread, libstdc++ counts without read-modify-writes.
    std::thread([] {}).join();
    for_each_design([](auto which) {
        const std::string name = names[which];
        benchmark::RegisterBenchmark((name + "/life").c_str(), lives<which>);
        benchmark::RegisterBenchmark((name + "/monitored life").c_str(), monitored_lives<which>);
        benchmark::RegisterBenchmark((name + "/question").c_str(), questions<which>);
        benchmark::RegisterBenchmark((name + "/500 questions, two threads").c_str(), contended_questions<which>)
            ->UseManualTime()
            ->Iterations(20);
    });
    benchmark::RegisterBenchmark("callback/wrapup ends", wrapup_ends);
    benchmark::RegisterBenchmark("callback/wrapup tells", wrapup_tells);
    benchmark::RegisterBenchmark("callback/stop_source ends", stop_source_ends);
    benchmark::RegisterBenchmark("callback/stop_source tells", stop_source_tells);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
