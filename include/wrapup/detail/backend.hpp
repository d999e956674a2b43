// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cerrno>

namespace wrapup::detail {

// What the concurrency of a session is built from on a real machine. All of the core takes it as a parameter, so that
// the text that ships can be run by a model checker that brings atomics, a mutex and threads of its own.
struct NativeBackend {
    template <class T>
    using Atomic = std::atomic<T>;

    // A mutex of four bytes, by the algorithm of Ulrich Drepper, "Futexes Are Tricky", mutex 2. `<mutex>` would be ten
    // times as large, in the block and in the header. `int` is what libstdc++ and libc++ can wait on without a proxy.
    class Mutex {
    public:
        void lock() noexcept {
            int state = free;
            if (state_.compare_exchange_strong(state, held, std::memory_order_acquire)) return;
            while (state_.exchange(contended, std::memory_order_acquire) != free) state_.wait(contended);
        }
        void unlock() noexcept {
            if (state_.exchange(free, std::memory_order_release) == contended) state_.notify_one();
        }

    private:
        enum : int { free, held, contended };
        std::atomic<int> state_{free};
    };

    // Names the calling thread, without what <thread> costs, and by the same name in every shared library of the program,
    // which a variable of our own would not.
    static const void* this_thread() noexcept { return &errno; }
};

} // namespace wrapup::detail
