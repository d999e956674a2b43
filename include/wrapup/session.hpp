// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/holder.hpp>
#include <wrapup/error.hpp>
#include <wrapup/lifecycle.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/phase.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/source_location.hpp>
#include <wrapup/termination.hpp>

#include <concepts>
#include <system_error>
#include <type_traits>
#include <utility>

namespace wrapup {

/// The owner of a session. When it is destroyed, the session is released, and dropped before if it is still live; no leak,
/// no wait, no exception. To keep the identifier, `detach` it.
///
/// A session ends in two steps. `drop` or `disconnect` end the communication; the identifier stays valid, so that one can
/// still ask what happened; `release` gives it back. Each may be called again without effect.
///
/// Over a provider that does not notify, this is the provider, the identifier and one word, compiled to what one would
/// write by hand: distinct sessions are independent, one session is not thread-safe and not to be used or destroyed from
/// inside its own provider's calls, and an accepted drop is the end. Over one that notifies, the other side can end the
/// session too, and every member but the moving, assigning and destroying ones may be called from any thread at any time,
/// also from inside the session's own callbacks. Those may destroy it too, where no other thread is about to use the
/// handle; threads that share a session hold a `Controller` each.
///
/// Nothing here waits: *Blocks* is no more than the provider's own calls do.
///
/// A default-constructed, moved-from or released session is *empty*.
///
/// *Source:* the contract is that of https://learn.microsoft.com/windows/win32/tapi/terminate-a-session-ovr
template <class Provider>
class [[nodiscard]] Session {
    using Holder = typename detail::Holder<Provider>::type;
    using Location = source_location;

public:
    using provider_type = Provider;
    using Identifier = typename detail::IdentifierOf<Provider>::type;

    /// An empty session. Where the provider does not notify, it must be default constructible for that.
    Session() = default;

    /// Adopts a session that exists already, and owns its identifier at once.
    ///
    /// @throws std::bad_alloc where the provider notifies and there is no memory; the session has then been dropped and
    /// its identifier deallocated. Without exceptions the program is aborted.
    [[nodiscard]] explicit Session(Identifier id, Provider provider) : holder_(std::move(id), std::move(provider)) {}
    [[nodiscard]] explicit Session(Identifier id)
        requires std::default_initializable<Provider>
        : Session(std::move(id), Provider()) {}

    /// Begins a session with the provider's own `open`. Whatever fails on the way, nothing leaks.
    ///
    /// @returns an empty session where `error` is set: to what the provider says, or to `std::errc::not_enough_memory`.
    template <class... Args>
    [[nodiscard]] static Session open(std::error_code& error, Provider provider, Args&&... args) {
        error.clear();
        return begin(error, std::move(provider), std::forward<Args>(args)...);
    }

    /// The same. @throws std::system_error with that error. Without exceptions the program is aborted.
    template <class... Args>
    [[nodiscard]] static Session open(Provider provider, Args&&... args) {
        std::error_code error;
        Session session = begin(error, std::move(provider), std::forward<Args>(args)...);
        if (error) detail::fail(error);
        return session;
    }

    /// Moving leaves an empty session behind; moving onto a session releases that one first. Onto itself: nothing.
    Session(Session&&) = default;
    Session& operator=(Session&&) = default;

    /// Releases: see `release`.
    ~Session() = default;

    /// Ends the session at the user's request.
    ///
    /// @returns nothing if the provider has accepted, or if an end is under way or past. What the provider says if it
    /// refuses: the session is as it was. `errc::released` if the handle is empty.
    std::error_code drop(Location where = Location::current()) noexcept { return holder_.drop(where); }

    /// Ends the session for a reason of the application's. Returns as `drop` does.
    template <AcceptsReason P = Provider>
    std::error_code disconnect(typename P::Reason reason, Location where = Location::current()) noexcept {
        return holder_.disconnect(std::move(reason), where);
    }

    /// Ends the session without grace, also one that is terminating already: then who ended it stays as it is. The
    /// provider accepts it at most once. Returns as `drop` does.
    std::error_code abort(Location where = Location::current()) noexcept
        requires Aborts<Provider>
    {
        return holder_.abort(where);
    }

