// SPDX-License-Identifier: BSL-1.0
#include "seeded.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace seeded;
using explorer::Atomic;
using explorer::check;
using explorer::Mutex;
using explorer::pick;
using explorer::Plain;
using explorer::run;

namespace {

// Three threads of so many steps that all conflict.
auto counting(int steps) {
    return [steps] {
        Atomic<int> count(0);
        const auto add = [&] {
            for (int i = 0; i < steps; ++i) count.fetch_add(1);
        };
        run(a(add), b(add), c(add));
        check(count.load() == 3 * steps, "all are counted");
    };
}

ExploreOptions at_random(std::uint64_t executions, std::uint64_t seed) {
    ExploreOptions options;
    options.random_executions = executions;
    options.seed = seed;
    return options;
}

ExploreOptions along(const std::string& schedule) {
    ExploreOptions options;
    options.schedule = schedule;
    return options;
}

ExploreOptions bounded(unsigned preemptions) {
    ExploreOptions options;
    options.preemptions = preemptions;
    return options;
}

// What a child process that runs this has written when it came to its end, and how it came to it.
template <class F>
std::pair<std::string, int> in_a_child(F f) {
    std::fflush(nullptr);
    std::array<int, 2> pipe_ends{};
    REQUIRE(::pipe(pipe_ends.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(pipe_ends[1], 2);
        for (const int signal : {SIGABRT, SIGSEGV, SIGBUS}) std::signal(signal, SIG_DFL);
        f();
        ::_exit(0);
    }
    ::close(pipe_ends[1]);
    std::string written;
    std::array<char, 256> buffer{};
    for (ssize_t n = 0; (n = ::read(pipe_ends[0], buffer.data(), buffer.size())) > 0;)
        written.append(buffer.data(), static_cast<std::size_t>(n));
    ::close(pipe_ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return {written, status};
}

// Takes about that much of a stack.
[[gnu::noinline]] unsigned recurse(unsigned kibibytes) {
    volatile unsigned char frame[1000] = {};
    for (auto& byte : frame) byte = 1;
    return kibibytes == 0 ? frame[0] : recurse(kibibytes - 1) + frame[1];
}

} // namespace

// ---- how many

TEST_CASE("Explorer: each order of conflicting steps is one execution", "[explorer][count]") {
    CHECK(check_fine(counting(1)).executions == 6);
    CHECK(check_fine(counting(2)).executions == 90);
    const auto explored = check_fine(counting(3));
    CHECK(explored.executions == 1680); // 9! / (3!)^3
    CHECK(explored.redundant == 0);
    CHECK(explored.steps == std::uint64_t{1680} * 11); // and the join, and the load
}

TEST_CASE("Explorer: steps that do not conflict are one execution in whatever order", "[explorer][count]") {
    const auto apart = [] {
        std::array<Atomic<int>, 3> atomics{};
        const auto count = [&](std::size_t i) {
            for (int n = 0; n < 5; ++n) atomics[i].fetch_add(1);
        };
        run(a([&] { count(0); }), b([&] { count(1); }), c([&] { count(2); }));
    };
    CHECK(check_fine(apart).executions == 1);
}

TEST_CASE("Explorer: where loads may return old values, there is one execution for each value", "[explorer][count]") {
    const auto executions = [](auto read) {
        const auto scenario = [read] {
            Atomic<int> atomic;
            run(a([&] { read(atomic); }), b([&] {
                    for (int i = 1; i <= 3; ++i) atomic.store(i, std::memory_order_relaxed);
                }));
        };
        return check_fine(scenario, {.weather = {.stale_reads = true}}).executions;
    };
    const auto load = [](Atomic<int>& atomic) { (void)atomic.load(std::memory_order_acquire); };
    const auto exchange_for = [](Atomic<int>& atomic, int expected) {
        (void)atomic.compare_exchange_strong(expected, 7, std::memory_order_relaxed);
    };
    CHECK(executions(load) == 4);
    CHECK(executions([&](auto& atomic) { exchange_for(atomic, 7); }) == 4);
    CHECK(executions([&](auto& atomic) { exchange_for(atomic, 2); }) == 4);
    CHECK(executions([&](auto& atomic) {
              exchange_for(atomic, 0);
              load(atomic); // 7, 1, 2 or 3, or that which has failed the exchange, or a later one
          }) == 4 + 3 + 2 + 1);
}

TEST_CASE("Explorer: with a bound on preemptions threads run until they end or wait", "[explorer][count]") {
    CHECK(check_fine(counting(3), bounded(0)).executions == 6);
    std::uint64_t fewer = 6;
    for (const unsigned bound : {1u, 2u, 3u, 4u, 5u, 6u}) {
        const auto executions = check_fine(counting(3), bounded(bound)).executions;
        CHECK(executions > fewer);
        fewer = executions;
    }
    CHECK(fewer == 1680); // nine steps, two of which end a thread: there are six chances to preempt
    CHECK(check_fine(counting(3), bounded(7)).executions == fewer);
}

TEST_CASE("Explorer: no more executions than are asked for", "[explorer][count]") {
    for (const std::uint64_t most : {1u, 5u, 1679u, 1680u, 1681u}) {
        ExploreOptions options;
        options.most_executions = most;
        const auto explored = explore(options, counting(3));
        CHECK_FALSE(explored.failure);
        CHECK(explored.executions == std::min<std::uint64_t>(most, 1680));
        CHECK(explored.exhausted == (most >= 1680));
    }
}

TEST_CASE("Explorer: parts that are few are about as large as each other, and all the whole together",
          "[explorer][part]") {
    const unsigned preemptions = GENERATE(ExploreOptions().preemptions, 4u);
    using Orders = std::multiset<std::string>;
    const auto orders = [&](unsigned part, unsigned parts) {
        Orders seen;
        const auto scenario = [&] {
            Atomic<int> next(0);
            std::string order(9, ' ');
            const auto sign = [&](char name) {
                for (int i = 0; i < 3; ++i) order[static_cast<std::size_t>(next.fetch_add(1))] = name;
            };
            run(a([&] { sign('a'); }), b([&] { sign('b'); }), c([&] { sign(pick(2) == 0 ? 'c' : 'C'); }));
            seen.insert(order);
        };
        const auto explored = check_fine(scenario, {.preemptions = preemptions, .part = part, .parts = parts});
        CHECK(explored.executions == seen.size());
        return seen;
    };
    const Orders all = orders(0, 1);
    for (const unsigned parts : {2u, 3u, 7u}) {
        Orders together;
        for (unsigned part = 0; part < parts; ++part) {
            const Orders some = orders(part, parts);
            if (parts < 7) {
                CHECK(some.size() > all.size() / parts / 2);
                CHECK(some.size() < all.size() / parts * 3 / 2);
            }
            together.insert(some.begin(), some.end());
        }
        CHECK(together.size() < all.size() * 5 / 4);
        CHECK(std::set<std::string>(together.begin(), together.end()) == std::set<std::string>(all.begin(), all.end()));
    }
    const auto nothing = [] {};
    CHECK_THROWS_AS(explore({.part = 2, .parts = 2}, nothing), std::invalid_argument);
    CHECK_THROWS_AS(explore({.part = 0, .parts = 0}, nothing), std::invalid_argument);
    CHECK(check_fine(nothing, {.part = 1, .parts = 2}).executions == 1);
}

TEST_CASE("Explorer: what is wrong is found in some part, and by its schedule in any", "[explorer][part]") {
    const auto scenario = [] {
        Atomic<int> sum(0);
        const auto add = [&] { sum.store(sum.load() + 1); };
        run(a(add), b(add), c(add));
        check(sum.load() != 1, "not all read what nobody has changed");
    };
    unsigned found = 0;
    for (unsigned part = 0; part < 4; ++part) {
        const auto explored = explore({.part = part, .parts = 4}, scenario);
        if (!explored.failure) continue;
        ++found;
        for (unsigned other = 0; other < 4; ++other) {
            const auto again = explore({.part = other, .parts = 4, .schedule = explored.failure->schedule}, scenario);
            REQUIRE(again.failure);
            CHECK(again.failure->what == explored.failure->what);
        }
    }
    CHECK(found > 0);
}

TEST_CASE("Explorer: so many executions at random, by their seed", "[explorer][random]") {
    const auto orders = [](std::uint64_t seed) {
        std::vector<std::vector<int>> all;
        const auto explored = explore(at_random(100, seed), [&] {
            Atomic<int> next(0);
            std::vector<int> order(3);
            run(a([&] { order[0] = next.fetch_add(1); }), b([&] { order[1] = next.fetch_add(1); }),
                c([&] { order[2] = next.fetch_add(1); }));
            all.push_back(order);
        });
        CHECK_FALSE(explored.failure);
        CHECK_FALSE(explored.exhausted);
        CHECK(explored.executions == 100);
        return all;
    };
    CHECK(orders(1) == orders(1));
    CHECK(orders(1) != orders(2));
    const auto some = orders(3);
    CHECK(std::set<std::vector<int>>(some.begin(), some.end()).size() == 6);
}

TEST_CASE("Explorer: what is found at random is found again by its schedule", "[explorer][random]") {
    check_found(
        "the sum is three",
        [] {
            Atomic<int> sum(0);
            const auto add = [&] { sum.store(sum.load() + 1); };
            run(a(add), b(add), c(add));
            check(sum.load() == 3, "the sum is three");
        },
        at_random(1000, 7));
}

TEST_CASE("Explorer: a loop that does not end is broken off", "[explorer][runaway]") {
    check_found(
        "a: runaway: more than 100 steps",
        [] {
            Atomic<bool> over(false);
            run(a([&] {
                while (!over.load()) {
                }
            }));
        },
        with({.most_steps = 100}));
}

// ---- pick

TEST_CASE("Explorer: each of the values to pick from is tried", "[explorer][pick]") {
    for (const unsigned count : {1u, 2u, 26u, 27u, 255u}) {
        std::set<unsigned> values;
        const auto explored = check_fine([&] { values.insert(pick(count)); });
        CHECK(explored.executions == count);
        CHECK(values.size() == count);
        CHECK(*values.rbegin() == count - 1);
    }
    std::set<std::pair<unsigned, unsigned>> pairs;
    check_fine([&] {
        const unsigned first = pick(3);
        pairs.insert({first, pick(first + 1)});
    });
    CHECK(pairs == std::set<std::pair<unsigned, unsigned>>{{0, 0}, {1, 0}, {1, 1}, {2, 0}, {2, 1}, {2, 2}});
}

TEST_CASE("Explorer: a value to pick goes into the schedule, however large", "[explorer][pick]") {
    const auto explored = check_found("it is not 200", [] {
        (void)pick(3);
        check(pick(255) != 200, "it is not 200");
    });
    CHECK(explored.failure->schedule == "a{200}");
}

TEST_CASE("Explorer: there is nothing to pick, or too much", "[explorer][pick]") {
    check_found("pick: there are 0 values to choose from", [] { (void)pick(0); });
    check_found("pick: there are 256 values to choose from", [] { (void)pick(256); });
}

// ---- threads

TEST_CASE("Explorer: threads may be run again and again", "[explorer][run]") {
    const auto explored = check_fine([] {
        Atomic<int> count(0);
        Plain<int> memory(0);
        for (int i = 0; i < 3; ++i) {
            run(a([&] {
                    count.fetch_add(1);
                    memory = i;
                }),
                b([&] { count.fetch_add(1); }));
            check(memory.get() == i, "a has finished");
        }
        check(count.load() == 6, "all have finished");
    });
    CHECK(explored.executions == 8);
}

TEST_CASE("Explorer: seven threads are run, and not eight", "[explorer][run]") {
    const auto crowd = [](auto... more) {
        return [more...] {
            Atomic<int> count(0);
            const auto add = [&] { count.fetch_add(1); };
            run(a(add), a(add), a(add), a(add), a(add), a(add), a(add), a(more)...);
            check(count.load() == 7, "all are counted");
        };
    };
    CHECK(check_fine(crowd(), bounded(0)).executions == 5040);
    check_found("scenario: more threads are run than there can be", crowd([] {}));
}

TEST_CASE("Explorer: a thread runs threads, which come after what it did and before what it does then",
          "[explorer][run]") {
    std::set<int> seen;
    const auto explored = check_fine([&] {
        Atomic<int> total(0);
        Plain<int> own(0);
        run(a([&] {
                ++own;
                run(b([&] {
                        total.fetch_add(1);
                        ++own;
                    }),
                    c([&] { total.fetch_add(10); }));
                check(own.get() == 2, "what it has run is over");
            }),
            a([&] { seen.insert(total.load()); }));
    });
    // The three that touch the atomic, in every order.
    CHECK(explored.executions == 6);
    CHECK(seen == std::set<int>{0, 1, 10, 11});
}

TEST_CASE("Explorer: threads that different threads have run race, and so do two that one has run", "[explorer][run]") {
    check_found("race: plain memory is read, and written by b", [] {
        Plain<int> shared(0);
        const auto through = [&] { run(b([&] { ++shared; })); };
        run(a(through), a(through));
    });
    check_found("race: plain memory is read, and written by b", [] {
        Plain<int> shared(0);
        run(a([&] { run(b([&] { ++shared; }), c([&] { ++shared; })); }));
    });
    // That one has finished does not order it before the next.
    check_found("race: plain memory is read, and written by b", [] {
        Plain<int> shared(0);
        Atomic<int> turn(0);
        run(a([&] {
                run(b([&] { ++shared; }));
                turn.store(1, std::memory_order_relaxed);
                turn.notify_all();
            }),
            a([&] {
                turn.wait(0, std::memory_order_relaxed);
                run(c([&] { ++shared; }));
            }));
    });
}

TEST_CASE("Explorer: a thread cannot run more threads than there can be", "[explorer][run]") {
    check_found("a: more threads are run than there can be", [] {
        run(a([] {
            for (int i = 0; i < 7; ++i) run(b([] {}));
        }));
    });
}

TEST_CASE("Explorer: an exploration inside of an execution is one of its own", "[explorer][nested]") {
    std::uint64_t inner = 0;
    const auto explored = check_fine([&] {
        Atomic<int> outer(0);
        run(a([&] {
                outer.fetch_add(1);
                const auto found = explore({}, [] { check(pick(2) == 0, "it is nought"); });
                check(found.failure.has_value(), "it is one as well");
                outer.fetch_add(1);
            }),
            b([&] {
                outer.fetch_add(1);
                inner = explore({}, counting(2)).executions;
                outer.fetch_add(1);
            }));
    });
    CHECK(explored.executions == 6);
    CHECK(inner == 90);
}

// ---- what belongs to no execution, or to another

TEST_CASE("Explorer: outside of an execution an atomic is a value", "[explorer][outside]") {
    Atomic<int> atomic(1);
    CHECK(atomic.exchange(2) == 1);
    CHECK(atomic.fetch_add(3) == 2);
    CHECK(atomic.fetch_sub(1) == 5);
    int expected = 0;
    CHECK_FALSE(atomic.compare_exchange_strong(expected, 9));
    CHECK(expected == 4);
    CHECK(atomic.compare_exchange_weak(expected, 9));
    CHECK(atomic.load() == 9);
    atomic.store(7);
    atomic.wait(8);
    atomic.notify_all();
    CHECK(atomic.load() == 7);
    Plain<int> plain(1);
    ++plain;
    CHECK(plain == 2);
    Mutex mutex;
    const std::lock_guard lock(mutex);
    CHECK(explorer::Clock::now() == explorer::Clock::time_point());
    CHECK(explorer::Backend::this_thread() != nullptr);
}

TEST_CASE("Explorer: what was constructed outside of the execution is not used in it", "[explorer][outside]") {
    Atomic<int> atomic(0);
    Plain<int> plain(0);
    Mutex mutex;
    const std::string why = "of what is not constructed, or was outside of the execution";
    check_found("scenario: load " + why, [&] { (void)atomic.load(); });
    check_found("scenario: lock " + why, [&] { mutex.lock(); });
    check_found("plain memory is read, and not constructed, or was outside of the execution",
                [&] { (void)plain.get(); });
}

TEST_CASE("Explorer: what is left by one execution is not used in the next", "[explorer][outside]") {
    auto left = std::make_unique<Atomic<int>>(0);
    bool first = true;
    check_found(
        "scenario: load of what belongs to another execution",
        [&] {
            (void)pick(2);
            if (std::exchange(first, false)) left = std::make_unique<Atomic<int>>(0);
            (void)left->load();
        },
        [] {
            ExploreOptions options;
            options.most_executions = 2;
            return options;
        }());
}

TEST_CASE("Explorer: a scenario that is not the same each time is found out", "[explorer][outside]") {
    int executions = 0;
    const auto explored = explore({}, [&] {
        Atomic<int> atomic(0);
        const bool more = ++executions > 1;
        run(a([&] {
                atomic.store(1);
                if (more) atomic.store(2);
            }),
            b([&] { atomic.store(3); }), c([&] {
                if (!more) atomic.store(4);
            }));
    });
    REQUIRE(explored.failure);
    CHECK(explored.failure->what.find("the scenario is not the same each time") != std::string::npos);
}

// ---- schedules

TEST_CASE("Explorer: what is no schedule is refused", "[explorer][schedule]") {
    for (const char* const nonsense : {"8", "A", " ", "{", "{1", "{}", "a{1", "-1", "{1a}"})
        CHECK_THROWS_AS(explore(along(nonsense), counting(1)), std::invalid_argument);
}

TEST_CASE("Explorer: a schedule of another scenario is refused", "[explorer][schedule]") {
    const std::string refusal = "the schedule is not one of this scenario with these options";
    for (const char* const schedule : {"4",      // there is no such thread
                                       "a",      // a value where threads are chosen
                                       "11",     // it has finished
                                       "123123", // there is nothing to choose any more
                                       "{200}"}) {
        const auto explored = explore(along(schedule), counting(1));
        INFO(schedule);
        REQUIRE(explored.failure);
        CHECK(explored.failure->what.find(refusal) != std::string::npos);
    }
    const auto pair = [](unsigned most) { return [most] { check(pick(most) < 4, "it is small"); }; };
    const auto found = explore({}, pair(5));
    REQUIRE(found.failure);
    CHECK(found.failure->schedule == "e");
    CHECK(explore(along("e"), pair(5)).failure->what == "scenario: it is small");
    CHECK(explore(along("e"), pair(4)).failure->what == "scenario: " + refusal);
    CHECK_FALSE(explore(along("d"), pair(4)).failure);
}

TEST_CASE("Explorer: a schedule that is good is one execution", "[explorer][schedule]") {
    const auto explored = explore(along("32"), counting(1));
    CHECK_FALSE(explored.failure);
    CHECK(explored.executions == 1);
    CHECK_FALSE(explored.exhausted);
}

TEST_CASE("Explorer: a schedule says which value was read where the others had been tried", "[explorer][schedule]") {
    const auto late = [](auto read) {
        return [read] {
            Atomic<int> first, second;
            run(a([&] {
                    const int value = read(first);
                    const int other = second.load();
                    check(pick(3) != 1 || value != 1 || other != 0, "the second one is there");
                }),
                b([&] {
                    first.store(1, std::memory_order_relaxed);
                    second.store(1, std::memory_order_relaxed);
                }));
        };
    };
    const ExploreOptions stale{.weather = {.stale_reads = true}};
    check_found("the second one is there", late([](auto& atomic) { return atomic.load(std::memory_order_relaxed); }),
                stale);
    check_found("the second one is there", late([](auto& atomic) {
                    int expected = 7;
                    (void)atomic.compare_exchange_strong(expected, 8, std::memory_order_relaxed);
                    return expected;
                }),
                stale);
}

// ---- exceptions

TEST_CASE("Explorer: several threads are in handlers at once, each with its own exception", "[explorer][exception]") {
    const auto explored = check_fine([] {
        Atomic<int> step(0);
        const auto handle = [&](int me) {
            try {
                throw me;
            } catch (const int& mine) {
                step.fetch_add(1);
                check(mine == me, "it is mine");
                try {
                    try {
                        throw std::runtime_error(std::to_string(me));
                    } catch (...) {
                        step.fetch_add(1);
                        throw;
                    }
                } catch (const std::runtime_error& error) {
                    check(error.what() == std::to_string(me), "that as well");
                }
                try {
                    std::rethrow_exception(std::current_exception());
                } catch (const int& again) {
                    check(again == me, "it is still mine");
                }
            }
            check(!std::current_exception(), "all are handled");
        };
        run(a([&] { handle(1); }), b([&] { handle(2); }), c([&] { handle(3); }));
    });
    CHECK(explored.executions == 90);
    CHECK_FALSE(std::current_exception());
}

TEST_CASE("Explorer: a thread goes on while another unwinds", "[explorer][exception]") {
    check_fine([] {
        struct Guard {
            ~Guard() {
                check(std::uncaught_exceptions() == 1, "it is unwound");
                step.fetch_add(1);
                check(std::uncaught_exceptions() == 1, "it is still unwound");
            }
            Atomic<int>& step;
        };
        Atomic<int> step(0);
        const auto unwind = [&] {
            try {
                const Guard guard{step};
                throw 1;
            } catch (int) {
                step.fetch_add(1);
            }
        };
        run(a(unwind), b(unwind), c([&] {
                step.fetch_add(1);
                check(std::uncaught_exceptions() == 0, "nothing is thrown here");
                step.fetch_add(1);
                check(std::uncaught_exceptions() == 0, "nor here");
            }));
    });
}

TEST_CASE("Explorer: an exception leaves a thread", "[explorer][exception]") {
    check_found("a: an exception is not caught: out of here",
                [] { run(a([] { throw std::runtime_error("out of here"); }), b([] {})); });
    check_found("a: an exception is not caught", [] { run(a([] { throw 1; })); });
    check_found("scenario: an exception is not caught: and out of here", [] {
        Atomic<int> atomic(0);
        run(a([&] { atomic.store(1); }), b([&] { atomic.store(2); }));
        if (atomic.load() == 1) throw std::runtime_error("and out of here");
    });
    CHECK_FALSE(std::current_exception());
    CHECK(std::uncaught_exceptions() == 0);
}

// ---- stacks

TEST_CASE("Explorer: what is on the stacks when a violation is found is no leak", "[explorer][stack]") {
    check_found("no more", [] {
        auto mine = std::make_unique<std::string>(100, 'x');
        Atomic<int> atomic(0);
        const auto work = [&] {
            std::vector<std::unique_ptr<std::string>> all;
            all.push_back(std::make_unique<std::string>(100, 'x'));
            atomic.fetch_add(1);
            check(atomic.load() != 2, "no more");
        };
        run(a(work), b(work));
    });
}

TEST_CASE("Explorer: a thread has a stack of a hundred kibibytes", "[explorer][stack]") {
    check_fine([] {
        Atomic<int> step(0);
        const auto deep = [&] {
            check(recurse(80) == 81, "it has come back");
            step.fetch_add(1);
        };
        run(a(deep), b(deep));
    });
}

TEST_CASE("Explorer: a stack that overflows ends the program", "[explorer][stack]") {
    const auto [written, status] = in_a_child([] {
        explore({}, [] {
            Atomic<int> step(0);
            run(a([&] {
                    // A little more than there is. With the address sanitizer most of it is not on the stack, until that
                    // other place is full.
                    constexpr unsigned size = explorer::Fiber::stack_size / 1024;
                    (void)recurse(size == 128 ? size + 1 : 4 * size);
                    step.fetch_add(1);
                }),
                b([&] { step.fetch_add(1); }));
        });
    });
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) != 0));
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
        CHECK(written.find("a logical thread has used more stack than there is for it") != std::string::npos);
}
