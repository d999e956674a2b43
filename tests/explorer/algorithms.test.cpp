// SPDX-License-Identifier: BSL-1.0
#include "seeded.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <new>

using namespace seeded;
using explorer::Atomic;
using explorer::Backend;
using explorer::check;
using explorer::Mutex;
using explorer::Plain;
using explorer::run;

// Mistakes that were made before, in algorithms that everybody knows, and in the ends of sessions.

namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

} // namespace

TEST_CASE("Explorer: a value is there and what it announces is not, where loads may be old", "[explorer][algorithm]") {
    const auto announce = [](std::memory_order store, std::memory_order load) {
        return [store, load] {
            Atomic<int> value(0);
            Atomic<bool> ready(false);
            run(a([&] {
                    value.store(1, relaxed);
                    ready.store(true, store);
                }),
                b([&] {
                    if (ready.load(load)) check(value.load(relaxed) == 1, "the value is there");
                }));
        };
    };
    check_fine(announce(relaxed, relaxed));
    check_found("b: the value is there", announce(relaxed, relaxed), with({.stale_reads = true}));
    check_fine(announce(release, acquire), with({.stale_reads = true}));
}

TEST_CASE("Explorer: a weak exchange that failed is taken for one that found another value", "[explorer][algorithm]") {
    const auto claim = [](bool weak) {
        return [weak] {
            Atomic<int> owner(0);
            Plain<int> owners(0);
            Mutex mutex;
            const auto enter = [&](int me) {
                int expected = 0;
                const bool mine = weak ? owner.compare_exchange_weak(expected, me, acq_rel, acquire)
                                       : owner.compare_exchange_strong(expected, me, acq_rel, acquire);
                const std::lock_guard lock(mutex);
                if (mine) ++owners;
            };
            run(a([&] { enter(1); }), b([&] { enter(2); }));
            check(owners.get() == 1, "one of them has it");
        };
    };
    check_fine(claim(true));
    check_found("one of them has it", claim(true), with({.spurious_failures = 2}));
    check_fine(claim(false), with({.spurious_failures = 2}));
}

TEST_CASE("Explorer: double-checked initialization without acquire", "[explorer][algorithm]") {
    const auto initialize = [](std::memory_order load, std::memory_order store) {
        return [load, store] {
            Mutex mutex;
            Plain<int> value(0);
            Atomic<bool> there(false);
            const auto use = [&] {
                if (!there.load(load)) {
                    const std::lock_guard lock(mutex);
                    if (!there.load(relaxed)) {
                        value = 1;
                        there.store(true, store);
                    }
                }
                check(value.get() == 1, "it is initialized");
            };
            run(a(use), b(use));
        };
    };
    check_found("race: plain memory is read, and written by", initialize(relaxed, release));
    check_found("race: plain memory is read, and written by", initialize(acquire, relaxed));
    check_fine(initialize(acquire, release));
}

TEST_CASE("Explorer: a reference is returned without release, or the last one without acquire",
          "[explorer][algorithm]") {
    const auto share = [](std::memory_order order) {
        return [order] {
            struct Shared {
                Atomic<int> references{2};
                Plain<int> value{0};
            };
            auto* const shared = new (Backend::allocate<sizeof(Shared), alignof(Shared)>()) Shared;
            const auto leave = [&] {
                (void)shared->value.get();
                if (shared->references.fetch_sub(1, order) != 1) return;
                shared->~Shared();
                Backend::deallocate<sizeof(Shared), alignof(Shared)>(shared);
            };
            run(a(leave), b(leave));
        };
    };
    check_found("is destroyed, and", share(relaxed));
    check_found("is destroyed, and", share(acquire));
    check_found("is destroyed, and", share(release));
    check_fine(share(acq_rel));
}

TEST_CASE("Explorer: what is popped from a list comes back while another still holds its successor (ABA)",
          "[explorer][algorithm]") {
    // Nodes are numbers; none is -1. The head carries a tag, or does not.
    const auto pop_beside = [](int tag) {
        return [tag] {
            std::array<Atomic<int>, 2> next{1, -1};
            std::array<Atomic<int>, 2> taken{0, 0};
            Atomic<int> head(0);
            constexpr int mask = 7;
            const auto node_of = [](int value) { return (value & mask) - 1; };
            const auto with_node = [tag](int node, int before) { return (before & ~mask) + 8 * tag + node + 1; };
            head.store(with_node(0, 0));
            const auto pop = [&] {
                int top = head.load();
                while (node_of(top) >= 0) {
                    const int node = node_of(top);
                    const int rest = next[static_cast<std::size_t>(node)].load();
                    if (!head.compare_exchange_strong(top, with_node(rest, top))) continue;
                    check(taken[static_cast<std::size_t>(node)].exchange(1) == 0, "a node is popped once");
                    return node;
                }
                return -1;
            };
            const auto push = [&](int node) {
                taken[static_cast<std::size_t>(node)].store(0);
                int top = head.load();
                do next[static_cast<std::size_t>(node)].store(node_of(top));
                while (!head.compare_exchange_strong(top, with_node(node, top)));
            };
            run(a([&] {
                    (void)pop();
                    (void)pop();
                }),
                b([&] {
                    const int first = pop();
                    (void)pop();
                    if (first >= 0) push(first);
                }));
        };
    };
    check_found("a node is popped once", pop_beside(0));
    check_fine(pop_beside(1));
}

