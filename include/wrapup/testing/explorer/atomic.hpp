// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/engine.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>

namespace wrapup::testing::explorer {

/// `std::atomic<T>` as C++20 defines it, as far as the order in which the steps are made, and with
/// `Weather::stale_reads` the values that a load, or a compare-and-exchange that fails, may return: any that is not older
/// than one that the thread knows of.
///
/// Not covered, although C++ allows it: stores to one object that take effect in another order than they are made in (2+2W),
/// loads that return what is stored later (load buffering), old values for what is `memory_order_seq_cst` (also where the
/// last store is not) and for `wait`. A modification reads the last value, as it must. There are no fences, and
/// `memory_order_consume` is none of the orders.
template <class T>
class Atomic {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));

public:
    using value_type = T;

    Atomic() noexcept : Atomic(T()) {}
    Atomic(T value) noexcept : value_(value) { // NOLINT(google-explicit-constructor): as std::atomic
        if (Engine* const engine = Engine::current()) {
            engine->construct(location_, "atomic");
            remember(*engine, true);
        }
    }
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic&) = delete;
    ~Atomic() {
        if (Engine* const engine = Engine::current()) engine->destroy(location_);
    }

    [[nodiscard]] T load(std::memory_order order = std::memory_order_seq_cst) const {
        Engine* const engine = Engine::current();
        if (!engine) return value_;
        const bool stale = engine->weather().stale_reads && order != std::memory_order_seq_cst;
        engine->operate({.name = "load", .location = &location_, .reads_old = stale});
        return read(*engine, order, "load", stale);
    }

    void store(T value, std::memory_order order = std::memory_order_seq_cst) {
        Engine* const engine = Engine::current();
        if (!engine) {
            value_ = value;
            return;
        }
        engine->operate({.name = "store", .location = &location_, .changes = true});
        if (engine->tracing()) engine->tell(name_of(location_) + " store " + text(value) + name(order));
        location_.released = {};
        write(*engine, value, order);
        engine->done();
    }

    T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
        return modify(order, "exchange", [value](T) { return value; });
    }
    T fetch_add(T value, std::memory_order order = std::memory_order_seq_cst) {
        return modify(order, "fetch_add", [value](T old) { return static_cast<T>(old + value); });
    }
    T fetch_sub(T value, std::memory_order order = std::memory_order_seq_cst) {
        return modify(order, "fetch_sub", [value](T old) { return static_cast<T>(old - value); });
    }

    bool compare_exchange_strong(T& expected, T desired, std::memory_order success, std::memory_order failure) {
        return compare_exchange(expected, desired, success, failure, false);
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order failure) {
        return compare_exchange(expected, desired, success, failure, true);
    }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst) {
        return compare_exchange(expected, desired, order, without_release(order), false);
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst) {
        return compare_exchange(expected, desired, order, without_release(order), true);
    }

    /// Sleeps until it is notified, and looks again.
    void wait(T old, std::memory_order order = std::memory_order_seq_cst) const {
        Engine* const engine = Engine::current();
        if (!engine && same(value_, old)) std::abort(); // nobody will ever wake it
        if (!engine) return;
        engine->operate({.name = "wait", .location = &location_, .changes = true, .value_stays = true});
        // Whether it sleeps is decided by what is there.
        while (same(read(*engine, order, "wait", false), old)) {
            engine->sleep(location_);
            engine->operate({.name = "wait",
                             .location = &location_,
                             .changes = true,
                             .value_stays = true,
                             .needs = Operation::Needs::notification});
        }
    }
    void notify_one() { notify(false); }
    void notify_all() { notify(true); }

protected:
    struct Spins {};
    Atomic(T value, Spins) noexcept : Atomic(value) { spinning_ = true; }

