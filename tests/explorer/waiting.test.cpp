// SPDX-License-Identifier: BSL-1.0
#include "seeded.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

using namespace seeded;
using namespace std::chrono_literals;
using explorer::Atomic;
using explorer::check;
using explorer::Clock;
using explorer::ConditionVariable;
using explorer::Mutex;
using explorer::Plain;
using explorer::run;
using explorer::Spinning;
using explorer::Weather;

namespace {

using Lock = std::unique_lock<Mutex>;

// Looked at once, before it sleeps: whatever wakes it is taken for what it waits for.
void wait_without_predicate(ConditionVariable& condition, Lock& lock) {
    condition.wait(lock, [asleep = false]() mutable { return std::exchange(asleep, true); });
}

// All that a scenario without violations comes to.
template <class Scenario>
auto outcomes(Weather weather, Scenario scenario) {
    std::set<decltype(scenario())> all;
    check_fine(
        [&] {
            auto outcome = scenario();
            if (!explorer::execution().redundant()) all.insert(std::move(outcome));
        },
        with(weather));
    return all;
}
using Set = std::set<std::vector<int>>;

} // namespace

// ---- mutex

TEST_CASE("Explorer: a mutex lets one in, and what it guards is seen by the next", "[explorer][mutex]") {
    const auto all = outcomes({.stale_reads = true}, [] {
        Mutex mutex;
        Plain<int> count(0);
        Atomic<int> beside(0);
        std::vector<int> seen(3);
        const auto enter = [&](std::size_t i) {
            const std::lock_guard lock(mutex);
            seen[i] = count.get();
            check(beside.load(std::memory_order_relaxed) == seen[i], "also what is not released itself");
            beside.store(seen[i] + 1, std::memory_order_relaxed);
            count = seen[i] + 1;
        };
        run(a([&] { enter(0); }), b([&] { enter(1); }), c([&] { enter(2); }));
        return seen;
    });
    CHECK(all == Set{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}});
}

TEST_CASE("Explorer: two mutexes are locked in different orders", "[explorer][mutex][deadlock]") {
    const auto lock_both = [](bool same_order) {
        return [same_order] {
            Mutex one;
            Mutex two;
            const auto both = [](Mutex& first, Mutex& second) {
                const std::lock_guard outer(first);
                const std::lock_guard inner(second);
            };
            run(a([&] { both(one, two); }), b([&] { same_order ? both(one, two) : both(two, one); }));
        };
    };
    check_found("deadlock: scenario is in join; a is in lock of mutex #2; b is in lock of mutex #1", lock_both(false));
    check_fine(lock_both(true));
}

TEST_CASE("Explorer: a mutex is locked twice by one thread", "[explorer][mutex]") {
    check_found("a: a mutex is locked that is held", [] {
        Mutex mutex;
        run(a([&] {
            mutex.lock();
            mutex.lock();
        }));
    });
}

TEST_CASE("Explorer: a mutex is unlocked by another thread, or by nobody who holds it", "[explorer][mutex]") {
    check_found("b: a mutex is unlocked that is not held", [] {
        Mutex mutex;
        mutex.lock();
        run(b([&] { mutex.unlock(); }));
    });
    check_found("scenario: a mutex is unlocked that is not held", [] {
        Mutex mutex;
        mutex.unlock();
    });
}

TEST_CASE("Explorer: a mutex is destroyed while it is held", "[explorer][mutex]") {
    check_found("mutex #1 is destroyed while it is held", [] {
        Mutex mutex;
        mutex.lock();
    });
    check_found("deadlock: scenario is in join; b is in lock of mutex #1", [] {
        Mutex mutex;
        run(a([&] { mutex.lock(); }), b([&] { mutex.lock(); }));
    });
}

