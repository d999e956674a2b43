// SPDX-License-Identifier: BSL-1.0
#include "seeded.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <optional>

using namespace seeded;
using explorer::Atomic;
using explorer::Backend;
using explorer::check;
using explorer::Mutex;
using explorer::Plain;
using explorer::run;

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

// An object whose destruction is a statement.
template <class T>
struct Mortal {
    template <class... Arguments>
    explicit Mortal(Arguments... arguments) : object(new(memory) T(arguments...)) {}
    void destroy() { object->~T(); }

    alignas(T) unsigned char memory[sizeof(T)];
    T* object;
};

} // namespace

TEST_CASE("Explorer: a write beside a read is a race, whichever comes first", "[explorer][race]") {
    check_found("b: race: plain memory is read, and written by a", [] {
        Plain<int> memory(0);
        Atomic<int> step(0);
        run(a([&] { memory = 1; }), b([&] {
                (void)step.load(relaxed);
                (void)memory.get();
            }));
    });
    check_found("b: race: plain memory is written, and read by a", [] {
        Plain<int> memory(0);
        Atomic<int> step(0);
        run(a([&] { (void)memory.get(); }), b([&] {
                (void)step.load(relaxed);
                memory = 1;
            }));
    });
    check_fine([] {
        Plain<int> memory(0);
        run(a([&] { (void)memory.get(); }), b([&] { (void)memory.get(); }));
        memory = 1;
    });
}

TEST_CASE("Explorer: a race that never shows in values is one", "[explorer][race]") {
    check_found("race: plain memory is written, and written by", [] {
        Plain<int> memory(0);
        run(a([&] { memory = 1; }), b([&] { memory = 1; }));
        check(memory.get() == 1, "whoever was first");
    });
}

TEST_CASE("Explorer: a flag without release, or without acquire, orders nothing", "[explorer][race]") {
    const auto hand_over = [](std::memory_order store, std::memory_order load) {
        return [store, load] {
            Plain<int> memory(0);
            Atomic<bool> ready(false);
            run(a([&] {
                    memory = 1;
                    ready.store(true, store);
                }),
                b([&] {
                    if (ready.load(load)) check(memory.get() == 1, "it is there");
                }));
        };
    };
    check_found("b: race: plain memory is read, and written by a", hand_over(relaxed, acquire));
    check_found("b: race: plain memory is read, and written by a", hand_over(release, relaxed));
    check_fine(hand_over(release, acquire));
    check_fine(hand_over(release, acquire), with({.stale_reads = true}));
}

TEST_CASE("Explorer: memory that the backend reads and writes is watched as well", "[explorer][race]") {
    check_found("race: plain memory is written, and written by", [] {
        int memory = 0;
        run(a([&] { Backend::writes(&memory); }), b([&] { Backend::writes(&memory); }));
    });
    check_found("race: plain memory is", [] {
        int memory = 0;
        run(a([&] { Backend::reads(&memory); }), b([&] { Backend::writes(&memory); }));
    });
    check_fine([] {
        int memory = 0;
        Mutex mutex;
        const auto write = [&] {
            const std::lock_guard lock(mutex);
            Backend::writes(&memory);
        };
        run(a(write), b(write));
        Backend::writes(&memory);
    });
}

TEST_CASE("Explorer: what a thread has done is seen by who has waited for it to finish", "[explorer][race]") {
    check_fine(
        [] {
            Plain<int> memory(0);
            Atomic<int> atomic(0);
            run(a([&] { memory = 1; })); // finishes at once
            check(memory.get() == 1, "a has finished");
            run(a([&] {
                atomic.store(1, relaxed);
                memory = 2;
            }));
            check(memory.get() == 2, "a has finished again");
            check(atomic.load(relaxed) == 1, "also what is not released");
        },
        with({.stale_reads = true}));
}

TEST_CASE("Explorer: an atomic is used after its destruction", "[explorer][lifetime]") {
    check_found("scenario: store after destruction of atomic #1", [] {
        Mortal<Atomic<int>> mortal(0);
        mortal.destroy();
        mortal.object->store(1);
    });
    check_found("after destruction of atomic #", [] {
        Mortal<Atomic<int>> mortal(0);
        Atomic<bool> gone(false);
        run(a([&] {
                mortal.destroy();
                gone.store(true);
            }),
            b([&] {
                if (gone.load()) (void)mortal.object->load();
            }));
    });
}

TEST_CASE("Explorer: plain memory is used after its destruction", "[explorer][lifetime]") {
    check_found("plain memory is written after its destruction", [] {
        Mortal<Plain<int>> mortal(0);
        mortal.destroy();
        mortal.object->set(1);
    });
    check_found("plain memory is read after its destruction", [] {
        Mortal<Plain<int>> mortal(0);
        mortal.destroy();
        (void)mortal.object->get();
    });
}

TEST_CASE("Explorer: a mutex or a condition variable is used after its destruction", "[explorer][lifetime]") {
    check_found("lock after destruction of mutex #1", [] {
        Mortal<Mutex> mortal;
        mortal.destroy();
        mortal.object->lock();
    });
    check_found("notify after destruction of condition variable #1", [] {
        Mortal<explorer::ConditionVariable> mortal;
        mortal.destroy();
        mortal.object->notify_one();
    });
}

