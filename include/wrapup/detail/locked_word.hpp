// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::detail {

// A word for one thread at a time, each for a few instructions: one read-modify-write to lock it, none to unlock it. Locked
// until it is unlocked for the first time. What it holds is even.
template <class Backend>
class LockedWord {
public:
    using Value = std::uintptr_t;

    Value lock() noexcept {
        for (Value seen = word_.load(Backend::relaxed);;) {
            if ((seen & locked) != 0) seen = changed(seen);
            else if (word_.compare_exchange_weak(seen, seen | locked, Backend::acquire, Backend::relaxed)) return seen;
        }
    }
    void unlock(Value value) noexcept { word_.store(value, Backend::release); }

private:
    [[gnu::noinline]] Value changed(Value seen) noexcept {
        word_.wait(seen, Backend::relaxed);
        return word_.load(Backend::relaxed);
    }

    static constexpr Value locked = 1;
    typename Backend::template Spinning<Value> word_{locked};
};

} // namespace wrapup::detail