TEST_CASE("Explorer: a mutex is destroyed by who is told so while it is still being unlocked", "[explorer][mutex]") {
    // The last one to leave says so, and then touches the mutex once more.
    const auto last_one = [](bool inside) {
        return [inside] {
            std::optional<Mutex> mutex(std::in_place);
            Atomic<bool> over(false);
            run(a([&] {
                    mutex->lock();
                    if (inside) over.store(true);
                    mutex->unlock();
                    if (!inside) over.store(true);
                }),
                b([&] {
                    if (over.load()) mutex.reset();
                }));
        };
    };
    check_found("b: race: mutex #1 is destroyed, and used by a", last_one(true));
    check_fine(last_one(false));
}

// ---- condition variable

TEST_CASE("Explorer: notify_one wakes any one of two, and the other is left", "[explorer][condition_variable]") {
    std::set<std::vector<int>> who;
    const auto scenario = [&](bool all) {
        return [&who, all] {
            Mutex mutex;
            ConditionVariable condition;
            Plain<int> items(0);
            std::vector<int> got(2);
            const auto take = [&](std::size_t i) {
                Lock lock(mutex);
                condition.wait(lock, [&] { return items.get() > 0; });
                --items;
                got[i] = 1;
            };
            run(a([&] { take(0); }), b([&] { take(1); }), c([&] {
                    {
                        const std::lock_guard lock(mutex);
                        items = 2;
                    }
                    all ? condition.notify_all() : condition.notify_one();
                }));
            who.insert(got);
        };
    };
    check_found("is in wait of condition variable #", scenario(false));
    check_fine(scenario(true));
    CHECK(who == Set{{1, 1}});
}

