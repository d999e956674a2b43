// SPDX-License-Identifier: BSL-1.0
#include <wrapup/testing/explorer.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

// What several threads may see of a few atomics: for each of the families that the literature names, the exact set of
// outcomes, compared with what C++20 allows.

namespace {

using wrapup::testing::explore;
using wrapup::testing::ExploreOptions;
using namespace wrapup::testing::explorer;

using Values = std::vector<int>;
using Outcomes = std::set<Values>;

// The orders of one row.
struct Orders {
    const char* name;
    std::memory_order load, store, modify;
};
constexpr Orders relaxed{"relaxed", std::memory_order_relaxed, std::memory_order_relaxed, std::memory_order_relaxed};
constexpr Orders acquire_release{"acquire-release", std::memory_order_acquire, std::memory_order_release,
                                 std::memory_order_acq_rel};
constexpr Orders sequential{"seq_cst", std::memory_order_seq_cst, std::memory_order_seq_cst, std::memory_order_seq_cst};

using Test = std::function<Values(const Orders&)>;

struct Seen {
    Outcomes outcomes;
    std::uint64_t executions = 0;
};

Seen run_all(const Test& test, const Orders& orders, Weather weather) {
    Seen seen;
    ExploreOptions options;
    options.weather = weather;
    const auto explored = explore(options, [&] {
        Values values = test(orders);
        if (!execution().redundant()) seen.outcomes.insert(std::move(values));
    });
    CHECK_FALSE(explored.failure);
    CHECK(explored.exhausted);
    seen.executions = explored.executions;
    return seen;
}

Outcomes without(Outcomes all, const Outcomes& some) {
    for (const Values& values : some) CHECK(all.erase(values) == 1);
    return all;
}

// Everything that values up to these can come to.
Outcomes space(const Values& most) {
    Outcomes all{{}};
    for (const int top : most) {
        Outcomes longer;
        for (const Values& values : all)
            for (int value = 0; value <= top; ++value) {
                longer.insert(values);
                Values next = values;
                next.push_back(value);
                longer.insert(next);
            }
        all = longer;
    }
    std::erase_if(all, [&](const Values& values) { return values.size() != most.size(); });
    return all;
}

// One row: of all that could be thought of, what C++20 forbids, and what it allows that is not explored, for a reason that
// the documentation of `Atomic` gives.
struct Row {
    const Orders& orders;
    Outcomes forbidden;
    Outcomes not_explored{};
};

// `interleaved` is what comes of the order of steps alone, whatever the memory orders are.
void family(const char* name, const Test& test, const Outcomes& all, const Outcomes& interleaved,
            const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        INFO(name << ", " << row.orders.name);
        const Outcomes allowed = without(all, row.forbidden);
        const Seen in_order = run_all(test, row.orders, {});
        CHECK(in_order.outcomes == interleaved);
        const Seen stale = run_all(test, row.orders, {.stale_reads = true});
        CHECK(stale.outcomes == without(allowed, row.not_explored));
        std::printf(
            "explorer: %-24s %-16s %2zu outcomes of %2zu that C++20 allows, in %4llu executions; in order %2zu in %3llu\n",
            name, row.orders.name, stale.outcomes.size(), allowed.size(),
            static_cast<unsigned long long>(stale.executions), in_order.outcomes.size(),
            static_cast<unsigned long long>(in_order.executions));
    }
}

template <class F>
Thread<F> thread(F f) {
    return {"thread", std::move(f)};
}

} // namespace

TEST_CASE("Explorer: two threads that store and then load may miss each other unless all is seq_cst (SB)",
          "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        Values seen(2);
        run(thread([&] {
                x.store(1, o.store);
                seen[0] = y.load(o.load);
            }),
            thread([&] {
                y.store(1, o.store);
                seen[1] = x.load(o.load);
            }));
        return seen;
    };
    const Outcomes all = space({1, 1});
    const Outcomes interleaved = without(all, {{0, 0}});
    const Orders strong_stores{"seq_cst stores", std::memory_order_relaxed, std::memory_order_seq_cst, {}};
    // A load that is seq_cst reads the last value, although none of the stores is.
    const Orders strong_loads{"seq_cst loads", std::memory_order_seq_cst, std::memory_order_relaxed, {}};
    family("SB", test, all, interleaved,
           {{relaxed, {}},
            {acquire_release, {}},
            {sequential, {{0, 0}}},
            {strong_stores, {}},
            {strong_loads, {}, {{0, 0}}}});
}

