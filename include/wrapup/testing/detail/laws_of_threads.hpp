// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/phase.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/testing/detail/inspection.hpp>
#include <wrapup/testing/detail/laws_of_ending.hpp>
#include <wrapup/testing/detail/laws_of_identifiers.hpp>
#include <wrapup/transition.hpp>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

// What several threads may do, and what may be done inside a notice.
namespace wrapup::testing::detail::laws {

template <class I>
void call_members(I& i, ProviderOf<I>& provider, const typename I::Identifier& id,
                  [[maybe_unused]] const Transition& transition) {
    i.ask_everything(provider, id);
    if constexpr (Traces<ProviderOf<I>>) provider.trace(transition);
    static_cast<void>(I::drop(provider, id));
    if constexpr (Aborts<ProviderOf<I>>) static_cast<void>(I::abort(provider, id));
}

// Inside the notice of an end, every member is called on another thread, and waited for: a lock that is held by the notice
// keeps them from returning, but not for longer than the notice takes.
template <class I>
Verdict notice_no_lock(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else {
        return ended_both_ways(i, [&i](auto end) {
            auto subject = i.begin(), other = i.begin();
            if (!I::is_live(subject)) return I::no_session(subject);
            if (!I::is_live(other)) return I::no_session(other);
            if (!i.end(other)) return I::not_ended();
            const typename I::Identifier id = subject.session.id();
            auto& provider = I::provider_of(subject);
            std::future<void> members;
            bool returned = true;
            std::atomic<bool> told{false};
            const Log::WhenOver when_over(*subject.log, [&](const Transition& transition) {
                members = std::async(std::launch::async, [&i, &provider, id, transition, &other] {
                    call_members(i, provider, id, transition);
                    other.session.release();
                });
                returned = members.wait_for(i.limit()) == std::future_status::ready;
                told = true;
            });
            end(subject);
            if (!i.eventually([&] { return I::is_over(subject); })) return I::not_ended();
            while (!told) std::this_thread::yield();
            members.wait();
            return returned ? holds() : broken("the provider's members did not return " + i.in_time());
        });
    }
}

template <class I>
Verdict members_concurrent(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return not_applicable("a session without notices is not thread-safe");
    } else {
        const auto before = i.alive();
        for (int round = 0; round < 20; ++round) {
            auto subject = i.begin();
            if (!I::is_live(subject)) return I::no_session(subject);
            // In every other round the end must come from what we have asked for.
            const bool also_remotely =
                Ends<BenchOf<I>> && !i.was_broken("remote.reported") && (round % 2 == 0 || i.was_broken("drop.ends"));
            std::atomic<int> ready{0}, verbs{0};
            std::atomic<bool> asked{false}, stop{false};
            std::vector<std::thread> threads;
            const auto run = [&](auto work) {
                ++verbs;
                threads.emplace_back([&ready, &asked, &verbs, work] {
                    ++ready;
                    while (!asked) std::this_thread::yield();
                    work();
                    --verbs;
                });
            };
            for (int n = 0; n < 2; ++n)
                threads.emplace_back([&] {
                    for (bool first = true; !stop; first = false) {
                        I::with(subject, [&](auto& provider, const auto& id) { i.ask_everything(provider, id); });
                        if (first) ++ready;
                    }
                });
            run([&] { subject.session.drop(); });
            if constexpr (Aborts<ProviderOf<I>>)
                if (!i.was_broken("abort.ends")) run([&] { subject.session.abort(); });
            if constexpr (Ends<BenchOf<I>>)
                if (also_remotely) run([&, id = subject.session.id()] { i.bench().end(id); });
            while (ready < static_cast<int>(threads.size())) std::this_thread::yield();
            asked = true;
            // A drop that finds an abort under way leaves the end to that, which may be refused: then the session is as it was.
            const auto withdrawn = [&] {
                return !also_remotely && verbs == 0 && subject.session.phase() == Phase::active;
            };
            bool over = i.eventually([&] { return I::is_over(subject) || withdrawn(); }) && I::is_over(subject);
            stop = true;
            for (auto& thread : threads) thread.join();
            if (!over && withdrawn()) {
                if (subject.session.drop()) return not_applicable("neither drop nor abort was accepted");
                over = i.eventually([&] { return I::is_over(subject); });
            }
            if (!over) return broken("a session that several threads ended was not over " + i.in_time());
        }
        if (!i.eventually([&] { return i.alive() == before; })) return broken(of(i.alive(), before));
        return holds();
    }
}

} // namespace wrapup::testing::detail::laws