TEST_CASE("Explorer: Peterson's algorithm with acquire and release", "[explorer][algorithm]") {
    const auto peterson = [](std::memory_order load, std::memory_order store) {
        return [load, store] {
            std::array<Atomic<bool>, 2> wants{false, false};
            Atomic<std::size_t> turn(0);
            Plain<int> inside(0);
            const auto enter = [&](std::size_t me) {
                wants[me].store(true, store);
                turn.store(1 - me, store);
                // Who may not enter leaves: to wait here is to ask for ever.
                if (!wants[1 - me].load(load) || turn.load(load) == me) ++inside;
                wants[me].store(false, store);
            };
            run(a([&] { enter(0); }), b([&] { enter(1); }));
        };
    };
    // Step by step it is right: it takes a load that misses a store.
    check_fine(peterson(acquire, release));
    check_found("race: plain memory is", peterson(acquire, release), with({.stale_reads = true}));
    check_fine(peterson(seq_cst, seq_cst), with({.stale_reads = true}));
}

TEST_CASE("Explorer: Dekker's flags with acquire and release", "[explorer][algorithm]") {
    const auto dekker = [](std::memory_order load, std::memory_order store) {
        return [load, store] {
            std::array<Atomic<bool>, 2> wants{false, false};
            Atomic<int> inside(0);
            const auto enter = [&](std::size_t me) {
                wants[me].store(true, store);
                if (wants[1 - me].load(load)) return;
                inside.fetch_add(1, relaxed);
            };
            run(a([&] { enter(0); }), b([&] { enter(1); }));
            check(inside.load() <= 1, "not both are inside");
        };
    };
    check_fine(dekker(acquire, release));
    check_found("not both are inside", dekker(acquire, release), with({.stale_reads = true}));
    check_fine(dekker(seq_cst, seq_cst), with({.stale_reads = true}));
}

// ---- the end of a session, in miniature

namespace {

enum class Bug {
    none,
    notifier_without_reference, // who reports the end holds nothing that keeps the block
    released_before_the_call,   // the lease is returned first, and the provider called then
    query_without_lease,        // the identifier is used, and nothing keeps it
    reference_before_lease,     // the reference is dropped first, and the lease returned then
};

class Block {
public:
    static Block* create(int references) {
        return new (Backend::allocate<sizeof(Block), alignof(Block)>()) Block(references);
    }
    bool take_lease() {
        int leases = leases_.load(relaxed);
        while (leases != 0)
            if (leases_.compare_exchange_weak(leases, leases + 1, acquire, relaxed)) return true;
        return false;
    }
    void return_lease() {
        if (leases_.fetch_sub(1, acq_rel) == 1) identifier_ = 0; // is deallocated
    }
    void use() { check(identifier_.get() != 0, "the identifier is valid"); }
    void drop_reference() {
        if (references_.fetch_sub(1, acq_rel) != 1) return;
        this->~Block();
        Backend::deallocate<sizeof(Block), alignof(Block)>(this);
    }

private:
    explicit Block(int references) : references_(references) {}
    ~Block() = default;

    Atomic<int> references_;
    Atomic<int> leases_{1}; // the owner's
    Plain<int> identifier_{1};
};

auto session(Bug bug) {
    return [bug] {
        const bool alone = bug == Bug::notifier_without_reference;
        Block* const block = Block::create(alone ? 1 : 2);
        run(explorer::Thread("owner",
                             [&] {
                                 block->return_lease();
                                 block->drop_reference();
                             }),
            explorer::Thread("notifier", [&] {
                if (bug == Bug::query_without_lease) {
                    block->use();
                    block->drop_reference();
                    return;
                }
                const bool leased = block->take_lease();
                if (leased && bug == Bug::released_before_the_call) block->return_lease();
                if (leased) block->use();
                if (bug == Bug::reference_before_lease) block->drop_reference();
                if (leased && bug != Bug::released_before_the_call) block->return_lease();
                if (bug != Bug::reference_before_lease && !alone) block->drop_reference();
            }));
    };
}

} // namespace

TEST_CASE("Explorer: a session's end without a mistake", "[explorer][session]") {
    check_fine(session(Bug::none), with({.stale_reads = true, .spurious_failures = 1}));
}
TEST_CASE("Explorer: a notifier without a reference", "[explorer][session]") {
    check_found("is destroyed, and about to be used by notifier", session(Bug::notifier_without_reference));
}
TEST_CASE("Explorer: a lease returned before the provider is called", "[explorer][session]") {
    check_found("race: plain memory is", session(Bug::released_before_the_call));
}
TEST_CASE("Explorer: a query without a lease", "[explorer][session]") {
    check_found("race: plain memory is", session(Bug::query_without_lease));
}
TEST_CASE("Explorer: a reference dropped before the lease", "[explorer][session]") {
    check_found("destroyed", session(Bug::reference_before_lease));
}

TEST_CASE("Explorer: a group is drained without a lease: the last session touches it once more",
          "[explorer][session]") {
    const auto drain = [](bool leased) {
        return [leased] {
            struct Group {
                Atomic<int> sessions{1};
                Mutex mutex{};
                explorer::ConditionVariable condition{};
            };
            auto* const group = new (Backend::allocate<sizeof(Group), alignof(Group)>()) Group;
            run(explorer::Thread("session",
                                 [&] {
                                     if (leased) group->mutex.lock();
                                     group->sessions.fetch_sub(1);
                                     if (!leased) group->mutex.lock();
                                     group->condition.notify_all();
                                     group->mutex.unlock();
                                 }),
                explorer::Thread("group", [&] {
                    {
                        std::unique_lock lock(group->mutex);
                        group->condition.wait(lock, [&] { return group->sessions.load() == 0; });
                    }
                    group->~Group();
                    Backend::deallocate<sizeof(Group), alignof(Group)>(group);
                }));
        };
    };
    check_found("is destroyed, and about to be used by session", drain(false));
    check_fine(drain(true));
}