TEST_CASE("Explorer: modifications take effect in the order that they are made in (SB with modifications)",
          "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        Values seen(2);
        run(thread([&] {
                x.store(1, o.store);
                seen[0] = y.fetch_add(0, o.modify);
            }),
            thread([&] {
                y.store(1, o.store);
                seen[1] = x.fetch_add(0, o.modify);
            }));
        return seen;
    };
    const Outcomes all = space({1, 1});
    family("SB+rmw", test, all, without(all, {{0, 0}}),
           {{relaxed, {}, {{0, 0}}}, {acquire_release, {}, {{0, 0}}}, {sequential, {{0, 0}}}});
}

TEST_CASE("Explorer: what was stored before a flag is seen behind it by who acquires (MP)", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        Values seen(2);
        run(thread([&] {
                x.store(1, o.store);
                y.store(1, o.store);
            }),
            thread([&] {
                seen[0] = y.load(o.load);
                seen[1] = x.load(o.load);
            }));
        return seen;
    };
    const Outcomes all = space({1, 1});
    const Outcomes broken{{1, 0}};
    const Orders release_only{"release alone", std::memory_order_relaxed, std::memory_order_release, {}};
    const Orders acquire_only{"acquire alone", std::memory_order_acquire, std::memory_order_relaxed, {}};
    family("MP", test, all, without(all, broken),
           {{relaxed, {}}, {release_only, {}}, {acquire_only, {}}, {acquire_release, broken}, {sequential, broken}});
}

TEST_CASE("Explorer: loads do not return what is stored later, which C++ allows (LB)", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        Values seen(2);
        run(thread([&] {
                seen[0] = x.load(o.load);
                y.store(1, o.store);
            }),
            thread([&] {
                seen[1] = y.load(o.load);
                x.store(1, o.store);
            }));
        return seen;
    };
    const Outcomes all = space({1, 1});
    const Outcomes later{{1, 1}};
    family("LB", test, all, without(all, later), {{relaxed, {}, later}, {acquire_release, later}, {sequential, later}});
}

TEST_CASE("Explorer: a thread does not read backwards (CoRR)", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0);
        Values seen(2);
        run(thread([&] {
                x.store(1, o.store);
                x.store(2, o.store);
            }),
            thread([&] {
                seen[0] = x.load(o.load);
                seen[1] = x.load(o.load);
            }));
        return seen;
    };
    const Outcomes all = space({2, 2});
    const Outcomes backwards{{1, 0}, {2, 0}, {2, 1}};
    family("CoRR", test, all, without(all, backwards),
           {{relaxed, backwards}, {acquire_release, backwards}, {sequential, backwards}});
}

TEST_CASE("Explorer: a thread reads its own store or a later one (CoWR)", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0);
        Values seen(2);
        run(thread([&] {
                x.store(1, o.store);
                seen[0] = x.load(o.load);
            }),
            thread([&] { x.store(2, o.store); }));
        seen[1] = x.load(o.load);
        return seen;
    };
    const Outcomes allowed{{1, 1}, {1, 2}, {2, 2}};
    const Outcomes all = space({2, 2});
    const Outcomes forbidden = without(all, allowed);
    family("CoWR", test, all, allowed, {{relaxed, forbidden}, {acquire_release, forbidden}, {sequential, forbidden}});
}

TEST_CASE("Explorer: a thread stores behind what it has read (CoRW)", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0);
        Values seen(2);
        run(thread([&] {
                seen[0] = x.load(o.load);
                x.store(1, o.store);
            }),
            thread([&] { x.store(2, o.store); }));
        seen[1] = x.load(o.load);
        return seen;
    };
    const Outcomes allowed{{0, 1}, {0, 2}, {2, 1}};
    const Outcomes all = space({2, 2});
    const Outcomes forbidden = without(all, allowed);
    family("CoRW", test, all, allowed, {{relaxed, forbidden}, {acquire_release, forbidden}, {sequential, forbidden}});
}