TEST_CASE("Explorer: something is destroyed beside its use", "[explorer][lifetime]") {
    const auto beside = [](auto make, auto use) {
        return [make, use] {
            auto mortal = make();
            Atomic<int> step(0);
            run(a([&] {
                    (void)step.load(relaxed);
                    mortal->destroy();
                }),
                b([&] { use(*mortal->object); }));
        };
    };
    const auto atomic = [] { return std::make_unique<Mortal<Atomic<int>>>(0); };
    const auto mutex = [] { return std::make_unique<Mortal<Mutex>>(); };
    const auto plain = [] { return std::make_unique<Mortal<Plain<int>>>(0); };
    check_found("a: atomic #1 is destroyed, and about to be used by b",
                beside(atomic, [](auto& x) { (void)x.load(relaxed); }));
    check_found("is destroyed", beside(mutex, [](auto& x) { const std::lock_guard lock(x); }));
    check_found("race: plain memory is destroyed, and read by b", beside(plain, [](auto& x) { (void)x.get(); }));
}

TEST_CASE("Explorer: the last to use something is seen, or not, by who destroys it", "[explorer][lifetime]") {
    const auto handed_over = [](std::memory_order store) {
        return [store] {
            Mortal<Atomic<int>> mortal(0);
            Atomic<bool> done(false);
            run(a([&] {
                    (void)mortal.object->load(relaxed);
                    done.store(true, store);
                }),
                b([&] {
                    if (done.load(acquire)) mortal.destroy();
                    else explorer::note("not yet");
                }));
        };
    };
    check_found("b: race: atomic #1 is destroyed, and used by a", handed_over(relaxed));
    check_fine(handed_over(release));
}

TEST_CASE("Explorer: something is used beside its construction", "[explorer][lifetime]") {
    const auto published = [](std::memory_order store) {
        return [store] {
            std::optional<Atomic<int>> object;
            Atomic<bool> there(false);
            run(a([&] {
                    object.emplace(1);
                    there.store(true, store);
                }),
                b([&] {
                    if (there.load(acquire)) (void)object->load(relaxed);
                }));
        };
    };
    check_found("b: race: atomic #2 is used, and constructed by a", published(relaxed));
    check_fine(published(release));
}

TEST_CASE("Explorer: something is used that is not constructed", "[explorer][lifetime]") {
    check_found("load of what is not constructed", [] {
        void* const block = Backend::allocate<sizeof(Atomic<int>), alignof(Atomic<int>)>();
        (void)static_cast<Atomic<int>*>(block)->load();
    });
}

TEST_CASE("Explorer: something is destroyed twice", "[explorer][lifetime]") {
    check_found("double destruction of atomic #1", [] {
        Mortal<Atomic<int>> mortal(0);
        mortal.destroy();
        mortal.destroy();
    });
    check_found("plain memory is destroyed after its destruction", [] {
        Mortal<Plain<int>> mortal(0);
        mortal.destroy();
        mortal.destroy();
    });
}

TEST_CASE("Explorer: an object may be constructed again where one was destroyed", "[explorer][lifetime]") {
    check_fine([] {
        std::optional<Atomic<int>> atomic(1);
        std::optional<Plain<int>> plain(1);
        atomic.reset();
        plain.reset();
        atomic.emplace(2);
        plain.emplace(2);
        check(atomic->load() == 2 && plain->get() == 2, "they are new");
    });
}

TEST_CASE("Explorer: memory is freed twice, or leaks", "[explorer][memory]") {
    check_found("double free", [] {
        void* const block = Backend::allocate<8, 8>();
        Backend::deallocate<8, 8>(block);
        Backend::deallocate<8, 8>(block);
    });
    check_found("double free, or a free of what was not allocated", [] {
        int mine = 0;
        explorer::execution().deallocate(&mine);
    });
    check_found("leak: 2 allocation(s) are left", [] {
        (void)Backend::allocate<8, 8>();
        (void)Backend::allocate<8, 8>();
    });
    check_fine([] {
        void* const one = Backend::allocate<8, 8>();
        void* const two = Backend::allocate<8, 8>();
        check(one != two, "they are two");
        Backend::deallocate<8, 8>(one);
        void* const three = Backend::allocate<8, 8>();
        check(three != one, "what is freed is not allocated again in the same execution");
        Backend::deallocate<8, 8>(two);
        Backend::deallocate<8, 8>(three);
    });
}

TEST_CASE("Explorer: two who free the same by turns are found out", "[explorer][memory]") {
    check_found("double free", [] {
        void* const block = Backend::allocate<8, 8>();
        Atomic<int> users(2);
        const auto leave = [&] {
            // Two operations where it takes one.
            users.store(users.load() - 1);
            if (users.load() == 0) Backend::deallocate<8, 8>(block);
        };
        run(a(leave), b(leave));
    });
}

TEST_CASE("Explorer: an allocation that fails is not thought of", "[explorer][memory]") {
    const auto two = [] {
        void* const first = Backend::allocate<8, 8>();
        void* const second = first ? Backend::allocate<8, 8>() : nullptr;
        if (!second) return; // and the first?
        Backend::deallocate<8, 8>(second);
        Backend::deallocate<8, 8>(first);
    };
    check_fine(two);
    check_found("leak: 1 allocation(s) are left", two, with({.failing_allocations = 1}));
}

TEST_CASE("Explorer: what the scenario checks does not hold", "[explorer][check]") {
    const auto explored = check_found("scenario: the sum is two", [] {
        Atomic<int> sum(0);
        const auto add = [&] { sum.store(sum.load() + 1); };
        run(a(add), b(add));
        explorer::note("all have finished");
        check(sum.load() == 2, "the sum is two");
    });
    CHECK(explored.failure->trace.find("a: atomic #1 load 0x0\n") != std::string::npos);
    CHECK(explored.failure->trace.find("b: atomic #1 store 0x1\n") != std::string::npos);
    CHECK(explored.failure->trace.find("scenario: all have finished\n") != std::string::npos);
}
