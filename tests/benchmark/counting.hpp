// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>
#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>

/// Tells callgrind what to collect, and under which name to dump it.
namespace compared {

/// A function of its own for what is measured, so that nothing of it moves out.
template <class F>
[[gnu::noinline]] void call(F& f) {
    f();
    asm volatile("" ::: "memory");
}

/// Whether the system calls are traced, which callgrind does not collect: then two that nobody else makes stand around what is
/// measured.
inline const bool traced = std::getenv("WRAPUP_TRACED") != nullptr;

/// Collects one call.
template <class F>
void collect(F f) {
    if (traced) getppid();
    CALLGRIND_TOGGLE_COLLECT;
    call(f);
    CALLGRIND_TOGGLE_COLLECT;
    if (traced) getppid();
}

/// Dumps what so many rounds have collected. The first one is the dynamic linker's, and not among them.
template <class Round>
void measure(const char* group, const char* name, Round round, int rounds = 1000) {
    char title[100];
    std::snprintf(title, sizeof title, "%s / %s / %d", group, name, rounds);
    round();
    CALLGRIND_ZERO_STATS;
    for (int i = 0; i < rounds; ++i) round();
    CALLGRIND_DUMP_STATS_AT(title);
    if (traced) std::fprintf(stderr, "MEASURED %s\n", title);
}

/// What the measuring itself takes.
inline void measure_nothing() {
    measure("", "nothing", [] { collect([] {}); });
}

inline void check(bool held, const char* what) {
    if (held) return;
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
}

} // namespace compared
