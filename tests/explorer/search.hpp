// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer.hpp>

#include "model.hpp"
#include "program.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

// Programs as scenarios of the explorer.
namespace programs {

namespace explorer = wrapup::testing::explorer;

// Who did what to which location, in the order of the dependent ones: two executions that have it in common differ in the
// order of independent steps alone (they are of one trace, as Mazurkiewicz calls it). Where loads may read old values it is
// which value each has read, and in which order they were stored.
using Trace = std::string;

// What the threads of a program share.
struct Shared {
    mutable std::array<explorer::Atomic<int>, atomics> atomic{};
    mutable std::array<explorer::Plain<int>, plains> plain{};
    mutable std::array<explorer::Plain<int>, mutexes> flag{};
    mutable std::array<explorer::Mutex, mutexes> mutex{};
    mutable std::array<explorer::ConditionVariable, mutexes> condition{};
};

// Runs one program, as often as it is called.
class Interpreter {
public:
    explicit Interpreter(const Program& program) : program_(program) {
        // What compares values must find them as they are.
        for (const Verb verb : {Verb::cas_strong, Verb::cas_weak, Verb::sleep}) marks_ = marks_ && !program.has(verb);
    }

    void operator()() {
        seen_.assign(program_.threads.size(), {});
        trace_.assign(program_.threads.size(), {});
        memory_.clear();
        allocated_.clear();
        versions_ = {};
        shared_.emplace();
        const Shared& shared = *shared_;
        const auto thread = [&](std::size_t i) {
            return explorer::Thread(names[i], [this, &shared, i] { run(shared, i); });
        };
        if (program_.threads.size() == 2) explorer::run(thread(0), thread(1));
        else explorer::run(thread(0), thread(1), thread(2));
        for (const auto& atomic : shared.atomic) memory_ += static_cast<char>(atomic.load());
        for (const auto& plain : shared.plain) memory_ += static_cast<char>(plain.get());
        for (const auto& flag : shared.flag) memory_ += static_cast<char>(flag.get());
        memory_ += static_cast<char>(explorer::execution().time());
        for (void* const block : allocated_) explorer::Backend::deallocate<8, 8>(block);
        allocated_.clear();
        shared_.reset();
    }
    // After an execution that was broken off.
    void forget() { shared_.reset(); }

    [[nodiscard]] Outcome outcome(bool deadlock) const { return programs::outcome(seen_, memory_, deadlock); }
    [[nodiscard]] Trace trace() const {
        Trace all;
        for (const auto& thread : trace_) all += thread + "|";
        return all;
    }

private:
    static constexpr const char* names[] = {"a", "b", "c"};

    void did(std::size_t thread, std::size_t location, bool changes) {
        log(thread, location, versions_[location]);
        if (changes) trace_[thread] += '!';
        if (changes) ++versions_[location];
    }
    void did_load(std::size_t thread, std::size_t location, int value) {
        if (marks_) log(thread, location, static_cast<unsigned>(value));
        else did(thread, location, false);
    }
    void log(std::size_t thread, std::size_t location, unsigned version) {
        trace_[thread] += static_cast<char>('A' + location);
        trace_[thread] += std::to_string(version);
    }

    // Above what is stored stands which step has stored it, and above that how often it was added to since.
    [[nodiscard]] int mark(std::size_t thread, std::size_t at) const {
        return marks_ ? static_cast<int>(thread * 16 + at + 1) << 8 : 0;
    }
    [[nodiscard]] int mark_of_addition() const { return marks_ ? 1 << 16 : 0; }

