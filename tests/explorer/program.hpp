// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

// Small programs of a few threads, drawn at random: what the explorer and the model run.
namespace programs {

inline constexpr std::size_t atomics = 3;
inline constexpr std::size_t plains = 2;
inline constexpr std::size_t mutexes = 2; // each with a condition variable, and a flag that it is for

enum class Verb : std::uint8_t {
    load, // of an atomic
    store,
    exchange,
    add,
    cas_strong,
    cas_weak,
    sleep, // until the atomic is not `value`
    ring,  // one who sleeps
    ring_all,
    read, // plain memory
    write,
    lock, // a mutex
    unlock,
    raise,       // the flag of the mutex, which is held
    await,       // until the flag is raised
    await_until, // ... or it is late
    notify,
    notify_all,
    now,
    pick, // one of two
    allocate,
    skip, // the next operation, if what was seen last is even
};

struct Step {
    Verb verb = Verb::load;
    std::uint8_t object = 0;
    std::uint8_t value = 0; // to store, to add, to wait for
    std::uint8_t expected = 0;
    std::memory_order order = std::memory_order_seq_cst;
    std::memory_order failure = std::memory_order_seq_cst;
};

struct Program {
    std::vector<std::vector<Step>> threads;
    bool sequentially_consistent = true;
    unsigned spurious_failures = 0;
    unsigned spurious_wake_ups = 0;
    unsigned failing_allocations = 0;

