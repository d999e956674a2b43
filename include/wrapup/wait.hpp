// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/deadline.hpp>
#include <wrapup/detail/reference.hpp>
#include <wrapup/detail/waiting_backend.hpp>
#include <wrapup/monitor.hpp>

#include <chrono>
#include <mutex>
#include <type_traits>

namespace wrapup {
namespace detail {

// A thread that sleeps until a session is over. It is notified under the mutex, and taken off the session's list before
// it goes, so that nobody touches it afterwards.
template <class Backend>
class Waiter final : public Observer<Backend> {
    using Waiting = WaitingBackend<Backend>;

public:
    void wait_until(typename Waiting::Clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        if (deadline == (deadline.max)()) condition_.wait(lock, [this] { return over_; });
        else condition_.wait_until(lock, deadline, [this] { return over_; });
    }

private:
    void over() noexcept override {
        const std::lock_guard lock(mutex_);
        over_ = true;
        condition_.notify_one();
    }

    typename Waiting::Mutex mutex_;
    typename Waiting::ConditionVariable condition_;
    typename Backend::template Plain<bool> over_ = false;
};

// Forgets who waits, also where its thread is cancelled.
template <class P>
struct Registered {
    SessionBlock<P>& session;
    Waiter<typename BackendOf<P>::type>& waiter;
    ~Registered() { session.forget(waiter); }
};

// The clock by which a session is waited for: its provider's where that does the waiting.
template <class P>
auto wait_clock_now([[maybe_unused]] SessionBlock<P>& session) {
    if constexpr (Waits<P>) return session.provider().now();
    else return WaitingBackend<typename BackendOf<P>::type>::Clock::now();
}

// Of a session that was not over a moment ago.
template <class P, class TimePoint>
bool wait_until(SessionBlock<P>& session, TimePoint deadline) {
    const auto over = [&session]() noexcept { return session.state().over(); };
    if constexpr (Waits<P>) {
        bool pumps = true;
        if constexpr (Pumps<P>) pumps = session.provider().pumps();
        if (pumps) {
            session.provider().wait(deadline, over);
            return over();
        }
    }
    if constexpr (!Waits<P> || Pumps<P>) {
        using Clock = typename WaitingBackend<typename BackendOf<P>::type>::Clock;
        static_assert(std::is_same_v<TimePoint, typename Clock::time_point>,
                      "wrapup: a provider that pumps on some threads only has the clock std::chrono::steady_clock");
        // A wait whose deadline has passed is a look, not a system call.
        if (deadline <= wait_clock_now(session)) return over();
        Waiter<typename BackendOf<P>::type> waiter;
        if (!session.observe(waiter, false)) return true;
        const Registered<P> registered{session, waiter};
        waiter.wait_until(deadline);
    }
    return over();
}

// Keeps the block while it is waited on: another thread's callback may destroy the session meanwhile. Nothing where there is
// nothing to wait for, which takes a look.
template <class Handle>
auto awaited(const Handle& handle) {
    auto* const block = Access::block(handle);
    return Reference<typename Handle::provider_type>(block && !block->state().over() ? block : nullptr);
}

// Apart, so that to wait for what is over takes a look and no call.
template <class P>
[[gnu::noinline]] void wait_for_ever(SessionBlock<P>& session) {
    const Reference<P> kept(&session);
    wait_until(session, (decltype(wait_clock_now(session))::max)());
}

} // namespace detail

/// A `Session`, `Monitor` or `Controller`. Waiting is compiled for those whose provider notifies; the others are over when
/// their `drop` returns.
template <class T>
concept Awaitable = requires(const T& handle) {
    typename T::provider_type;
    handle.termination();
};

/// Waits until the session is over: until `termination()` is there. A handle that is bound to no session, a default-constructed
/// or moved-from one, is not waited for; one that was released is, until its end is confirmed.
///
/// *Blocks* until then, on the other side; use `wait_for` where it may never come. Where the provider `Waits`, it does the
/// waiting.
template <Awaitable Handle>
void wait(const Handle& handle) {
    auto* const session = detail::Access::block(handle);
    if (session && !session->state().over()) detail::wait_for_ever(*session);
}

/// Waits until the session is over, but no longer than the time given: zero, negative or not a number is a look only,
/// and what is too long for the clock is for ever.
///
/// @returns whether the session is over; true also for a handle that is bound to no session, which has no termination
template <Awaitable Handle, class Rep, class Period>
bool wait_for(const Handle& handle, std::chrono::duration<Rep, Period> timeout) {
    const auto session = detail::awaited(handle);
    if (!session) return true;
    return detail::wait_until(*session.get(), detail::after(detail::wait_clock_now(*session.get()), timeout));
}

/// Waits until the session is over, but no longer than to a point in time of any clock, whose last one is for ever. A clock
/// that is set meanwhile is looked at again when the time seems to have come. Where the provider `Waits`, it waits by its own
/// clock for as long as the other one says is left.
///
/// @returns whether the session is over
template <Awaitable Handle, class Clock, class Duration>
bool wait_until(const Handle& handle, std::chrono::time_point<Clock, Duration> deadline) {
    const auto session = detail::awaited(handle);
    if (!session) return true;
    using Own = decltype(detail::wait_clock_now(*session.get()));
    if constexpr (std::is_same_v<typename Own::clock, Clock>) {
        return detail::wait_until(*session.get(), detail::clamp<Own>(deadline));
    } else {
        const auto last = detail::clamp<typename Clock::time_point>(deadline);
        if (last == (last.max)()) return detail::wait_until(*session.get(), (Own::max)());
        for (;;) {
            const auto now = Clock::now();
            if (last <= now) return session->state().over();
            const auto own_last = detail::after(detail::wait_clock_now(*session.get()), detail::between(now, last));
            const bool over = detail::wait_until(*session.get(), own_last);
            // A clock of the provider's own need not move with the other one, so that is not looked at again.
            using P = typename Handle::provider_type;
            if (over || (Waits<P> && !detail::Pumps<P>)) return over;
        }
    }
}

} // namespace wrapup
