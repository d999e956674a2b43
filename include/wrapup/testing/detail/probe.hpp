// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/phase.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/session.hpp>
#include <wrapup/testing/detail/decorator.hpp>
#include <wrapup/transition.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace wrapup::testing::detail {

// What became of one session.
class Log {
public:
    std::function<bool()> on_deallocate; // whether the provider is to hear of it; set while nothing happens

    void add(const Transition& transition) {
        if (transition.to >= Phase::terminated && !transition.refusal) {
            const std::lock_guard lock(mutex_);
            const unsigned thread = this_thread();
            if (std::find(reporters_.begin(), reporters_.end(), thread) == reporters_.end())
                reporters_.push_back(thread);
            else if (transition.superseded) ++repeated_ends_;
        }
        if (transition.superseded || transition.from == Phase::terminated || transition.to < Phase::terminated) return;
        const std::lock_guard lock(when_over_mutex_);
        if (when_over_) when_over_(transition);
    }

    // Does something inside the notice of the end, once, for as long as this object lives: the destructor waits for it.
    class WhenOver {
    public:
        WhenOver(Log& log, std::function<void(const Transition&)> f) : log_(log) { log_.set(std::move(f)); }
        WhenOver(const WhenOver&) = delete;
        WhenOver& operator=(const WhenOver&) = delete;
        ~WhenOver() { log_.set(nullptr); }

    private:
        Log& log_;
    };

    // How many notices there were of an end that the same thread had reported before.
    [[nodiscard]] int repeated_ends() const {
        const std::lock_guard lock(mutex_);
        return repeated_ends_;
    }

    std::atomic<int> deallocations{0};

private:
    void set(std::function<void(const Transition&)> f) {
        const std::lock_guard lock(when_over_mutex_);
        when_over_ = std::move(f);
    }

    mutable std::mutex mutex_;
    // A number that no other thread ever has; an identifier is used again when its thread is gone.
    static unsigned this_thread() noexcept {
        static std::atomic<unsigned> threads{0};
        thread_local const unsigned number = ++threads;
        return number;
    }

    std::vector<unsigned> reporters_; // of the end
    int repeated_ends_ = 0;
    std::mutex when_over_mutex_;
    std::function<void(const Transition&)> when_over_;
};

// Wraps the provider under test. It hears of all transitions, and so of notices that come twice, which the library itself
// would hide. It takes no snapshots, so that nothing but `deallocate` reaches the provider from inside a notice, unless a
// check does it: a provider that holds a lock there would never come back.
template <class P>
class Probe : public CauseMember<P, Probe<P>>,
              public DropMembers<P, Probe<P>>,
              public WatchMember<P, Probe<P>>,
              public AbortMember<P, Probe<P>> {
public:
    using Identifier = typename P::Identifier;

    Probe(P provider, Log& log) noexcept : inner_(std::move(provider)), log_(&log) {}

    template <class... Args>
        requires(Notifies<P> && Opens<P, Args...>)
    Identifier open(std::error_code& error, NotifierOf<P> notifier, Args&&... args) {
        return inner_.open(error, std::move(notifier), std::forward<Args>(args)...);
    }
    template <class... Args>
        requires(!Notifies<P> && Opens<P, Args...>)
    Identifier open(std::error_code& error, Args&&... args) {
        return inner_.open(error, std::forward<Args>(args)...);
    }
    void deallocate(const Identifier& id) noexcept {
        ++log_->deallocations;
        if (!log_->on_deallocate || log_->on_deallocate()) inner_.deallocate(id);
    }
    void trace(const Transition& transition) noexcept { log_->add(transition); }

    [[nodiscard]] P& inner() noexcept { return inner_; }

    // ---- for the members that it inherits

    template <class Call>
    std::error_code request(Operation, const Identifier&, Call call) noexcept {
        return call(inner_);
    }
    void bind(const Identifier& id, NotifierOf<P> notifier) noexcept { inner_.watch(id, std::move(notifier)); }

private:
    [[no_unique_address]] P inner_;
    Log* log_;
};

} // namespace wrapup::testing::detail