TEST_CASE("Explorer: stores take effect in the order that they are made in, which C++ does not ask for (2+2W)",
          "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        run(thread([&] {
                x.store(1, o.store);
                y.store(2, o.store);
            }),
            thread([&] {
                y.store(1, o.store);
                x.store(2, o.store);
            }));
        return Values{x.load(o.load), y.load(o.load)};
    };
    const Outcomes all{{1, 1}, {1, 2}, {2, 1}, {2, 2}};
    const Outcomes crossed{{1, 1}};
    family("2+2W", test, all, without(all, crossed),
           {{relaxed, {}, crossed}, {acquire_release, {}, crossed}, {sequential, crossed}});
}

TEST_CASE("Explorer: a store behind a load of a flag does not come before what was stored in front of it (S)",
          "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        int seen = 0;
        run(thread([&] {
                x.store(2, o.store);
                y.store(1, o.store);
            }),
            thread([&] {
                seen = y.load(o.load);
                x.store(1, o.store);
            }));
        return Values{seen, x.load(o.load)};
    };
    const Outcomes all{{0, 1}, {0, 2}, {1, 1}, {1, 2}};
    const Outcomes crossed{{1, 2}};
    family("S", test, all, without(all, crossed),
           {{relaxed, {}, crossed}, {acquire_release, crossed}, {sequential, crossed}});
}

TEST_CASE("Explorer: a load behind a store may miss what came before another store that it overwrites (R)",
          "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        int seen = 0;
        run(thread([&] {
                x.store(1, o.store);
                y.store(1, o.store);
            }),
            thread([&] {
                y.store(2, o.store);
                seen = x.load(o.load);
            }));
        return Values{y.load(o.load), seen};
    };
    const Outcomes all{{1, 0}, {1, 1}, {2, 0}, {2, 1}};
    const Outcomes missed{{2, 0}};
    family("R", test, all, without(all, missed), {{relaxed, {}}, {acquire_release, {}}, {sequential, missed}});
}

TEST_CASE("Explorer: two readers may see two stores in different orders unless all is seq_cst (IRIW)",
          "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        Values seen(4);
        run(thread([&] { x.store(1, o.store); }), thread([&] { y.store(1, o.store); }), thread([&] {
                seen[0] = x.load(o.load);
                seen[1] = y.load(o.load);
            }),
            thread([&] {
                seen[2] = y.load(o.load);
                seen[3] = x.load(o.load);
            }));
        return seen;
    };
    const Outcomes all = space({1, 1, 1, 1});
    const Outcomes apart{{1, 0, 1, 0}};
    family("IRIW", test, all, without(all, apart), {{relaxed, {}}, {acquire_release, {}}, {sequential, apart}});
}

TEST_CASE("Explorer: what a thread has acquired it hands on with what it releases (WRC)", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        Values seen(3);
        run(thread([&] { x.store(1, o.store); }), thread([&] {
                seen[0] = x.load(o.load);
                y.store(1, o.store);
            }),
            thread([&] {
                seen[1] = y.load(o.load);
                seen[2] = x.load(o.load);
            }));
        return seen;
    };
    const Outcomes all = space({1, 1, 1});
    const Outcomes broken{{1, 1, 0}};
    family("WRC", test, all, without(all, broken), {{relaxed, {}}, {acquire_release, broken}, {sequential, broken}});
}

TEST_CASE("Explorer: what is released is handed on from flag to flag (ISA2)", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0), z(0);
        Values seen(3);
        run(thread([&] {
                x.store(1, o.store);
                y.store(1, o.store);
            }),
            thread([&] {
                seen[0] = y.load(o.load);
                z.store(1, o.store);
            }),
            thread([&] {
                seen[1] = z.load(o.load);
                seen[2] = x.load(o.load);
            }));
        return seen;
    };
    const Outcomes all = space({1, 1, 1});
    const Outcomes broken{{1, 1, 0}};
    family("ISA2", test, all, without(all, broken), {{relaxed, {}}, {acquire_release, broken}, {sequential, broken}});
}

