// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/origin.hpp>
#include <wrapup/phase.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/testing/detail/inspection.hpp>
#include <wrapup/testing/detail/laws_of_ending.hpp>
#include <wrapup/testing/detail/laws_of_identifiers.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

// What a service owes when it loses identifiers, and what a provider's clock does.
namespace wrapup::testing::detail::laws {

inline Verdict needs_loss() { return not_applicable("the bench cannot lose a session (`lose`)"); }

template <class I>
Verdict lost_reported(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else if constexpr (!Loses<BenchOf<I>>) {
        return needs_loss();
    } else {
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        i.bench().lose(subject.session.id());
        if (!i.eventually([&] { return I::is_over(subject); })) return broken("it was not over " + i.in_time());
        if (subject.session.phase() != Phase::released)
            return broken("it was reported as an end that leaves the identifier valid");
        const Origin origin = subject.session.termination()->origin;
        return origin == Origin::service ? holds() : broken(std::string("its origin is ") + to_string(origin));
    }
}

template <class I>
Verdict lost_survived(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else if constexpr (!Loses<BenchOf<I>>) {
        return needs_loss();
    } else {
        const auto before = i.alive();
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        const typename I::Identifier id = subject.session.id();
        auto& provider = I::provider_of(subject);
        i.bench().lose(id);
        // As calls that were in progress.
        i.ask_everything(provider, id);
        static_cast<void>(I::drop(provider, id));
        if constexpr (Aborts<ProviderOf<I>>) static_cast<void>(I::abort(provider, id));
        subject.session.release();
        i.settle();
        if (i.alive() != before) return broken(of(i.alive(), before));
        return holds();
    }
}

template <class I>
Verdict service_goes(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else if constexpr (!Closes<BenchOf<I>>) {
        return not_applicable("the bench cannot end the service (`close`)");
    } else {
        auto live = i.begin(), over = i.begin();
        if (!I::is_live(live)) return I::no_session(live);
        if (!I::is_live(over)) return I::no_session(over);
        if (!i.end(over)) return I::not_ended();
        i.bench().close();
        // It has happened by now: there is nobody left who could say it later.
        if (!I::is_over(live)) return broken("a live session has not heard of it");
        if (live.session.phase() != Phase::released) return broken("a live session keeps an identifier that is void");
        if (over.session.phase() != Phase::released) return broken("an ended session keeps an identifier that is void");
        return holds();
    }
}

// One thread has come as far as the provider's `deallocate` when another one ends the service: that has to wait for it. Or it
// leaves behind what is used, which the bench says by its `excuse`.
template <class I>
Verdict service_lets_finish(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else if constexpr (!Closes<BenchOf<I>>) {
        return not_applicable("the bench cannot end the service (`close`)");
    } else {
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        if (!i.end(subject)) return I::not_ended();
        std::atomic<bool> begun{false}, closing{false}, gone{false}, too_late{false};
        subject.log->on_deallocate = [&] {
            begun = true;
            while (!closing) std::this_thread::yield();
            for (int n = 0; n < 200 && !gone; ++n) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            too_late = gone.load();
            return !too_late;
        };
        std::thread releases([&subject] { subject.session.release(); });
        while (!begun) std::this_thread::yield();
        closing = true;
        i.bench().close();
        gone = true;
        releases.join();
        return too_late ? broken("it was gone before the deallocation had reached it") : holds();
    }
}

template <class I>
Verdict clock_monotone(I& i) {
    using P = ProviderOf<I>;
    if constexpr (!Timed<P>) {
        return not_applicable("the provider has no clock");
    } else if constexpr (!requires(const P& p) { static_cast<bool>(p.now() < p.now()); }) {
        return not_applicable("its points in time have no order");
    } else {
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        const auto now = [&] { return I::with(subject, [](const P& p, const auto&) { return p.now(); }); };
        auto before = now();
        for (int n = 0; n < 100; ++n) {
            const auto next = now();
            if (next < before) return broken("it went back");
            before = next;
            if (n % 20 == 0) i.settle();
        }
        return holds();
    }
}

// Says so when a wait has taken too long. The wait looks at it, and comes back if it does that at least.
class Watchdog {
public:
    explicit Watchdog(std::chrono::milliseconds limit)
        : thread_([this, limit] {
              std::unique_lock lock(mutex_);
              if (!changed_.wait_until(lock, std::chrono::steady_clock::now() + limit, [this] { return stop_; }))
                  barked_ = true;
          }) {}
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog() {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    [[nodiscard]] bool barked() const noexcept { return barked_; }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<bool> barked_{false};
    bool stop_ = false;
    std::thread thread_;
};

template <class I>
Verdict wait_deadline(I& i) {
    using P = ProviderOf<I>;
    if constexpr (!Waits<P>) {
        return not_applicable("the provider does not wait");
    } else {
        if (i.was_broken("clock.monotone")) return not_applicable("needs clock.monotone");
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        return I::with(subject, [&i](P& provider, const auto&) {
            const Watchdog watchdog(i.limit());
            const auto deadline = provider.now() + std::chrono::milliseconds(20);
            provider.wait(deadline, [&watchdog]() noexcept { return watchdog.barked(); });
            if (watchdog.barked()) return broken("it did not return " + i.in_time());
            return provider.now() < deadline ? broken("it returned before") : holds();
        });
    }
}

template <class I>
Verdict wait_done(I& i) {
    using P = ProviderOf<I>;
    if constexpr (!Waits<P>) {
        return not_applicable("the provider does not wait");
    } else {
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        return I::with(subject, [&i](P& provider, const auto&) {
            const auto deadline = provider.now() + 2 * i.limit();
            const Watchdog watchdog(i.limit());
            provider.wait(deadline, []() noexcept { return true; });
            if (watchdog.barked()) return broken("it did not return " + i.in_time());
            return provider.now() < deadline ? holds() : broken("it returned at the deadline");
        });
    }
}

} // namespace wrapup::testing::detail::laws
