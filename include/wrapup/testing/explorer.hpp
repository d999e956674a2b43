// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/backend.hpp>
#include <wrapup/testing/explorer/choices.hpp>
#include <wrapup/testing/explorer/engine.hpp>
#include <wrapup/testing/explorer/execution.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// @file
/// Runs a scenario of a few threads in every order that its steps can be made in.
///
///     struct Line : ... { using Backend = wrapup::testing::explorer::Backend; ... }; // the provider's sessions are explored
///
///     const auto explored = wrapup::testing::explore({}, [] {
///         Session<Line> call{...};
///         explorer::run(explorer::Thread("user", [&] { call.drop(); }),
///                       explorer::Thread("remote", [&] { notifier.terminated(); }));
///         explorer::check(call.termination() != nullptr, "the session is over");
///     });
///     REQUIRE_FALSE(explored.failure);
///
/// All threads of the scenario are logical ones, on the calling thread. Every operation of an atomic, a mutex, a condition
/// variable or the clock of `explorer::Backend` is a step; before each one every thread that can go on may be the next. What
/// the scenario does must depend on nothing else: no other threads, no time, no random numbers, nothing that is left of an
/// earlier execution. It constructs what it shares itself.
///
/// Found is: what `explorer::check` does not hold; a race on plain memory, also of a kind that the order of steps does not
/// show; use of a synchronizing object beside or before its construction, or after its destruction, or its destruction
/// beside its use; a deadlock, which is also what a lost wake-up comes to; a loop of steps that does not end; double free and
/// leaks of what the backend has allocated; a mutex that is locked twice, or unlocked by another, or destroyed while it is
/// held; an exception that leaves a thread or the scenario; a scenario that is not the same each time.
///
/// Not explored is:
/// - what C++ allows beyond an order of steps and old values, as told at `explorer::Atomic`, and old values at all unless
///   `explorer::Weather::stale_reads`;
/// - what follows the first violation, of whichever execution comes first;
/// - memory that is neither `explorer::Plain` nor named to `explorer::Backend::reads` and `writes`, and what is allocated
///   otherwise than by the backend: that is for the sanitizers. In which order threads come to it is not explored either, as a
///   variable with which the scenario keeps books: what it checks there it checks at the end, or of a `Plain`;
/// - a loop without steps, which hangs. One that polls until another thread has done something ends, by fairness alone, and
///   is taken for one that does not: wait instead;
/// - more than 7 threads beside the scenario's own.
///
/// Independent of any test framework: an assertion that throws is a violation as any exception that leaves a thread is. With
/// GCC or Clang, on POSIX; under AddressSanitizer, and not under ThreadSanitizer, which does not know of the stacks.

namespace wrapup::testing {

/// How far to look.
struct ExploreOptions {
    /// How often a thread may be interrupted that could go on. Unbounded, every execution is covered, by way of one of those
    /// that differ in the order of independent steps alone; with a bound, however high, each is made by itself. Where loads
    /// may return old values, they are independent of what is stored meanwhile: then there are few executions more without
    /// a bound, often fewer, and many more with one.
    unsigned preemptions = explorer::Choices::unbounded;
    /// What else may happen.
    explorer::Weather weather{};
    /// No more executions than these. Where they do not suffice, `Explored::exhausted` is false.
    std::uint64_t most_executions = std::uint64_t{1} << 62;
    /// Only this part of so many, counted from zero: each can be explored by a process, or on a system thread, of its own. They are
    /// about as large as each other where the scenario is large, and have a few executions in common. There are no parts of
    /// what is at random.
    unsigned part = 0, parts = 1;
    /// So many executions at random instead, unless it is zero.
    std::uint64_t random_executions = 0;
    /// What these are drawn by.
    std::uint64_t seed = 1;
    /// This one execution instead, unless it is empty. One that does not fit the scenario and the weather is a violation.
    std::string_view schedule{};
};

/// What was found wrong.
struct ExploreFailure {
    std::string what;     ///< the thread, and what it has done
    std::string schedule; ///< for `ExploreOptions::schedule`, with the same scenario and the same other options
    std::string trace;    ///< step by step
};

/// What was seen.
struct Explored {
    std::uint64_t executions = 0; ///< that differ by more than the order of independent steps
    std::uint64_t redundant = 0;  ///< that turned out on the way to repeat others
    std::uint64_t steps = 0;
    bool exhausted = false; ///< there is no other execution, within the options
    std::optional<ExploreFailure> failure{};
};

/// Runs the scenario in every order, until one fails. `scenario` is called once for each execution, and is the same each time;
/// for one that fails it is called once more. It may explore something else itself.
///
/// What is on the stacks of an execution that fails is not destroyed.
///
/// *Thread safety:* each system thread may explore at the same time, by itself. *Blocks* for as long as it takes.
/// @throws std::invalid_argument where the schedule is none, or there is no such part
template <class Scenario>
Explored explore(const ExploreOptions& options, Scenario&& scenario) {
    using explorer::Choices;
    using explorer::Engine;
    const auto choices = [&] {
        if (!options.schedule.empty()) return Choices::along(options.schedule);
        if (options.random_executions > 0) return Choices::at_random(options.seed, options.random_executions);
        return Choices::depth_first(options.preemptions, options.part, options.parts);
    };
    const Engine::Entry call = [](void* body) { (*static_cast<std::remove_reference_t<Scenario>*>(body))(); };
    void* const body = const_cast<void*>(static_cast<const void*>(&scenario)); // NOLINT: called as what it is

    Explored explored;
    Engine engine(choices(), options.weather);
    for (bool more = true; more;) {
        const bool fine = engine.execute(call, body, false);
        ++(engine.redundant() ? explored.redundant : explored.executions);
        if (!fine) break;
        more = engine.choices().next();
        explored.exhausted = !more && !engine.choices().bounded_by_chance();
        if (explored.executions >= options.most_executions) break;
    }
    explored.steps = engine.steps();
    if (engine.violated()) {
        ExploreFailure failure{engine.violation(), engine.choices().path(), {}};
        // Once more, to be told step by step.
        Engine again(Choices::along(failure.schedule), options.weather);
        again.execute(call, body, true);
        failure.trace = again.trace();
        if (again.violation() != failure.what)
            failure.trace += "(the execution is not the same when it is repeated: " + again.violation() + ")\n";
        explored.failure = std::move(failure);
    }
    return explored;
}

} // namespace wrapup::testing
