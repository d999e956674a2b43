// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/origin.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/slot.hpp>

namespace wrapup {
namespace detail {

// What every termination says.
struct Ending {
    Origin origin = Origin::user; ///< who ended the session
    bool contested = false;       ///< another ending was reported before this one was final, or overtook our request
    bool abandoned = false;       ///< the owner gave the session up while it was live and nobody had asked for the end
};

template <class Cause>
struct CausePart {
    Slot<Cause> cause; ///< what the provider reported; empty where nothing was
};
template <>
struct CausePart<void> {};

template <class P>
struct ReasonPart {};
template <AcceptsReason P>
struct ReasonPart<P> {
    Slot<typename P::Reason> reason; ///< what the provider was told; empty where the request gave none
};

template <class P>
struct StatisticsPart {};
template <Snapshots P>
struct StatisticsPart<P> {
    /// The last counters, taken while the identifier was whole; empty where it was lost.
    Slot<decltype(std::declval<P&>().snapshot(std::declval<const typename P::Identifier&>()))> statistics;
};

template <class P>
struct TimesPart {};
template <Timed P>
struct TimesPart<P> {
    typename TimePointOf<P>::type began{}; ///< when the session was opened or adopted, by the provider's clock
    typename TimePointOf<P>::type ended{}; ///< when its end was published, by the provider's clock
};

} // namespace detail

/// The record of an ending: `origin`, `contested`, `abandoned`, and as far as the provider is able to, `cause`, `reason`,
/// `statistics`, `began` and `ended`. Immutable once it can be seen. It outlives the identifier; copy it to keep it
/// longer than the handle that it came from.
template <class Provider>
struct Termination : detail::Ending,
                     detail::CausePart<typename detail::CauseOf<Provider>::type>,
                     detail::ReasonPart<Provider>,
                     detail::StatisticsPart<Provider>,
                     detail::TimesPart<Provider> {};

} // namespace wrapup
