// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/member_named.hpp>
#include <wrapup/transition.hpp>

#include <concepts>
#include <system_error>
#include <type_traits>
#include <utility>

/// @file
/// What a provider is, and what it may be able to do besides. Nobody but provider authors needs anything from this header.
///
/// A provider is a cheap value, like an allocator: what is big or shared is a service object that it refers to, and does not
/// own where the service holds notifiers: a notifier keeps the session's provider. Every member that the library calls is
/// `noexcept`: who ends sessions must decide itself what its exceptions mean.
///
/// *Threads.* Where a provider notifies, its members may be called by several threads at once, also for one session: queries,
/// `drop` and `abort` beside each other. `deallocate` comes last, on whichever thread that is, perhaps inside a notice or
/// inside another member; a provider that must free on a thread of its own hands the identifier over to it.
///
/// *What a service owes.* A call that is in progress when an identifier is lost may fail, and must survive it. Before the
/// service's destructor returns, it has said `lost` for every identifier that it watches, and has let deallocations finish
/// that were in progress, unless what they use outlives it. What could not be freed, it keeps and lists.

namespace wrapup {

namespace detail {
struct NativeBackend;
}

template <class Cause, class Backend = detail::NativeBackend>
class Notifier;

/// What `drop` and `abort` return: nothing or an empty `std::error_code` means done (or accepted, where the provider
/// notifies), an error is a refusal that has changed nothing.
template <class T>
concept DropResult = std::is_void_v<T> || std::convertible_to<T, std::error_code>;

namespace detail {

template <class T>
concept RegularIdentifier =
    std::regular<T> && std::is_nothrow_copy_constructible_v<T> && std::is_nothrow_copy_assignable_v<T>;

template <class P>
concept HasIdentifier = requires { typename P::Identifier; } && RegularIdentifier<typename P::Identifier>;

template <class P>
concept Drops = requires(P& provider, const typename P::Identifier& id) {
    { provider.drop(id) } noexcept -> DropResult;
};

template <class P>
concept Deallocates = requires(P& provider, const typename P::Identifier& id) {
    { provider.deallocate(id) } noexcept -> std::same_as<void>;
};

// What the concurrency of a provider's sessions is built from: the machine's own, or that of a model checker, where the
// provider names one.
template <class P>
struct BackendOf {
    using type = NativeBackend;
};
template <class P>
    requires requires { typename P::Backend; }
struct BackendOf<P> {
    using type = typename P::Backend;
};

template <class P>
struct IdentifierOf {
    using type = int; // of a provider that is rejected
};
template <HasIdentifier P>
struct IdentifierOf<P> {
    using type = typename P::Identifier;
};

} // namespace detail

/// Ends sessions of one kind and frees their identifiers.
///
/// | Expression | Means |
/// |---|---|
/// | `P::Identifier` | the provider's name for a session: regular, nothrow copyable |
/// | `p.drop(id)` | asks for the end; see `DropResult` for the answer. `noexcept` |
/// | `p.deallocate(id)` | gives the identifier back; nobody uses it afterwards. `noexcept`, returns `void` |
///
/// `P` itself is nothrow move constructible and not final. `Session<P>` asks besides that no member which stands for a
/// capability is a misfit.
///
/// *Law:* `deallocate` is called at most once for an identifier, after everything else that is called with it. Where
/// the provider does not notify, an accepted `drop` means that the session is over. Where it does, `deallocate` is called
/// when the end has been reported; only for a session that was adopted when there was no memory to watch it, after a `drop`.
template <class P>
concept SessionProvider =
    std::is_class_v<P> && !std::is_const_v<P> && !std::is_final_v<P> && std::is_nothrow_move_constructible_v<P> &&
    detail::HasIdentifier<P> && detail::Drops<P> && detail::Deallocates<P>;

/// Says in its own type why a session ended: `P::Cause`, nothrow movable, not const, not `Origin`.
///
/// *Law:* `termination()->cause` is what was reported, and empty where nothing was.
template <class P>
concept ReportsCause =
    requires { typename P::Cause; } && std::is_object_v<typename P::Cause> && !std::is_const_v<typename P::Cause> &&
    !std::same_as<typename P::Cause, Origin> && std::is_nothrow_move_constructible_v<typename P::Cause> &&
    std::is_nothrow_destructible_v<typename P::Cause>;

namespace detail {

template <class P>
struct CauseOf {
    using type = void;
};
template <ReportsCause P>
struct CauseOf<P> {
    using type = typename P::Cause;
};

template <class P>
using NotifierOf = Notifier<typename CauseOf<P>::type, typename BackendOf<P>::type>;

} // namespace detail

/// Can be told why: `P::Reason`, nothrow movable, and `p.drop(id, reason)`, `noexcept`, with the meaning of `drop`.
///
/// *Law:* the reason stands in the termination where the request that gave it was the one that was made.
template <class P>
concept AcceptsReason =
    requires { typename P::Reason; } && std::is_object_v<typename P::Reason> && !std::is_const_v<typename P::Reason> &&
    std::is_nothrow_move_constructible_v<typename P::Reason> &&
    requires(P& provider, const typename P::Identifier& id, const typename P::Reason& reason) {
        { provider.drop(id, reason) } noexcept -> DropResult;
    };

/// Reports what happens to a session: `p.watch(id, notifier)`, `noexcept`; with it the session becomes thread-safe.
///
/// Decided by name alone: a provider that has any member called `watch` notifies, or is in error.
///
/// *Law:* the notifier is told of every ending, also of one that came before `watch`, and once only by a thread: of those that
/// find one at the same time, each may say so. Notices are given while holding no lock that the provider's own members take.
/// What it is told: see `Notifier`.
template <class P>
concept Notifies = detail::HasMemberWatch<P>;

/// Begins sessions: `p.open(error, args...)`, or `p.open(error, notifier, args...)` where it notifies (`watch` is not
/// called then). Returns the identifier, or sets `error`. May throw.
///
/// *Law:* where `error` is set or an exception leaves, there is no session and nothing to deallocate.
template <class P, class... Args>
concept Opens =
    (Notifies<P> && requires(P& provider, std::error_code& error, detail::NotifierOf<P>&& notifier, Args&&... args) {
        {
            provider.open(error, std::move(notifier), std::forward<Args>(args)...)
        } -> std::convertible_to<typename P::Identifier>;
    }) || (!Notifies<P> && requires(P& provider, std::error_code& error, Args&&... args) {
        { provider.open(error, std::forward<Args>(args)...) } -> std::convertible_to<typename P::Identifier>;
    });

/// Reads the last counters: `p.snapshot(id)`, `noexcept`, of a nothrow movable type.
///
/// *Law:* called once, when the session is over and before its identifier is given back; not for one that was lost before.
template <class P>
concept Snapshots = requires(P& provider, const typename P::Identifier& id) {
    { provider.snapshot(id) } noexcept;
    requires std::is_object_v<decltype(provider.snapshot(id))>;
    requires std::is_nothrow_move_constructible_v<decltype(provider.snapshot(id))>;
};

/// Ends without grace: `p.abort(id)`, `noexcept`, with the meaning of `drop`'s result.
///
/// *Law:* accepted at most once for a session, possibly while a `drop` is in progress.
template <class P>
concept Aborts = requires(P& provider, const typename P::Identifier& id) {
    { provider.abort(id) } noexcept -> DropResult;
};

/// Has a clock: `p.now()`, const, `noexcept`, a nothrow copyable point in time.
///
/// *Law:* the times of a termination are read when the session begins, also where it is then not opened, and when it ends. Where
/// the provider `Waits`, waiting reads it too.
template <class P>
concept Timed = requires(const P& provider) {
    { provider.now() } noexcept;
    requires std::regular<decltype(provider.now())>;
    requires std::is_nothrow_copy_constructible_v<decltype(provider.now())>;
    requires std::is_nothrow_copy_assignable_v<decltype(provider.now())>;
};

namespace detail {

struct Done {
    bool operator()() const noexcept;
};
template <class P>
struct TimePointOf;
template <Timed P>
struct TimePointOf<P> {
    using type = decltype(std::declval<const P&>().now());
};

} // namespace detail

/// Waits in the session's stead, where somebody must pump (a window's thread, a simulated clock):
/// `p.wait(deadline, done)`, `noexcept`; it returns when `done()` is true or the deadline has passed, whichever is
/// first. The deadline is of the provider's own clock, so such a provider is `Timed`, by a `std::chrono::time_point`; `done` may be called at any time
/// and does not block. A provider that must pump on some threads only says on which: `p.pumps()`, const, `noexcept`, `bool`;
/// where that is false the library waits, and the provider's clock is `std::chrono::steady_clock`.
///
/// *Law:* it returns in bounded time after `done` has become true.
template <class P>
concept Waits = Timed<P> && requires(P& provider, const typename detail::TimePointOf<P>::type& deadline) {
    typename detail::TimePointOf<P>::type::clock;
    (detail::TimePointOf<P>::type::max)();
    { provider.wait(deadline, detail::Done{}) } noexcept;
};

namespace detail {

template <class P>
concept Pumps = Waits<P> && requires(const P& provider) {
    { provider.pumps() } noexcept -> std::same_as<bool>;
};

} // namespace detail

/// Is told of every transition: `p.trace(transition)`, `noexcept`.
///
/// *Law:* called on the thread that made the transition, with no lock held; transitions of one session made by
/// different threads may be told out of order.
template <class P>
concept Traces = requires(P& provider, const Transition& transition) {
    { provider.trace(transition) } noexcept;
};

/// Brings the memory for what is kept of a session where it notifies, as out of slabs, or at a stride of 64 bytes so that
/// sessions which different threads use share no cache line: `p.allocate(size, alignment)`, `noexcept`, returns `void*`, null
/// where there is none; `p.free(memory, size, alignment)`, `noexcept`. Without it, it is `operator new(std::nothrow)`.
///
/// *Law:* `free` is called once for what `allocate` has returned, with the same size, when the last handle of the session is
/// gone, on whichever thread that is; by the session's provider, which has been moved meanwhile.
template <class P>
concept Allocates = requires(P& provider, void* memory) {
    { provider.allocate(sizeof(P), alignof(P)) } noexcept -> std::same_as<void*>;
    { provider.free(memory, sizeof(P), alignof(P)) } noexcept;
};

} // namespace wrapup