    /// Gives the identifier back. A live session is dropped first, in the application's name; where the provider notifies,
    /// the deallocation follows when the end is confirmed and nobody holds a lease, on whichever thread comes last. If the
    /// provider refuses that drop, `abort` is tried where there is one. If that does not help either, a session that
    /// notifies stays with its service until its end is reported, and one that does not is deallocated regardless.
    ///
    /// @post the session is empty. The termination stays until the handle is destroyed or assigned to.
    void release(Location where = Location::current()) noexcept { holder_.release(where); }

    /// Takes the identifier out, in whatever phase, without ending anything. Only where the provider does not notify: an
    /// identifier that is watched cannot be taken from under its notifier.
    ///
    /// @throws std::system_error(errc::released) if the session is empty
    [[nodiscard]] Identifier detach(Location where = Location::current())
        requires(!Notifies<Provider>)
    {
        return holder_.detach(where);
    }

    /// Whether there is an identifier to ask: `phase()` is not `released`.
    [[nodiscard]] explicit operator bool() const noexcept { return phase() != Phase::released; }

    /// @returns `released` for an empty session
    [[nodiscard]] Phase phase() const noexcept { return holder_.phase(); }

    /// The record of the ending; null until the session is over. *Lifetime:* that of this handle, until it is assigned to.
    [[nodiscard]] const Termination<Provider>* termination() const noexcept { return holder_.termination(); }

    /// The identifier. Where another thread may release the session, use `query`, which holds it.
    ///
    /// @throws std::system_error(errc::released) if the session is empty, `errc::lost` if it was lost. Without exceptions
    /// the program is aborted with that message.
    [[nodiscard]] Identifier id() const { return holder_.id(); }

    /// Asks about the session, before or after its end: calls `f`, a member function of the provider or anything that
    /// takes the provider and the identifier, or the identifier. Where the provider notifies, the identifier is not
    /// deallocated meanwhile, even if `f` releases the session. What `f` returns is returned by value.
    ///
    /// @pre `f` only asks: the provider's own `drop`, `abort` and `deallocate` are the session's to call
    ///
    /// @throws as `id` does, `errc::too_many_leases` where some 30,000 are held at once, and what `f` throws
    template <class F, class... Args>
    auto query(F&& f, Args&&... args) const {
        return ask(detail::OrFail{}, std::forward<F>(f), std::forward<Args>(args)...);
    }

    /// The same, with the function known to the compiler.
    template <auto F, class... Args>
    auto query(Args&&... args) const {
        return query(detail::Asking<F>{}, std::forward<Args>(args)...);
    }

    /// The same, but where there is nothing to ask, sets `error` and returns a value-initialized answer.
    template <class F, class... Args>
    auto try_query(std::error_code& error, F&& f, Args&&... args) const {
        error.clear();
        return ask(detail::OrReport{error}, std::forward<F>(f), std::forward<Args>(args)...);
    }

private:
    friend struct detail::Access;

    explicit Session(Holder&& holder) noexcept : holder_(std::move(holder)) {}

    template <class... Args>
    static Session begin(std::error_code& error, Provider provider, Args&&... args) {
        constexpr bool opens = std::same_as<Holder, detail::Rejected<Provider>> || Opens<Provider, Args...>;
        static_assert(
            opens, "wrapup: for these arguments the provider needs `open(std::error_code&, args...)`, or where it "
                   "notifies `open(std::error_code&, wrapup::Notifier<Cause>, args...)`, that returns its Identifier");
        if constexpr (opens) return Session(Holder::open(error, std::move(provider), std::forward<Args>(args)...));
    }

    template <class Otherwise, class F, class... Args>
    auto ask(Otherwise otherwise, F&& f, Args&&... args) const {
        if constexpr (detail::is_question<F, Provider, Identifier, Args...>())
            return holder_.query(otherwise, std::forward<F>(f), std::forward<Args>(args)...);
        else return detail::Anything();
    }

    // What watches a session from outside needs one that can end from outside.
    template <class P = Provider> // a class that is instantiated explicitly does not ask for it
    [[nodiscard]] detail::SessionBlock<P>* block() const noexcept {
        static_assert(Notifies<P>,
                      "wrapup: this session can only be ended by its owner, since its provider has no member "
                      "named watch; there is nothing to monitor, control or wait for");
        if constexpr (Notifies<P>) return holder_.block();
        else return nullptr;
    }

    Holder holder_;
};

} // namespace wrapup
