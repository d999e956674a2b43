// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/engine.hpp>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>

/// @file
/// What a scenario says to the execution that it runs in.

namespace wrapup::testing::explorer {

/// A logical thread: what it is called in a trace, and what it does.
template <class F>
struct Thread {
    Thread(const char* n, F f) : name(n), body(std::move(f)) {}

    const char* name;
    F body;
};

/// The execution. Outside of one the program is aborted.
inline Engine& execution() noexcept {
    if (Engine* const engine = Engine::current()) return *engine;
    std::abort();
}

/// Runs threads beside each other, and returns when all have finished. Called by the scenario as often as it likes; and by
/// its threads, as long as there are not more beside each other, those that have finished included, than there can be.
template <class... F>
    requires(sizeof...(F) > 0)
void run(Thread<F>... threads) {
    struct Body {
        void* thread;
        void (*call)(void*);
        void operator()() const { call(thread); }
    };
    Body bodies[] = {{&threads, [](void* thread) { static_cast<Thread<F>*>(thread)->body(); }}...};
    Body* pointers[sizeof...(F)];
    for (std::size_t i = 0; i < sizeof...(F); ++i) pointers[i] = &bodies[i];
    const char* const names[] = {threads.name...};
    execution().run(names, pointers, sizeof...(F));
}

/// One of the values below `count`, all of which are tried: what a provider answers, which of two things a thread does.
inline unsigned pick(unsigned count) { return execution().pick(count); }

/// What does not hold is what the exploration fails with.
inline void check(bool holds, const char* what) {
    if (!holds) execution().violate(what);
}

/// A line in the trace of an execution that fails.
inline void note(const char* what) { execution().tell(what); }

} // namespace wrapup::testing::explorer
