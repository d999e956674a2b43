// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/ask.hpp>
#include <wrapup/detail/check_provider.hpp>
#include <wrapup/detail/inline_session.hpp>
#include <wrapup/phase.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/source_location.hpp>
#include <wrapup/termination.hpp>

#include <system_error>

namespace wrapup::detail {

// What a session is made of, by what its provider can do: an `InlineSession`, or where it notifies, a `SharedSession`.
// Defined by <wrapup/notifier.hpp>.
template <class P>
class SharedSession;

struct Access;

template <class T>
concept Complete = requires { sizeof(T); };

template <class P>
class SessionBlock;

// Stands in for the session of a provider that is rejected, so that the sentence that says why is the only error.
template <class P>
struct Rejected {
    using Identifier = typename IdentifierOf<P>::type;

    Rejected() = default;
    template <class Provider>
    Rejected(const Identifier&, Provider&&);
    template <class... Any>
    static Rejected open(std::error_code&, Any&&...);
    std::error_code drop(source_location) noexcept;
    template <class Reason>
    std::error_code disconnect(Reason&&, source_location) noexcept;
    std::error_code abort(source_location) noexcept;
    void release(source_location) noexcept;
    Identifier detach(source_location);
    bool empty() const noexcept;
    Phase phase() const noexcept;
    const Termination<P>* termination() const noexcept;
    Identifier id() const;
    template <class... Any>
    Anything query(Any&&...) const;
    SessionBlock<P>* block() const noexcept;
};

template <class P>
constexpr bool can_hold_session() noexcept {
    if constexpr (check_provider<P>()) {
        if constexpr (Notifies<P>) {
            static_assert(
                Complete<NotifierOf<P>>,
                "wrapup: the provider has a member named watch, so it notifies: include <wrapup/notifier.hpp>");
            return Complete<NotifierOf<P>>;
        }
        return true;
    }
    return false;
}

template <class P, bool = can_hold_session<P>()>
struct Holder {
    using type = Rejected<P>;
};
template <class P>
struct Holder<P, true> {
    using type = InlineSession<P>;
};
template <Notifies P>
struct Holder<P, true> {
    using type = SharedSession<P>;
};

} // namespace wrapup::detail