    void run(const Shared& shared, std::size_t i) {
        std::string& seen = seen_[i];
        const auto see = [&seen](int value) { seen += static_cast<char>(value); };
        const auto& steps = program_.threads[i];
        for (std::size_t at = 0; at < steps.size(); ++at) {
            const Step& step = steps[at];
            const std::size_t o = step.object;
            const int value = step.value;
            auto& atomic = shared.atomic[o];
            switch (step.verb) {
            case Verb::load: {
                const int loaded = atomic.load(step.order);
                see(loaded);
                did_load(i, o, loaded);
                break;
            }
            case Verb::store: atomic.store(value + mark(i, at), step.order); break;
            case Verb::exchange: see(atomic.exchange(value + mark(i, at), step.order)); break;
            case Verb::add: see(atomic.fetch_add(value + mark_of_addition(), step.order)); break;
            case Verb::cas_strong:
            case Verb::cas_weak: {
                int expected = step.expected;
                const bool done = step.verb == Verb::cas_weak
                                      ? atomic.compare_exchange_weak(expected, value, step.order, step.failure)
                                      : atomic.compare_exchange_strong(expected, value, step.order, step.failure);
                see(done ? 100 : expected);
                did(i, o, done);
                break;
            }
            case Verb::sleep: atomic.wait(value, step.order); break;
            case Verb::ring: atomic.notify_one(); break;
            case Verb::ring_all: atomic.notify_all(); break;
            case Verb::read: see(shared.plain[o].get()); break;
            case Verb::write: shared.plain[o].set(value); break;
            case Verb::lock: shared.mutex[o].lock(); break;
            case Verb::unlock: shared.mutex[o].unlock(); break;
            case Verb::raise: shared.flag[o].set(1); break;
            case Verb::await:
            case Verb::await_until: {
                std::unique_lock lock(shared.mutex[o], std::adopt_lock);
                int looks = 0;
                const auto raised = [&] {
                    ++looks;
                    return shared.flag[o].get() != 0;
                };
                if (step.verb == Verb::await) {
                    shared.condition[o].wait(lock, raised);
                    see(2 * (looks - 1) + 1);
                } else {
                    const explorer::Clock::time_point deadline{explorer::Clock::duration(value)};
                    const bool in_time = shared.condition[o].wait_until(lock, deadline, raised);
                    see(2 * (looks - 1) + (in_time ? 1 : 0));
                }
                lock.release();
                break;
            }
            case Verb::notify: shared.condition[o].notify_one(); break;
            case Verb::notify_all: shared.condition[o].notify_all(); break;
            case Verb::now: see(static_cast<int>(explorer::Clock::now().time_since_epoch().count())); break;
            case Verb::pick: see(static_cast<int>(explorer::pick(2))); break;
            case Verb::allocate: {
                void* const block = explorer::Backend::allocate<8, 8>();
                see(block ? 1 : 0);
                if (block) allocated_.push_back(block);
                break;
            }
            case Verb::skip:
                if (seen.empty() || seen.back() % 2 == 0) ++at;
                break;
            }
            if (step.verb == Verb::store || step.verb == Verb::exchange || step.verb == Verb::add) did(i, o, true);
            if (step.verb == Verb::lock) did(i, atomics + o, true);
        }
    }

    const Program& program_;
    bool marks_ = true;
    std::vector<std::string> seen_;
    std::vector<Trace> trace_;
    std::array<unsigned, atomics + mutexes> versions_{};
    std::string memory_;
    std::vector<void*> allocated_;
    std::optional<Shared> shared_; // not on a stack that is forgotten
};

// What a search has seen.
struct Found {
    std::set<Outcome> outcomes;
    std::map<Trace, unsigned> traces; // how often each
    std::uint64_t executions = 0;
    std::uint64_t redundant = 0;
    bool race = false; // the search ends with it
    bool exhausted = false;
    std::string other; // a violation that a program cannot commit
};

// As wrapup::testing::explore, which ends at the first violation; here a deadlock is an outcome as others are.
inline Found search(const Program& program, explorer::Choices choices, bool stale_reads,
                    std::uint64_t most_executions) {
    Found found;
    Interpreter interpreter(program);
    explorer::Weather weather;
    weather.stale_reads = stale_reads;
    weather.spurious_failures = program.spurious_failures;
    weather.spurious_wake_ups = program.spurious_wake_ups;
    weather.failing_allocations = program.failing_allocations;
    explorer::Engine engine(std::move(choices), weather);
    do {
        const bool fine = engine.execute([](void* body) { (*static_cast<Interpreter*>(body))(); }, &interpreter, false);
        interpreter.forget();
        const bool deadlock = engine.violation().find("deadlock:") != std::string::npos;
        if (!fine && !deadlock) {
            found.race = engine.violation().find(" race: plain memory") != std::string::npos;
            if (!found.race) found.other = engine.violation();
            return found;
        }
        // What the search turns away must be nothing but repetition: only the rest counts.
        if (engine.redundant()) {
            ++found.redundant;
        } else {
            ++found.executions;
            found.outcomes.insert(interpreter.outcome(!fine));
            ++found.traces[interpreter.trace()];
        }
        if (found.executions >= most_executions) return found;
    } while (engine.choices().next());
    found.exhausted = true;
    return found;
}

} // namespace programs
