// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/atomic.hpp>
#include <wrapup/testing/explorer/engine.hpp>
#include <wrapup/testing/explorer/execution.hpp>
#include <wrapup/testing/explorer/plain.hpp>
#include <wrapup/testing/explorer/waiting.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace wrapup::testing::explorer {

/// What the concurrency of a session is built from where it is explored: a provider with `using Backend =
/// wrapup::testing::explorer::Backend;` has its sessions, notifiers, monitors, callbacks and waits over it.
struct Backend {
    template <class T>
    using Atomic = explorer::Atomic<T>;
    template <class T>
    using Spinning = explorer::Spinning<T>;
    template <class T>
    using Plain = explorer::Plain<T>;
    using Mutex = explorer::Mutex;
    using LockedWord = explorer::LockedWord;

    struct Waiting {
        using Mutex = explorer::Mutex;
        using ConditionVariable = explorer::ConditionVariable;
        using Clock = explorer::Clock;
    };

    static void reads(const void* memory) noexcept {
        if (Engine* const engine = Engine::current()) engine->read(engine->shadow_of(memory));
    }
    static void writes(const void* memory) noexcept {
        if (Engine* const engine = Engine::current()) engine->write(engine->shadow_of(memory));
    }

    static const void* this_thread() noexcept {
        Engine* const engine = Engine::current();
        static const char nobody = 0;
        return engine ? engine->running_name() : &nobody;
    }

    /// On another thread, for which this one waits.
    template <class F>
    static void elsewhere(F f) {
        run(Thread("elsewhere", f));
    }

    template <std::size_t size, std::size_t alignment>
    static void* allocate() noexcept {
        static_assert(alignment <= 64);
        Engine* const engine = Engine::current();
        return engine ? engine->allocate(size) : std::malloc(size);
    }
    template <std::size_t size, std::size_t alignment>
    static void deallocate(void* memory) noexcept {
        if (Engine* const engine = Engine::current()) engine->deallocate(memory);
        else std::free(memory);
    }

    static constexpr std::memory_order relaxed = std::memory_order_relaxed;
    static constexpr std::memory_order acquire = std::memory_order_acquire;
    static constexpr std::memory_order release = std::memory_order_release;
    static constexpr std::memory_order acq_rel = std::memory_order_acq_rel;

    static constexpr std::uint64_t max_leases = 3;
    static constexpr std::uint64_t max_references = 63;
};

} // namespace wrapup::testing::explorer