private:
    static bool acquires(std::memory_order order) noexcept {
        return order != std::memory_order_relaxed && order != std::memory_order_release;
    }
    static bool releases(std::memory_order order) noexcept {
        return order == std::memory_order_release || order == std::memory_order_acq_rel ||
               order == std::memory_order_seq_cst;
    }
    static constexpr std::memory_order without_release(std::memory_order order) noexcept {
        return order == std::memory_order_acq_rel   ? std::memory_order_acquire
               : order == std::memory_order_release ? std::memory_order_relaxed
                                                    : order;
    }
    static bool same(T a, T b) noexcept { return std::memcmp(&a, &b, sizeof(T)) == 0; }
    static std::uint64_t bits(T value) noexcept {
        std::uint64_t raw = 0;
        std::memcpy(&raw, &value, sizeof(T));
        return raw;
    }
    static T value_of(std::uint64_t raw) noexcept {
        T value;
        std::memcpy(&value, &raw, sizeof(T));
        return value;
    }

    static std::string text(T value) {
        std::string digits;
        for (std::uint64_t raw = bits(value); raw != 0 || digits.empty(); raw >>= 4)
            digits.insert(digits.begin(), "0123456789abcdef"[raw & 15]);
        return "0x" + digits;
    }
    static const char* name(std::memory_order order) noexcept {
        switch (order) {
        case std::memory_order_relaxed: return ", relaxed";
        case std::memory_order_acquire: return ", acquire";
        case std::memory_order_release: return ", release";
        case std::memory_order_acq_rel: return ", acq_rel";
        default: return "";
        }
    }

    // What a load returns. Who has acquired a value sees what was released with it.
    T read(Engine& engine, std::memory_order order, const char* what, bool stale) const {
        T value = value_;
        const VectorClock* released = &location_.released;
        if (!location_.history.empty()) {
            auto& history = location_.history;
            std::size_t chosen = history.size() - 1;
            if (stale) {
                const auto from = [chosen](std::size_t first) { return static_cast<unsigned>(chosen - first + 1); };
                chosen -= engine.pick(from(oldest_untried(engine)), from(oldest(engine)));
            }
            learn(engine, history[chosen]);
            value = value_of(history[chosen].value);
            released = &history[chosen].released;
        }
        if (engine.tracing()) engine.tell(name_of(location_) + " " + what + " " + text(value) + name(order));
        if (acquires(order)) engine.clock().join(*released);
        engine.done();
        return value;
    }
    // One may be passed over as long as the thread knows of none that is younger.
    std::size_t oldest(Engine& engine) const {
        std::size_t i = location_.history.size() - 1;
        while (i > 0 && !knows(engine, location_.history[i])) --i;
        return i;
    }
    std::size_t oldest_untried(Engine& engine) const {
        return std::max(oldest(engine), engine.oldest_untried(location_));
    }
    static void learn(Engine& engine, Stored& stored) {
        if (stored.known[engine.running()] == 0) stored.known[engine.running()] = engine.clock()[engine.running()];
    }
    static bool knows(Engine& engine, const Stored& stored) {
        const VectorClock& clock = engine.clock();
        for (unsigned i = 0; i < max_threads; ++i)
            if (stored.known[i] != 0 && stored.known[i] <= clock[i]) return true;
        return false;
    }

    void write(Engine& engine, T value, std::memory_order order) {
        value_ = value;
        if (releases(order)) location_.released.join(engine.clock());
        remember(engine, false);
        if (spinning_) engine.notify(location_, true, true);
    }
    void remember(Engine& engine, bool first) {
        if (!engine.weather().stale_reads) return;
        if (first) location_.history.clear();
        VectorClock known;
        known[engine.running()] = engine.clock()[engine.running()];
        location_.history.push_back({bits(value_), location_.released, known});
    }

    // Reads the last value, and goes on with what was released with it.
    template <class Change>
    T modify(std::memory_order order, const char* what, Change change) {
        Engine* const engine = Engine::current();
        const T old = value_;
        if (!engine) {
            value_ = change(old);
            return old;
        }
        engine->operate({.name = what, .location = &location_, .changes = true});
        return replace(*engine, change(value_), order, what);
    }
    T replace(Engine& engine, T value, std::memory_order order, const char* what) {
        const T old = value_;
        if (engine.tracing())
            engine.tell(name_of(location_) + " " + what + " " + text(old) + " -> " + text(value) + name(order));
        if (acquires(order)) engine.clock().join(location_.released);
        write(engine, value, order);
        engine.done();
        return old;
    }

    bool compare_exchange(T& expected, T desired, std::memory_order success, std::memory_order failure, bool weak) {
        Engine* const engine = Engine::current();
        if (!engine) {
            const bool equal = same(value_, expected);
            if (equal) value_ = desired;
            else expected = value_;
            return equal;
        }
        engine->operate({.name = "compare_exchange", .location = &location_, .changes = true});
        const bool stale = engine->weather().stale_reads && failure != std::memory_order_seq_cst;
        if (stale)
            if (const Stored* const old = another(*engine, expected)) {
                engine->was_a_load(true);
                expected = failed(*engine, value_of(old->value), old->released, failure, "");
                return false;
            }
        const bool equal = same(value_, expected);
        if (equal && !(weak && engine->mishap(engine->left().spurious_failures))) {
            replace(*engine, desired, success, "compare_exchange");
            return true;
        }
        if (!location_.history.empty()) learn(*engine, location_.history.back());
        engine->was_a_load(stale && !equal); // without cause it fails with the last value alone
        expected = failed(*engine, value_, location_.released, failure, equal ? " without cause" : "");
        return false;
    }
    T failed(Engine& engine, T value, const VectorClock& released, std::memory_order order, const char* why) {
        if (engine.tracing())
            engine.tell(name_of(location_) + " compare_exchange fails" + why + ", is " + text(value) + name(order));
        if (acquires(order)) engine.clock().join(released);
        engine.done();
        return value;
    }
    // An old value, if that is chosen, which is not the one that is expected.
    const Stored* another(Engine& engine, T expected) {
        auto& history = location_.history;
        const auto differs = [expected](const Stored& stored) { return !same(value_of(stored.value), expected); };
        const auto from = [&](std::size_t first) {
            const auto begin = history.begin() + static_cast<std::ptrdiff_t>(first);
            return 1 + static_cast<unsigned>(std::count_if(begin, history.end() - 1, differs));
        };
        auto n = engine.pick(from(oldest_untried(engine)), from(oldest(engine)));
        for (auto stored = history.end() - 1; n > 0;)
            if (differs(*--stored) && --n == 0) {
                learn(engine, *stored);
                return &*stored;
            }
        return nullptr;
    }

    void notify(bool all) {
        Engine* const engine = Engine::current();
        if (!engine) return;
        engine->operate({.name = "notify", .location = &location_, .changes = true, .value_stays = true});
        if (engine->tracing()) engine->tell(name_of(location_) + " notify");
        engine->notify(location_, all, true);
        engine->done();
    }

    T value_;
    bool spinning_ = false; // another value wakes who waits
    mutable Location location_;
};

/// An atomic whose `wait` is a loop that looks again: nobody has to notify it.
template <class T>
class Spinning : public Atomic<T> {
public:
    Spinning(T value) noexcept // NOLINT(google-explicit-constructor): as std::atomic
        : Atomic<T>(value, typename Atomic<T>::Spins()) {}
};

} // namespace wrapup::testing::explorer