    [[nodiscard]] bool has(Verb verb) const {
        for (const auto& thread : threads)
            for (const Step& step : thread)
                if (step.verb == verb) return true;
        return false;
    }
};

inline const char* name_of(Verb verb) {
    static constexpr const char* names[] = {"load",   "store", "exchange", "add",         "cas_strong", "cas_weak",
                                            "sleep",  "ring",  "ring_all", "read",        "write",      "lock",
                                            "unlock", "raise", "await",    "await_until", "notify",     "notify_all",
                                            "now",    "pick",  "allocate", "skip"};
    return names[static_cast<std::size_t>(verb)];
}

inline std::string text(const Program& program) {
    static constexpr const char* orders[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
    std::string all;
    for (const auto& thread : program.threads) {
        all += "thread:";
        for (const Step& s : thread)
            all += std::string(" ") + name_of(s.verb) + "(" + std::to_string(s.object) + ", " +
                   std::to_string(s.value) + ", " + std::to_string(s.expected) + ", " +
                   orders[static_cast<int>(s.order)] + ", " + orders[static_cast<int>(s.failure)] + ")";
        all += "\n";
    }
    return all + "spurious failures " + std::to_string(program.spurious_failures) + ", wake-ups " +
           std::to_string(program.spurious_wake_ups) + ", failing allocations " +
           std::to_string(program.failing_allocations) + "\n";
}

// Draws one. Which kinds of operations are in it is drawn first, so that there are programs of one kind as well.
class Drawing {
public:
    explicit Drawing(std::uint64_t seed) : random_(seed) {}

    Program draw() {
        Program program;
        program.sequentially_consistent = sequential_ = below(3) == 0;
        kinds_ = below(2) == 0 ? 1u : 1u + below(31);
        objects_ = 1 + below(3);
        if (below(3) == 0) program.spurious_failures = 1;
        if (below(3) == 0) program.spurious_wake_ups = 1;
        if (below(3) == 0) program.failing_allocations = 1;
        const bool three = below(2) == 0;
        for (unsigned i = 0; i < (three ? 3u : 2u); ++i) {
            std::vector<Step> steps;
            const std::size_t length = three ? 1 + below(4) : 2 + below(5);
            while (steps.size() < length) add(steps);
            program.threads.push_back(steps);
        }
        return program;
    }

private:
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    bool chosen(unsigned kind) const { return (kinds_ >> kind & 1) != 0; }
    std::uint8_t object() { return static_cast<std::uint8_t>(below(objects_)); }
    std::uint8_t value() { return static_cast<std::uint8_t>(1 + below(2)); }
    std::memory_order one_of(std::initializer_list<std::memory_order> orders) {
        return sequential_ ? std::memory_order_seq_cst : orders.begin()[below(static_cast<unsigned>(orders.size()))];
    }
    std::memory_order of_load() {
        return one_of({std::memory_order_relaxed, std::memory_order_acquire, std::memory_order_seq_cst});
    }
    std::memory_order of_store() {
        return one_of({std::memory_order_relaxed, std::memory_order_release, std::memory_order_seq_cst});
    }
    std::memory_order of_modification() {
        return one_of({std::memory_order_relaxed, std::memory_order_acquire, std::memory_order_release,
                       std::memory_order_acq_rel, std::memory_order_seq_cst});
    }

    Step on_atomic() {
        // As many loads and stores as all else.
        Step step{.verb = static_cast<Verb>(below(2) == 0 ? below(2) : below(6)),
                  .object = object(),
                  .value = value(),
                  .expected = static_cast<std::uint8_t>(below(3))};
        step.order = step.verb == Verb::load ? of_load() : step.verb == Verb::store ? of_store() : of_modification();
        step.failure = of_load();
        return step;
    }
    Step on_plain(std::uint8_t which) {
        return {.verb = below(2) == 0 ? Verb::read : Verb::write, .object = which, .value = value()};
    }

    void add(std::vector<Step>& steps) {
        const unsigned kind = below(5);
        if (!chosen(kind)) return;
        const auto mutex = static_cast<std::uint8_t>(below(2));
        switch (kind) {
        case 0:
            if (below(8) == 0) steps.push_back({.verb = Verb::skip});
            steps.push_back(on_atomic());
            break;
        case 1: // plain memory that is guarded, or not
            if (below(3) != 0) {
                steps.push_back({.verb = Verb::lock, .object = mutex});
                steps.push_back(on_plain(mutex));
                if (below(3) == 0) steps.push_back(on_atomic());
                steps.push_back({.verb = Verb::unlock, .object = mutex});
            } else if (below(2) == 0) {
                steps.push_back(on_plain(mutex));
            } else { // in an order that may be the wrong one
                const auto inner = static_cast<std::uint8_t>(1 - mutex);
                steps.push_back({.verb = Verb::lock, .object = mutex});
                steps.push_back({.verb = Verb::lock, .object = inner});
                steps.push_back({.verb = Verb::unlock, .object = below(2) == 0 ? inner : mutex});
                steps.push_back({.verb = Verb::unlock, .object = steps.back().object == inner ? mutex : inner});
            }
            break;
        case 2: on_condition(steps, mutex); break;
        case 3:
            steps.push_back({.verb = static_cast<Verb>(static_cast<unsigned>(Verb::sleep) + below(3)),
                             .object = object(),
                             .order = of_load()});
            if (below(2) == 0) {
                const Step notice{.verb = Verb::ring, .object = steps.back().object};
                steps.push_back({.verb = Verb::store, .object = notice.object, .value = value(), .order = of_store()});
                steps.push_back(notice);
            }
            break;
        default: steps.push_back({.verb = static_cast<Verb>(static_cast<unsigned>(Verb::now) + below(3))}); break;
        }
    }
    void on_condition(std::vector<Step>& steps, std::uint8_t mutex) {
        const Step notice{.verb = below(2) == 0 ? Verb::notify : Verb::notify_all, .object = mutex};
        switch (below(5)) {
        case 0: steps.push_back(notice); break;
        case 1:
        case 2:
            steps.push_back({.verb = Verb::lock, .object = mutex});
            steps.push_back({.verb = Verb::raise, .object = mutex});
            if (below(2) == 0) steps.push_back(notice);
            steps.push_back({.verb = Verb::unlock, .object = mutex});
            if (below(2) == 0) steps.push_back(notice);
            break;
        default:
            steps.push_back({.verb = Verb::lock, .object = mutex});
            steps.push_back(
                {.verb = below(2) == 0 ? Verb::await : Verb::await_until, .object = mutex, .value = value()});
            steps.push_back({.verb = Verb::unlock, .object = mutex});
            break;
        }
    }

    std::mt19937_64 random_;
    bool sequential_ = true;
    unsigned kinds_ = 0;
    unsigned objects_ = 1;
};

} // namespace programs
