// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/observers.hpp>
#include <wrapup/detail/session_block.hpp>
#include <wrapup/detail/shared_session.hpp>
#include <wrapup/monitor.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace wrapup {

/// Calls `f` once, when the session is over: at once and here, where it is over already; otherwise on the thread that
/// publishes the termination, before the identifier is given back. `f` takes the `const Termination<Provider>&`, or
/// nothing. The owner's release does not take that away.
///
/// Destroying it is the fence, as with `std::stop_callback`: afterwards `f` is not called any more, and a call in progress
/// on another thread has returned. A call on this thread is not waited for, so it may be destroyed inside its own call.
///
/// The storage is in the object; nothing is allocated. `f` may end, release and destroy the session. An `f` that lets an
/// exception out has called `std::terminate`. Callbacks are called in the order in which they registered, after whoever waits for
/// the session was woken: so `f` may wait for a thread that does.
///
/// *Blocks:* the destructor alone, while `f` runs on another thread.
template <class Provider, class F>
class [[nodiscard]] TerminationCallback final : detail::Observer<typename detail::BackendOf<Provider>::type> {
public:
    /// Registers with a session, or with a monitor of it. One that is bound to none, default-constructed or moved-from, is
    /// never over: `f` is not called.
    template <class G>
    [[nodiscard]] TerminationCallback(const Monitor<Provider>& session,
                                      G&& f) noexcept(std::is_nothrow_constructible_v<F, G>)
        : TerminationCallback(detail::Access::block(session), std::forward<G>(f)) {}
    template <class G>
    [[nodiscard]] TerminationCallback(const Session<Provider>& session,
                                      G&& f) noexcept(std::is_nothrow_constructible_v<F, G>)
        : TerminationCallback(detail::Access::block(session), std::forward<G>(f)) {}

    ~TerminationCallback() {
        if (registered_) session_->leave(*this);
        else if (session_) session_->leave();
    }

private:
    template <class G>
    TerminationCallback(detail::SessionBlock<Provider>* session, G&& f) : f_(std::forward<G>(f)) {
        if (!session) return;
        session_ = session; // which `observe` takes a reference of, where others may call at once
        registered_ = true;
        if (session->observe(*this, true)) return;
        registered_ = false;
        over();
    }

    void over() noexcept override {
        constexpr bool takes_termination = std::invocable<F&, const Termination<Provider>&>;
        constexpr bool takes_nothing = std::invocable<F&>;
        static_assert(takes_termination || takes_nothing,
                      "wrapup: a termination callback takes `const Termination<Provider>&` or nothing");
        if constexpr (takes_termination) f_(*session_->termination());
        else if constexpr (takes_nothing) f_();
    }

    detail::SessionBlock<Provider>* session_ = nullptr;
    bool registered_ = false;
    [[no_unique_address]] F f_;
};

template <class Provider, class F>
TerminationCallback(const Session<Provider>&, F) -> TerminationCallback<Provider, F>;
template <class Provider, class F>
TerminationCallback(const Monitor<Provider>&, F) -> TerminationCallback<Provider, F>;
template <class Provider, class F>
TerminationCallback(const Controller<Provider>&, F) -> TerminationCallback<Provider, F>;

} // namespace wrapup
