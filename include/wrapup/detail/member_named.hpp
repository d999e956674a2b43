// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

namespace wrapup::detail {

// Whether a class has any member of a given name, whatever it is: a function with another signature, an overload set, a
// template, private. If P brings the name, it is ambiguous in a class that also inherits it from elsewhere. A final class
// cannot be derived from, so it cannot be a provider.
struct Elsewhere {
    int watch, snapshot, abort, now, wait, pumps, trace, allocate;
};
template <class P>
struct AlsoElsewhere : P, Elsewhere {};

#define WRAPUP_DETAIL_MEMBER_NAMED(Concept, name)                                                                      \
    template <class P>                                                                                                 \
    constexpr bool has_##name() noexcept {                                                                             \
        if constexpr (!std::is_class_v<P> || std::is_final_v<P>) return false;                                         \
        else return !requires { &AlsoElsewhere<P>::name; };                                                            \
    }                                                                                                                  \
    template <class P>                                                                                                 \
    concept Concept = has_##name<P>()

WRAPUP_DETAIL_MEMBER_NAMED(HasMemberWatch, watch);
WRAPUP_DETAIL_MEMBER_NAMED(HasMemberSnapshot, snapshot);
WRAPUP_DETAIL_MEMBER_NAMED(HasMemberAbort, abort);
WRAPUP_DETAIL_MEMBER_NAMED(HasMemberNow, now);
WRAPUP_DETAIL_MEMBER_NAMED(HasMemberWait, wait);
WRAPUP_DETAIL_MEMBER_NAMED(HasMemberPumps, pumps);
WRAPUP_DETAIL_MEMBER_NAMED(HasMemberTrace, trace);
WRAPUP_DETAIL_MEMBER_NAMED(HasMemberAllocate, allocate);

#undef WRAPUP_DETAIL_MEMBER_NAMED

} // namespace wrapup::detail
