// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>

namespace wrapup::detail {

#if defined(__GLIBCXX__) && !defined(_GLIBCXX_HAVE_PLATFORM_WAIT)

#if defined(_WIN32)
extern "C" __declspec(dllimport) void __stdcall Sleep(unsigned long); // as <windows.h> declares it
#else
extern "C" int sched_yield(); // as <sched.h>, which is not to be dragged in, does
#endif

// Where libstdc++ has no futex (mingw-w64), its `wait` looks at the value before it takes the lock under which it then sleeps,
// so that a notification in between is lost, and with it whoever waits. What is waited for here is a few instructions of
// another thread, or one call of an observer: it is looked at until it is there.
template <class T>
class NativeAtomic : public std::atomic<T> {
public:
    using std::atomic<T>::atomic;

    void wait(T old, std::memory_order order) const noexcept {
        for (unsigned round = 0; this->load(order) == old; ++round) rest(round < 16);
    }
    void notify_one() noexcept {}
    void notify_all() noexcept {}

private:
    static void rest([[maybe_unused]] bool briefly) noexcept {
#if defined(_WIN32)
        Sleep(briefly ? 0 : 1);
#else
        sched_yield();
#endif
    }
};

#else

template <class T>
using NativeAtomic = std::atomic<T>;

#endif

} // namespace wrapup::detail
