// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wrapup::detail {

// A mutex of four bytes, by the algorithm of Ulrich Drepper, "Futexes Are Tricky", mutex 2. `<mutex>` would be ten times as
// large, in the block and in the header. `int` is what libstdc++, and libc++ on Linux, can wait on without a proxy.
template <class Backend>
class WordMutex {
public:
    void lock() noexcept {
        int state = free;
        if (state_.compare_exchange_strong(state, held, Backend::acquire, Backend::relaxed)) return;
        while (state_.exchange(contended, Backend::acquire) != free) state_.wait(contended, Backend::relaxed);
    }
    // Another thread may have taken and destroyed the mutex when this notifies; a wake-up that nobody waits for is harmless
    // there, and touches no memory of the mutex.
    void unlock() noexcept {
        if (state_.exchange(free, Backend::release) == contended) state_.notify_one();
    }

private:
    enum : int { free, held, contended };
    typename Backend::template Atomic<int> state_{free};
};

} // namespace wrapup::detail