TEST_CASE("Explorer: notify_one wakes each of two in some execution", "[explorer][condition_variable]") {
    const auto all = outcomes({}, [] {
        Mutex mutex;
        ConditionVariable condition;
        Plain<int> items(0);
        std::vector<int> got(3);
        const auto take = [&](std::size_t i) {
            Lock lock(mutex);
            if (!condition.wait_until(lock, Clock::time_point(1ns), [&] { return items.get() > 0; })) return;
            --items;
            got[i] = 1;
        };
        run(a([&] { take(0); }), b([&] { take(1); }), c([&] {
                const std::lock_guard lock(mutex);
                ++items;
                condition.notify_one();
            }));
        got[2] = items.get();
        return got;
    });
    CHECK(all == Set{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
}

TEST_CASE("Explorer: a notification before the wait is lost", "[explorer][condition_variable][deadlock]") {
    const auto hand_over = [](bool with_predicate) {
        return [with_predicate] {
            Mutex mutex;
            ConditionVariable condition;
            Plain<bool> ready(false);
            run(a([&] {
                    Lock lock(mutex);
                    if (with_predicate) condition.wait(lock, [&] { return ready.get(); });
                    else wait_without_predicate(condition, lock);
                }),
                b([&] {
                    const std::lock_guard lock(mutex);
                    ready = true;
                    condition.notify_one();
                }));
        };
    };
    check_found("deadlock: scenario is in join; a is in wait of condition variable #", hand_over(false));
    check_fine(hand_over(true));
    check_fine(hand_over(true), with({.spurious_wake_ups = 2}));
}

TEST_CASE("Explorer: `if` where it takes a predicate", "[explorer][condition_variable]") {
    const auto consumers = [](bool with_predicate) {
        return [with_predicate] {
            Mutex mutex;
            ConditionVariable condition;
            Plain<int> items(0);
            const auto take = [&] {
                Lock lock(mutex);
                if (with_predicate) condition.wait(lock, [&] { return items.get() > 0; });
                else if (items.get() == 0) wait_without_predicate(condition, lock);
                check(items.get() > 0, "there is one to take");
                --items;
            };
            run(a(take), b([&] {
                    {
                        const std::lock_guard lock(mutex);
                        ++items;
                    }
                    condition.notify_one();
                }));
        };
    };
    // One consumer alone is right without: until it is woken without cause.
    check_fine(consumers(false));
    check_found("a: there is one to take", consumers(false), with({.spurious_wake_ups = 1}));
    check_fine(consumers(true), with({.spurious_wake_ups = 1}));
    check_found("there is one to take", [] {
        Mutex mutex;
        ConditionVariable condition;
        Plain<int> items(0);
        const auto take = [&] {
            Lock lock(mutex);
            if (items.get() == 0) wait_without_predicate(condition, lock);
            check(items.get() > 0, "there is one to take");
            --items;
        };
        run(a(take), b(take), c([&] {
                for (int i = 0; i < 2; ++i) {
                    const std::lock_guard lock(mutex);
                    ++items;
                    condition.notify_all();
                }
            }));
    });
}

TEST_CASE("Explorer: what is waited for is changed without the lock", "[explorer][condition_variable][deadlock]") {
    const auto set = [](bool locked) {
        return [locked] {
            Mutex mutex;
            ConditionVariable condition;
            Atomic<bool> ready(false);
            run(a([&] {
                    Lock lock(mutex);
                    condition.wait(lock, [&] { return ready.load(); });
                }),
                b([&] {
                    if (locked) mutex.lock();
                    ready.store(true);
                    if (locked) mutex.unlock();
                    condition.notify_one();
                }));
        };
    };
    check_found("deadlock: scenario is in join; a is in wait of condition variable #", set(false));
    check_fine(set(true));
}

TEST_CASE("Explorer: a wait with a deadline is woken, or late, and time has passed", "[explorer][condition_variable]") {
    const auto wait = [](bool notify) {
        return [notify] {
            Mutex mutex;
            ConditionVariable condition;
            Plain<bool> ready(false);
            std::vector<int> seen(2);
            run(a([&] {
                    Lock lock(mutex);
                    seen[0] = condition.wait_until(lock, Clock::time_point(5ns), [&] { return ready.get(); }) ? 1 : 0;
                    seen[1] = static_cast<int>(Clock::now().time_since_epoch().count());
                }),
                b([&] {
                    const std::lock_guard lock(mutex);
                    ready = notify;
                    if (notify) condition.notify_one();
                }));
            return seen;
        };
    };
    CHECK(outcomes({}, wait(true)) == Set{{1, 0}, {1, 5}, {0, 5}});
    CHECK(outcomes({}, wait(false)) == Set{{0, 5}});
    CHECK(outcomes({.spurious_wake_ups = 1}, wait(false)) == Set{{0, 5}});
}

TEST_CASE("Explorer: time never goes back", "[explorer][clock]") {
    const auto all = outcomes({}, [] {
        Mutex mutex;
        ConditionVariable condition;
        std::vector<int> seen(3);
        const auto sleep_until = [&](std::size_t i, Clock::duration deadline) {
            Lock lock(mutex);
            CHECK_FALSE(condition.wait_until(lock, Clock::time_point(deadline), [] { return false; }));
            seen[i] = static_cast<int>(Clock::now().time_since_epoch().count());
        };
        run(a([&] { sleep_until(0, 3ns); }), b([&] { sleep_until(1, 7ns); }), c([&] {
                const auto before = Clock::now();
                const auto after = Clock::now();
                check(before <= after, "time does not go back");
                seen[2] = static_cast<int>(after.time_since_epoch().count());
            }));
        return seen;
    });
    CHECK(all == Set{{3, 7, 0}, {3, 7, 3}, {3, 7, 7}, {7, 7, 0}, {7, 7, 3}, {7, 7, 7}});
}

TEST_CASE("Explorer: a condition variable may be destroyed when all are notified, though they wait for the mutex",
          "[explorer][condition_variable]") {
    const auto leave = [](bool notified, bool timed) {
        return [notified, timed] {
            Mutex mutex;
            std::optional<ConditionVariable> condition(std::in_place);
            Plain<bool> asleep(false);
            run(a([&] {
                    Lock lock(mutex);
                    if (!condition) return;
                    asleep = true;
                    if (timed) (void)condition->wait_until(lock, Clock::time_point(1ns), [&] { return !asleep.get(); });
                    else wait_without_predicate(*condition, lock);
                    asleep = false;
                }),
                b([&] {
                    const std::lock_guard lock(mutex);
                    if (notified && asleep.get()) condition->notify_all();
                    asleep = false;
                    condition.reset();
                }));
        };
    };
    check_found("b: condition variable #2 is destroyed, and about to be used by a", leave(false, false));
    check_fine(leave(true, false));
    // Who is late has not been notified, and nobody can tell whether it has left already.
    check_found("b: race: condition variable #2 is destroyed, and used by a", leave(false, true));
    check_found("b: race: condition variable #2 is destroyed, and used by a", leave(true, true));
}

// ---- waiting for an atomic

TEST_CASE("Explorer: an atomic is changed, and nobody is notified", "[explorer][atomic_wait][deadlock]") {
    const auto hand_over = [](int kind) {
        return [kind] {
            Atomic<int> ready(0);
            run(a([&] {
                    ready.wait(0);
                    check(ready.load() == 1, "it is there");
                }),
                b([&] {
                    if (kind == 2) ready.notify_one(); // too early
                    ready.store(1);
                    if (kind == 1) ready.notify_one();
                }));
        };
    };
    check_found("deadlock: scenario is in join; a is in wait of atomic #1", hand_over(0));
    check_found("deadlock: scenario is in join; a is in wait of atomic #1", hand_over(2));
    check_fine(hand_over(1));
    check_fine(hand_over(1), with({.stale_reads = true}));
}

TEST_CASE("Explorer: one is notified where two wait for an atomic", "[explorer][atomic_wait][deadlock]") {
    const auto release = [](bool all) {
        return [all] {
            Atomic<int> ready(0);
            const auto wait = [&] { ready.wait(0); };
            run(a(wait), b(wait), c([&] {
                    ready.store(1);
                    all ? ready.notify_all() : ready.notify_one();
                }));
        };
    };
    check_found("is in wait of atomic #1", release(false));
    check_fine(release(true));
}

TEST_CASE("Explorer: who is notified, and finds the old value, waits on", "[explorer][atomic_wait]") {
    const auto all = outcomes({}, [] {
        Atomic<int> ready(0);
        std::vector<int> seen(1);
        run(a([&] {
                ready.wait(0);
                seen[0] = ready.load();
            }),
            b([&] {
                ready.notify_one();
                ready.store(1);
                ready.store(2);
                ready.notify_one();
            }));
        return seen;
    });
    CHECK(all == Set{{1}, {2}});
}

TEST_CASE("Explorer: whatever changes an atomic that is looked at again and again ends the wait for it",
          "[explorer][atomic_wait]") {
    using Change = void (*)(Spinning<int>&);
    const Change changes[] = {[](Spinning<int>& atomic) { atomic.store(1); },
                              [](Spinning<int>& atomic) { (void)atomic.exchange(1); },
                              [](Spinning<int>& atomic) { (void)atomic.fetch_add(1); },
                              [](Spinning<int>& atomic) {
                                  int expected = 0;
                                  (void)atomic.compare_exchange_strong(expected, 1);
                              }};
    for (const Change change : changes)
        for (const bool stale : {false, true})
            check_fine(
                [change] {
                    Spinning<int> atomic(0);
                    run(a([&] {
                            atomic.wait(0);
                            check(atomic.load() == 1, "it is what was waited for");
                        }),
                        b([&] { change(atomic); }));
                },
                with({.stale_reads = stale}));
}

TEST_CASE("Explorer: what wakes from an atomic has acquired it", "[explorer][atomic_wait]") {
    const auto hand_over = [](std::memory_order order) {
        return [order] {
            Plain<int> memory(0);
            Atomic<int> ready(0);
            run(a([&] {
                    ready.wait(0, order);
                    (void)memory.get();
                }),
                b([&] {
                    memory = 1;
                    ready.store(1, std::memory_order_release);
                    ready.notify_all();
                }));
        };
    };
    check_found("a: race: plain memory is read, and written by b", hand_over(std::memory_order_relaxed));
    check_fine(hand_over(std::memory_order_acquire));
}
