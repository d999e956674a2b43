// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer.hpp>

#include "support/catch.hpp"

#include <string>
#include <utility>

// Bugs that are put in for the explorer to find.
namespace seeded {

using wrapup::testing::explore;
using wrapup::testing::Explored;
using wrapup::testing::ExploreOptions;
namespace explorer = wrapup::testing::explorer;

template <class F>
explorer::Thread<F> a(F body) {
    return {"a", std::move(body)};
}
template <class F>
explorer::Thread<F> b(F body) {
    return {"b", std::move(body)};
}
template <class F>
explorer::Thread<F> c(F body) {
    return {"c", std::move(body)};
}

inline ExploreOptions with(explorer::Weather weather) {
    ExploreOptions options;
    options.weather = weather;
    return options;
}

// The search comes upon a violation that says this, and so does the schedule that is printed: at once, and the same one.
template <class Scenario>
Explored check_found(const std::string& what, Scenario scenario, ExploreOptions options = {}) {
    const Explored explored = explore(options, scenario);
    INFO("expected: " << what);
    REQUIRE(explored.failure);
    CHECK_FALSE(explored.exhausted);
    CHECK(explored.failure->what.find(what) != std::string::npos);
    CHECK(explored.failure->trace.find("is not the same when it is repeated") == std::string::npos);
    INFO(explored.failure->what << "\nschedule: " << explored.failure->schedule << "\n" << explored.failure->trace);
    if (explored.failure->schedule.empty())
        return explored; // there was nothing to choose, and so nothing to repeat it by
    options.schedule = explored.failure->schedule;
    const Explored again = explore(options, scenario);
    REQUIRE(again.failure);
    CHECK(again.executions == 1);
    CHECK(again.failure->what == explored.failure->what);
    CHECK(again.failure->schedule == explored.failure->schedule);
    CHECK(again.failure->trace == explored.failure->trace);
    return explored;
}

// The same without the bug.
template <class Scenario>
Explored check_fine(Scenario scenario, ExploreOptions options = {}) {
    const Explored explored = explore(options, scenario);
    if (explored.failure) FAIL_CHECK(explored.failure->what << "\n" << explored.failure->trace);
    CHECK(explored.exhausted);
    return explored;
}

} // namespace seeded