TEST_CASE("Explorer: a modification goes on with a release sequence, whatever its order", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> data(0), flag(0);
        Values seen(3);
        run(thread([&] {
                data.store(1, std::memory_order_relaxed);
                flag.store(2, std::memory_order_release);
            }),
            thread([&] { seen[1] = flag.fetch_add(1, o.modify); }), thread([&] {
                seen[0] = flag.load(std::memory_order_acquire);
                seen[2] = data.load(std::memory_order_relaxed);
            }));
        return seen;
    };
    // Of the flag, by the modification, and of the data. It comes first, or last.
    const Outcomes allowed{{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}, {2, 0, 1},
                           {0, 2, 0}, {0, 2, 1}, {2, 2, 1}, {3, 2, 1}};
    const Outcomes all = space({3, 2, 1});
    const Outcomes forbidden = without(all, allowed);
    family("release sequence, rmw", test, all, allowed,
           {{relaxed, forbidden}, {acquire_release, forbidden}, {sequential, forbidden}});
}

TEST_CASE("Explorer: a relaxed store ends a release sequence, also of the same thread", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> data(0), flag(0);
        Values seen(2);
        run(thread([&] {
                data.store(1, std::memory_order_relaxed);
                flag.store(1, std::memory_order_release);
                flag.store(2, o.store);
            }),
            thread([&] {
                seen[0] = flag.load(std::memory_order_acquire);
                seen[1] = data.load(std::memory_order_relaxed);
            }));
        return seen;
    };
    const Outcomes all = space({2, 1});
    family("release sequence, store", test, all, without(all, {{1, 0}, {2, 0}}),
           {{relaxed, {{1, 0}}}, {acquire_release, {{1, 0}, {2, 0}}}, {sequential, {{1, 0}, {2, 0}}}});
}

TEST_CASE("Explorer: one of two strong exchanges for the same value succeeds, and the other sees it",
          "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0);
        Values seen(4);
        const auto exchange = [&](std::size_t i, int desired) {
            int expected = 0;
            const bool done = x.compare_exchange_strong(expected, desired, o.modify, o.load);
            seen[2 * i] = done ? 1 : 0;
            seen[2 * i + 1] = expected;
        };
        run(thread([&] { exchange(0, 1); }), thread([&] { exchange(1, 2); }));
        return seen;
    };
    const Outcomes allowed{{1, 0, 0, 1}, {0, 2, 1, 0}};
    const Outcomes all = space({1, 2, 1, 2});
    const Outcomes forbidden = without(all, allowed);
    family("CAS", test, all, allowed, {{relaxed, forbidden}, {acquire_release, forbidden}, {sequential, forbidden}});
}

TEST_CASE("Explorer: an exchange that fails is a load, and may return an old value", "[explorer][litmus]") {
    const Test test = [](const Orders& o) {
        Atomic<int> x(0), y(0);
        Values seen(2);
        run(thread([&] {
                x.store(1, o.store);
                y.store(1, o.store);
            }),
            thread([&] {
                seen[0] = y.load(o.load);
                int expected = 7;
                check(!x.compare_exchange_strong(expected, 8, o.modify, o.load), "it was never 7");
                seen[1] = expected;
            }));
        return seen;
    };
    const Outcomes all = space({1, 1});
    const Outcomes broken{{1, 0}};
    family("MP+CAS fails", test, all, without(all, broken),
           {{relaxed, {}}, {acquire_release, broken}, {sequential, broken}});
}

TEST_CASE("Explorer: a weak exchange fails without cause as often as it may, and a strong one never",
          "[explorer][litmus]") {
    for (const unsigned most : {0u, 1u, 2u}) {
        const auto outcomes = [&](bool weak) {
            const Test test = [weak](const Orders& o) {
                Atomic<int> x(0);
                Values seen;
                for (int i = 0; i < 3; ++i) {
                    int expected = i - static_cast<int>(std::count(seen.begin(), seen.end(), 0));
                    const int was = expected;
                    const bool done = weak ? x.compare_exchange_weak(expected, was + 1, o.modify, o.load)
                                           : x.compare_exchange_strong(expected, was + 1, o.modify, o.load);
                    check(expected == was, "what is expected is there");
                    seen.push_back(done ? 1 : 0);
                }
                return seen;
            };
            return run_all(test, relaxed, {.spurious_failures = most}).outcomes;
        };
        Outcomes expected;
        for (const Values& values : space({1, 1, 1}))
            if (std::count(values.begin(), values.end(), 0) <= static_cast<int>(most)) expected.insert(values);
        CHECK(outcomes(true) == expected);
        CHECK(outcomes(false) == Outcomes{{1, 1, 1}});
    }
}
