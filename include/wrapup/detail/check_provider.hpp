// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/member_named.hpp>
#include <wrapup/provider.hpp>

#include <type_traits>

namespace wrapup::detail {

// A provider that almost fits is told in a sentence what is missing. One assertion stands for each rule, and those
// that would only repeat an earlier one hold.
template <class P>
constexpr bool check_provider() noexcept {
    static_assert(std::is_class_v<P> && !std::is_const_v<P>,
                  "wrapup: a provider is a class with the members Identifier, drop and deallocate, and not const");
    if constexpr (std::is_class_v<P> && !std::is_const_v<P>) {
        static_assert(
            std::is_nothrow_move_constructible_v<P>,
            "wrapup: a provider must be nothrow move constructible: make it a cheap value that refers to its service");
        static_assert(!std::is_final_v<P>,
                      "wrapup: a provider must not be final: what it can do is found out by deriving from it");
        static_assert(
            requires { typename P::Identifier; },
            "wrapup: the provider has no type named Identifier: `using Identifier = ...;`");
        if constexpr (requires { typename P::Identifier; }) {
            static_assert(
                RegularIdentifier<typename P::Identifier>,
                "wrapup: the provider's Identifier must be regular (default constructible, copyable, ==) and nothrow copyable");
            static_assert(
                Drops<P>,
                "wrapup: the provider needs `drop(Identifier) noexcept`, public, that returns void or a std::error_code");
            static_assert(Deallocates<P>,
                          "wrapup: the provider needs `deallocate(Identifier) noexcept`, public, that returns void");
            constexpr bool good_cause = !requires { typename P::Cause; } || ReportsCause<P>;
            constexpr bool good_reason = !requires { typename P::Reason; } || AcceptsReason<P>;
            constexpr bool good_snapshot = !HasMemberSnapshot<P> || Snapshots<P>;
            constexpr bool good_abort = !HasMemberAbort<P> || Aborts<P>;
            constexpr bool good_now = !HasMemberNow<P> || Timed<P>;
            constexpr bool good_wait = !HasMemberWait<P> || Waits<P>;
            constexpr bool good_pumps = !HasMemberPumps<P> || Pumps<P>;
            constexpr bool good_trace = !HasMemberTrace<P> || Traces<P>;
            constexpr bool good_memory = !HasMemberAllocate<P> || Allocates<P>;
            static_assert(
                good_cause,
                "wrapup: the provider's Cause must be an object type that is nothrow movable, not const, and not Origin");
            static_assert(
                good_reason,
                "wrapup: a provider with a Reason (nothrow movable) needs `drop(Identifier, Reason) noexcept` that returns void or a std::error_code");
            static_assert(
                good_snapshot,
                "wrapup: the provider's snapshot must be `snapshot(Identifier) noexcept` and return a nothrow movable value");
            static_assert(
                good_abort,
                "wrapup: the provider's abort must be `abort(Identifier) noexcept` and return void or a std::error_code");
            static_assert(
                good_now,
                "wrapup: the provider's now must be `now() const noexcept` and return a point in time that is regular");
            static_assert(
                good_wait,
                "wrapup: the provider's wait must be `wait(deadline, done) noexcept` with a deadline of its own `now()`");
            static_assert(
                good_pumps,
                "wrapup: the provider's pumps must be `pumps() const noexcept`, beside its wait, and return bool");
            static_assert(good_trace,
                          "wrapup: the provider's trace must be `trace(const wrapup::Transition&) noexcept`");
            static_assert(
                good_memory,
                "wrapup: the provider's allocate must be `void* allocate(std::size_t size, std::size_t alignment) noexcept`, beside `free(void*, size, alignment) noexcept`");
            return SessionProvider<P> && good_cause && good_reason && good_snapshot && good_abort && good_now &&
                   good_wait && good_pumps && good_trace && good_memory;
        }
    }
    return false;
}

} // namespace wrapup::detail
