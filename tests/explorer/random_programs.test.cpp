// SPDX-License-Identifier: BSL-1.0
#include "model.hpp"
#include "program.hpp"
#include "search.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace programs;
using explorer::Choices;

namespace {

// More than any execution has: all orders are covered, one by one.
constexpr unsigned no_bound = 1000000;

bool within(const std::set<Outcome>& small, const std::set<Outcome>& large) {
    return std::includes(large.begin(), large.end(), small.begin(), small.end());
}

std::uint64_t setting(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

#if defined(NDEBUG)
constexpr std::uint64_t usual_programs = 3000;
#else
constexpr std::uint64_t usual_programs = 150;
#endif

struct Sums {
    std::uint64_t programs = 0, too_large = 0, races = 0, deadlocks = 0, traces_counted = 0;
    std::uint64_t plain = 0, reduced = 0, redundant = 0, outcomes = 0, traces = 0;
    std::uint64_t stale = 0, stale_plain = 0, stale_reduced = 0, stale_redundant = 0, stale_more = 0;
    std::uint64_t stale_traces_counted = 0, stale_traces = 0;
};

// Whether the order of dependent operations is all that there is to an execution of it, and the interpreter knows it all.
bool has_traces(const Program& program) {
    for (const Verb verb : {Verb::sleep, Verb::ring, Verb::ring_all, Verb::await, Verb::await_until, Verb::notify,
                            Verb::notify_all, Verb::pick, Verb::allocate})
        if (program.has(verb)) return false;
    return program.spurious_failures == 0 || !program.has(Verb::cas_weak);
}

constexpr auto by_trace = [](const auto& a, const auto& b) { return a.first == b.first; };

// The three parts of a search are the whole.
void check_parts(const Program& program, const Found& whole, bool stale_reads, std::uint64_t most) {
    constexpr unsigned parts = 3;
    Found together;
    for (unsigned part = 0; part < parts; ++part) {
        Found found = search(program, Choices::depth_first(Choices::unbounded, part, parts), stale_reads, most);
        CHECK((whole.race || found.executions <= whole.executions)); // it ends with a race
        together.race = together.race || found.race;
        together.executions += found.executions;
        together.outcomes.merge(found.outcomes);
        together.traces.merge(found.traces);
    }
    CHECK(together.race == whole.race);
    if (whole.race) return;
    CHECK(together.executions >= whole.executions);
    CHECK(together.outcomes == whole.outcomes);
    CHECK(
        std::equal(together.traces.begin(), together.traces.end(), whole.traces.begin(), whole.traces.end(), by_trace));
}

void check_traces(const Program& program, const Found& plain, const Found& reduced, std::uint64_t& programs,
                  std::uint64_t& traces) {
    ++programs;
    traces += plain.traces.size();
    CHECK(std::equal(plain.traces.begin(), plain.traces.end(), reduced.traces.begin(), reduced.traces.end(), by_trace));
    // A compare-and-exchange that may fail is taken for a change before it is made, so that more are told apart.
    if (!program.has(Verb::cas_strong) && !program.has(Verb::cas_weak))
        CHECK(reduced.executions == plain.traces.size());
}

// @returns whether it was small enough
bool compare(const Program& program, std::uint64_t seed, Sums& sums) {
    constexpr std::uint64_t most = 40000;
    const Found plain = search(program, Choices::depth_first(no_bound), false, most);
    if (!plain.exhausted && !plain.race && plain.other.empty()) return false;
    const Found reduced = search(program, Choices::depth_first(Choices::unbounded), false, most);
    const Model model(program);

    CHECK(plain.other.empty());
    CHECK(reduced.other.empty());
    CHECK(plain.redundant == 0);
    CHECK(plain.race == reduced.race);
    check_parts(program, reduced, false, most);
    // Where all is sequentially consistent, a race is what can be seen to be one; elsewhere there may be more.
    if (program.sequentially_consistent) CHECK(plain.race == model.race);
    else CHECK((plain.race || !model.race));
    if (plain.race) {
        ++sums.races;
        return true;
    }
    CHECK(plain.outcomes == model.outcomes);
    CHECK(reduced.outcomes == model.outcomes);
    CHECK(reduced.executions <= plain.executions);
    if (has_traces(program)) check_traces(program, plain, reduced, sums.traces_counted, sums.traces);
    sums.plain += plain.executions;
    sums.reduced += reduced.executions;
    sums.redundant += reduced.redundant;
    sums.outcomes += plain.outcomes.size();
    for (const Outcome& outcome : plain.outcomes)
        if (outcome.ends_with("deadlock")) {
            ++sums.deadlocks;
            break;
        }

    CHECK(within(search(program, Choices::at_random(seed, 50), false, most).outcomes, plain.outcomes));
    std::set<Outcome> fewer;
    for (const unsigned bound : {0u, 1u, 2u}) {
        const Found bounded = search(program, Choices::depth_first(bound), false, most);
        CHECK(within(fewer, bounded.outcomes));
        CHECK(within(bounded.outcomes, plain.outcomes));
        CHECK(bounded.executions <= plain.executions);
        fewer = bounded.outcomes;
    }
    return true;
}

// The same where loads may return old values. There is no model of it; the litmus tests say which these are.
void compare_with_stale_reads(const Program& program, Sums& sums) {
    constexpr std::uint64_t most = 40000;
    const Found plain = search(program, Choices::depth_first(no_bound), true, most);
    if (!plain.exhausted && !plain.race) return;
    const Found reduced = search(program, Choices::depth_first(Choices::unbounded), true, most);
    ++sums.stale;
    CHECK(plain.other.empty());
    CHECK(reduced.other.empty());
    CHECK(plain.race == reduced.race);
    check_parts(program, reduced, true, most);
    if (plain.race) return;
    CHECK(plain.outcomes == reduced.outcomes);
    CHECK(reduced.executions <= plain.executions);
    const Model model(program);
    CHECK(within(model.outcomes, plain.outcomes));
    if (program.sequentially_consistent) CHECK(model.outcomes == plain.outcomes);
    sums.stale_plain += plain.executions;
    sums.stale_reduced += reduced.executions;
    sums.stale_redundant += reduced.redundant;
    if (has_traces(program) && !program.has(Verb::cas_strong) && !program.has(Verb::cas_weak))
        check_traces(program, plain, reduced, sums.stale_traces_counted, sums.stale_traces);
    if (plain.outcomes.size() > model.outcomes.size()) ++sums.stale_more;
}

} // namespace

TEST_CASE("Explorer: in random programs the reduced search sees what the plain one sees, and a model by itself",
          "[explorer][reduction]") {
    const std::uint64_t programs = setting("WRAPUP_EXPLORER_PROGRAMS", usual_programs);
    const std::uint64_t first = setting("WRAPUP_EXPLORER_SEED", 1);
    Sums sums;
    std::uint64_t seed = first;
    for (; sums.programs < programs; ++seed) {
        const Program program = Drawing(seed).draw();
        INFO("seed " << seed << "\n" << text(program));
        if (!compare(program, seed, sums)) {
            ++sums.too_large;
            continue;
        }
        ++sums.programs;
        compare_with_stale_reads(program, sums);
    }
    const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "explorer: %llu random programs (seeds %llu to %llu, %llu of them too large): %llu race, %llu may deadlock\n",
        n(sums.programs), n(first), n(seed - 1), n(sums.too_large), n(sums.races), n(sums.deadlocks));
    std::printf("explorer: %llu outcomes; %llu executions one by one, %llu reduced (and %llu broken off)\n",
                n(sums.outcomes), n(sums.plain), n(sums.reduced), n(sums.redundant));
    std::printf("explorer: %llu programs have %llu traces, each seen\n", n(sums.traces_counted), n(sums.traces));
    std::printf(
        "explorer: with stale reads %llu programs, %llu of them with more outcomes; %llu executions, %llu reduced "
        "(and %llu broken off); %llu programs have %llu traces, each seen\n",
        n(sums.stale), n(sums.stale_more), n(sums.stale_plain), n(sums.stale_reduced), n(sums.stale_redundant),
        n(sums.stale_traces_counted), n(sums.stale_traces));
    // What is drawn is worth the while.
    if (programs < 1000) return;
    CHECK(sums.races > programs / 100);
    CHECK(sums.deadlocks > programs / 100);
    CHECK(sums.traces_counted > programs / 100);
    CHECK(sums.stale_more > programs / 100);
    CHECK(sums.stale_traces_counted > programs / 100);
}
