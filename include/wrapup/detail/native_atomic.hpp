// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>

#if !defined(_WIN32)
#include <sched.h>  // as <atomic> of libstdc++ does
#include <unistd.h> // likewise
#endif

namespace wrapup::detail {

#if defined(_WIN32)
extern "C" __declspec(dllimport) void __stdcall Sleep(unsigned long); // as <windows.h> declares it
#endif

// What is waited for is a few instructions of another thread: it is looked at until it is there. The other thread may have been
// put off by this very one, so after some turns this one sleeps, for which a higher priority is no obstacle.
template <class T>
class SpinningAtomic : public std::atomic<T> {
public:
    using std::atomic<T>::atomic;

    void wait(T old, std::memory_order order) const noexcept {
        for (unsigned round = 0; this->load(order) == old; ++round) rest(round < 16);
    }
    void notify_one() noexcept {}
    void notify_all() noexcept {}

private:
    static void rest(bool briefly) noexcept {
#if defined(_WIN32)
        Sleep(briefly ? 0 : 1);
#else
        if (briefly) sched_yield();
        else usleep(1000);
#endif
    }
};

#if defined(__GLIBCXX__) && !defined(_GLIBCXX_HAVE_PLATFORM_WAIT)

// Where libstdc++ has no futex (mingw-w64), its `wait` looks at the value before it takes the lock under which it then sleeps,
// so that a notification in between is lost, and with it whoever waits. What is waited for here takes no longer than one call
// of an observer.
template <class T>
using NativeAtomic = SpinningAtomic<T>;

#else

template <class T>
using NativeAtomic = std::atomic<T>;

#endif

} // namespace wrapup::detail
