// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/phase.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/testing/detail/inspection.hpp>
#include <wrapup/testing/detail/laws_of_ending.hpp>
#include <wrapup/transition.hpp>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

// What becomes of identifiers.
namespace wrapup::testing::detail::laws {

inline std::string of(std::size_t number, std::size_t expected) {
    return std::to_string(number) + " are alive and not " + std::to_string(expected);
}

template <class I>
Verdict open_error(I& i) {
    if constexpr (!BeginsFailing<BenchOf<I>>) {
        return not_applicable("the bench cannot make an open fail (`begin_failing`)");
    } else {
        const auto before = i.alive();
        auto subject = i.begin([&i](auto begin) { return i.bench().begin_failing(begin); });
        if (!subject.error) return not_applicable("the open did not fail");
        i.settle();
        if (i.alive() != before) return broken(of(i.alive(), before));
        return holds();
    }
}

// It is counted, and answers, from its end on until it is given back.
template <class I>
Verdict outlives_the_end(I& i) {
    return ended_both_ways(i, [&i](auto end) {
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        const auto before = i.alive();
        end(subject);
        if (!i.eventually([&] { return I::is_over(subject); })) return I::not_ended();
        i.settle();
        if (i.alive() != before) return broken(of(i.alive(), before));
        bool answers = true;
        I::with(subject, [&](auto& provider, const auto& id) {
            i.ask_everything(provider, id);
            if constexpr (Asks<BenchOf<I>>) answers = i.bench().ask(provider, id);
        });
        return answers ? holds() : broken("the provider does not answer about it any more");
    });
}

template <class I>
Verdict deallocate_frees_one(I& i) {
    const auto before = i.alive();
    std::vector<typename I::Subject> subjects;
    for (std::size_t n = 0; n < 3; ++n) {
        subjects.push_back(i.begin());
        if (!I::is_live(subjects.back())) return I::no_session(subjects.back());
        if (i.alive() != before + n + 1) return not_applicable("needs begin.live: " + of(i.alive(), before + n + 1));
    }
    for (std::size_t n = 3; n > 0; --n) {
        if (!i.end(subjects[n - 1])) return I::not_ended();
        subjects[n - 1].session.release();
        if (!i.eventually([&] { return i.alive() <= before + n - 1; }))
            return broken("after a deallocation, " + of(i.alive(), before + n - 1));
        i.settle();
        if (i.alive() != before + n - 1) return broken("after a deallocation, " + of(i.alive(), before + n - 1));
    }
    return holds();
}

template <class I>
Verdict deallocate_any_thread(I& i) {
    const auto before = i.alive();
    auto subject = i.begin();
    if (!I::is_live(subject)) return I::no_session(subject);
    if (!i.end(subject)) return I::not_ended();
    std::thread([&subject] { subject.session.release(); }).join();
    if (!i.eventually([&] { return i.alive() == before; })) return broken(of(i.alive(), before));
    return holds();
}

template <class I>
Verdict deallocate_inside_notice(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else {
        if (i.was_broken("notice.no_lock")) return not_applicable("needs notice.no_lock");
        const auto before = i.alive();
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        std::atomic<bool> told{false};
        const Log::WhenOver when_over(*subject.log, [&](const Transition&) {
            subject.session.release();
            told = true;
        });
        if (!i.end(subject)) return I::not_ended();
        while (!told) std::this_thread::yield();
        if (!i.eventually([&] { return i.alive() == before; })) return broken(of(i.alive(), before));
        return holds();
    }
}

template <class I>
Verdict deallocate_unwatched(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else if constexpr (!Adopts<BenchOf<I>>) {
        return not_applicable("the bench has no sessions that nobody watches (`adoptable`, `provider`)");
    } else {
        const auto before = i.alive();
        const typename I::Identifier id = i.bench().adoptable();
        typename I::P provider = i.bench().provider();
        auto refused = I::drop(provider, id);
        if constexpr (Aborts<typename I::P>)
            if (refused) refused = I::abort(provider, id);
        provider.deallocate(id);
        if (!i.eventually([&] { return i.alive() == before; })) return broken(of(i.alive(), before));
        return holds();
    }
}

// The next one may have the same number, and hears nothing that was meant for the last.
template <class I>
Verdict identifier_reused(I& i) {
    for (int n = 0; n < 20; ++n) {
        auto former = i.begin();
        if (!I::is_live(former)) return I::no_session(former);
        if (!i.end(former)) return I::not_ended();
        former.session.release();
        auto next = i.begin();
        if (next.error) return I::no_session(next);
        i.settle();
        if (!I::is_live(next))
            return broken(std::string("a session that has just begun is ") + to_string(next.session.phase()));
        if (next.log->deallocations != 0) return broken("a session that has just begun was deallocated");
    }
    return holds();
}

} // namespace wrapup::testing::detail::laws
