// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/ask.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/testing/operation.hpp>
#include <wrapup/transition.hpp>

#include <cstddef>
#include <system_error>
#include <utility>

// The members of a provider that wraps another one, P: each is there exactly where P is able to do it, since what a provider
// can do is found out by its members' names. What is done with the calls is decided by the decorator, Self, which has
//
//   request(operation, id, call)    for drop and abort; `call(p)` returns what P answers
//   bind(id, notifier)              for watch
//   look(id, call)                  for snapshot
//   inner()                         P
namespace wrapup::testing::detail {

using wrapup::detail::NotifierOf;

template <class P, class Self>
class DropMembers {
public:
    using Identifier = typename P::Identifier;

    std::error_code drop(const Identifier& id) noexcept {
        return static_cast<Self*>(this)->request(
            Operation::drop, id, [&](P& p) { return wrapup::detail::refusal([&] { return p.drop(id); }); });
    }
};
template <AcceptsReason P, class Self>
class DropMembers<P, Self> {
public:
    using Identifier = typename P::Identifier;
    using Reason = typename P::Reason;

    std::error_code drop(const Identifier& id) noexcept {
        return static_cast<Self*>(this)->request(
            Operation::drop, id, [&](P& p) { return wrapup::detail::refusal([&] { return p.drop(id); }); });
    }
    std::error_code drop(const Identifier& id, const Reason& reason) noexcept {
        return static_cast<Self*>(this)->request(
            Operation::drop, id, [&](P& p) { return wrapup::detail::refusal([&] { return p.drop(id, reason); }); });
    }
};

template <class P, class Self>
class CauseMember {};
template <ReportsCause P, class Self>
class CauseMember<P, Self> {
public:
    using Cause = typename P::Cause;
};

template <class P, class Self>
class WatchMember {};
template <Notifies P, class Self>
class WatchMember<P, Self> {
public:
    void watch(const typename P::Identifier& id, NotifierOf<P> notifier) noexcept {
        static_cast<Self*>(this)->bind(id, std::move(notifier));
    }
};

template <class P, class Self>
class AbortMember {};
template <Aborts P, class Self>
class AbortMember<P, Self> {
public:
    std::error_code abort(const typename P::Identifier& id) noexcept {
        return static_cast<Self*>(this)->request(
            Operation::abort, id, [&](P& p) { return wrapup::detail::refusal([&] { return p.abort(id); }); });
    }
};

template <class P, class Self>
class SnapshotMember {};
template <Snapshots P, class Self>
class SnapshotMember<P, Self> {
public:
    auto snapshot(const typename P::Identifier& id) noexcept {
        return static_cast<Self*>(this)->look(id, [&](P& p) { return p.snapshot(id); });
    }
};

template <class P, class Self>
class NowMember {};
template <Timed P, class Self>
class NowMember<P, Self> {
public:
    [[nodiscard]] auto now() const noexcept { return static_cast<const Self*>(this)->inner().now(); }
};

template <class P, class Self>
class WaitMember {};
template <Waits P, class Self>
class WaitMember<P, Self> {
public:
    template <class Done>
    void wait(const typename wrapup::detail::TimePointOf<P>::type& deadline, Done done) noexcept {
        static_cast<Self*>(this)->inner().wait(deadline, done);
    }
};

template <class P, class Self>
class TraceMember {};
template <Traces P, class Self>
class TraceMember<P, Self> {
public:
    void trace(const Transition& transition) noexcept { static_cast<Self*>(this)->inner().trace(transition); }
};

template <class P, class Self>
class AllocateMember {};
template <Allocates P, class Self>
class AllocateMember<P, Self> {
public:
    void* allocate(std::size_t size, std::size_t alignment) noexcept {
        return static_cast<Self*>(this)->inner().allocate(size, alignment);
    }
    void free(void* memory, std::size_t size, std::size_t alignment) noexcept {
        static_cast<Self*>(this)->inner().free(memory, size, alignment);
    }
};

} // namespace wrapup::testing::detail
