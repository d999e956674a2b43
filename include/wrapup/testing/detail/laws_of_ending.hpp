// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/origin.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/testing/detail/inspection.hpp>

#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

// How sessions end, and what is said of it.
namespace wrapup::testing::detail::laws {

template <class I>
using ProviderOf = typename I::P;
template <class I>
using BenchOf = std::remove_reference_t<decltype(std::declval<I&>().bench())>;

inline Verdict needs_notices() { return not_applicable("the provider does not notify"); }
inline Verdict needs_end() { return not_applicable("the bench cannot make the other side end a session (`end`)"); }

template <class I>
Verdict begin_live(I& i) {
    const auto before = i.alive();
    auto subject = i.begin();
    if (subject.error) return broken("it was refused: " + subject.error.message());
    i.settle();
    if (!I::is_live(subject)) return broken(std::string("it is ") + to_string(subject.session.phase()));
    if (i.alive() != before + 1) return broken("it is not counted among the identifiers that are alive");
    return holds();
}

template <class I>
Verdict drop_ends(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>)
        return not_applicable("without notices, a drop that is accepted is the end");
    auto subject = i.begin();
    if (!I::is_live(subject)) return I::no_session(subject);
    if (const auto refused = subject.session.drop()) return not_applicable("it was refused: " + refused.message());
    if (!i.eventually([&] { return I::is_over(subject); })) return broken("it was not over " + i.in_time());
    return holds();
}

template <class I>
Verdict drop_is_ours(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) return needs_notices();
    if (i.was_broken("drop.ends")) return not_applicable("needs drop.ends");
    auto subject = i.begin();
    if (!I::is_live(subject)) return I::no_session(subject);
    if (subject.session.drop() || !i.eventually([&] { return I::is_over(subject); }))
        return not_applicable("needs drop.ends");
    const auto* termination = subject.session.termination();
    if (termination->origin != Origin::user)
        return broken(std::string("its origin is ") + to_string(termination->origin));
    if (termination->contested) return broken("it is contested");
    return holds();
}

// Checks a session that ends by our drop, and one that the other side ends. `check` is given what makes the end.
template <class I, class Check>
Verdict ended_both_ways(I& i, Check check) {
    [[maybe_unused]] const auto before = i.alive();
    Verdict dropped = i.was_broken("drop.ends") ? not_applicable("needs drop.ends")
                                                : check([](auto& subject) { subject.session.drop(); });
    if constexpr (Notifies<ProviderOf<I>> && Ends<BenchOf<I>>) {
        if (dropped.outcome == Outcome::broken || i.was_broken("remote.reported")) return dropped;
        // What was ended may be given back on another thread: it is not to be counted with what comes now.
        if (dropped.outcome == Outcome::holds) static_cast<void>(i.eventually([&] { return i.alive() == before; }));
        Verdict ended = check([&i](auto& subject) { i.bench().end(subject.session.id()); });
        return ended.outcome == Outcome::not_applicable ? dropped : ended;
    } else {
        return dropped;
    }
}

template <class I>
Verdict end_reported_once(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) return needs_notices();
    return ended_both_ways(i, [&i](auto end) {
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        end(subject);
        if (!i.eventually([&] { return I::is_over(subject); })) return I::not_ended();
        i.settle();
        if (const auto n = subject.log->repeated_ends())
            return broken("reported again " + std::to_string(n) + " times, by the same thread");
        return holds();
    });
}

template <class I>
Verdict drop_refused(I& i) {
    if constexpr (!BeginsRefusing<BenchOf<I>>) {
        return not_applicable("the bench cannot begin a session whose drop is refused (`begin_refusing`)");
    } else {
        auto subject = i.begin([&i](auto begin) { return i.bench().begin_refusing(begin); });
        if (!I::is_live(subject)) return I::no_session(subject);
        const auto alive = i.alive();
        if (!I::with(subject, [](auto& provider, const auto& id) { return I::drop(provider, id); }))
            return not_applicable("the drop was not refused");
        i.settle();
        if (!I::is_live(subject)) return broken(std::string("it is ") + to_string(subject.session.phase()));
        if (i.alive() != alive) return broken("the number of identifiers that are alive has changed");
        if (!i.end(subject)) return broken("it could not be ended afterwards");
        return holds();
    }
}

template <class I>
Verdict drop_again(I& i) {
    auto subject = i.begin();
    if (!I::is_live(subject)) return I::no_session(subject);
    const auto drop = [](auto& provider, const auto& id) { return I::drop(provider, id); };
    const auto alive = i.alive();
    if constexpr (Notifies<ProviderOf<I>>) {
        // One that is under way, beside an end that comes from elsewhere meanwhile, and one that comes too late.
        subject.session.drop();
        const auto under_way = i.alive();
        static_cast<void>(I::with(subject, drop));
        i.settle();
        if (!I::is_over(subject) && !i.end(subject)) return I::not_ended();
        if (i.alive() < under_way) return broken("it gave the identifier back while the first was under way");
    } else if (!i.end(subject)) {
        return I::not_ended();
    }
    const auto over = i.alive();
    static_cast<void>(I::with(subject, drop));
    i.settle();
    if (subject.session.phase() != Phase::terminated)
        return broken(std::string("after a drop that came too late it is ") + to_string(subject.session.phase()));
    if (i.alive() != over) return broken("the number of identifiers that are alive has changed");
    subject.session.release();
    if (!i.eventually([&] { return i.alive() < alive; })) return broken("the identifier is not freed afterwards");
    return holds();
}

template <class I>
Verdict disconnect_ends(I& i) {
    using P = ProviderOf<I>;
    if constexpr (!AcceptsReason<P>) {
        return not_applicable("the provider takes no reason");
    } else if constexpr (!Notifies<P>) {
        return not_applicable("without notices, a drop that is accepted is the end");
    } else if constexpr (!GivesReason<BenchOf<I>> && !std::is_default_constructible_v<typename P::Reason>) {
        return not_applicable("the bench gives no reason (`reason`)");
    } else {
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        std::error_code refused;
        if constexpr (GivesReason<BenchOf<I>>) refused = subject.session.disconnect(i.bench().reason());
        else refused = subject.session.disconnect(typename P::Reason{});
        if (refused) return not_applicable("it was refused: " + refused.message());
        if (!i.eventually([&] { return I::is_over(subject); })) return broken("it was not over " + i.in_time());
        return holds();
    }
}

template <class I>
Verdict abort_ends(I& i) {
    using P = ProviderOf<I>;
    if constexpr (!Aborts<P>) {
        return not_applicable("the provider does not abort");
    } else if constexpr (!Notifies<P>) {
        return not_applicable("without notices, an abort that is accepted is the end");
    } else {
        auto subject = i.begin([&i](auto begin) {
            if constexpr (BeginsHanging<BenchOf<I>>) return i.bench().begin_hanging(begin);
            else return i.bench().begin(begin);
        });
        if (!I::is_live(subject)) return I::no_session(subject);
        if constexpr (BeginsHanging<BenchOf<I>>) subject.session.drop();
        if (const auto refused = subject.session.abort()) return not_applicable("it was refused: " + refused.message());
        if (!i.eventually([&] { return I::is_over(subject); })) return broken("it was not over " + i.in_time());
        return holds();
    }
}

// A session that the other side has ended: begun by `begin`, or adopted when it was over.
template <class I, class Judge>
Verdict ended_remotely(I& i, Judge judge) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else if constexpr (!Ends<BenchOf<I>>) {
        return needs_end();
    } else {
        if (i.was_broken("remote.reported")) return not_applicable("needs remote.reported");
        auto subject = i.begin();
        if (!I::is_live(subject)) return I::no_session(subject);
        i.bench().end(subject.session.id());
        const bool over = i.eventually([&] { return I::is_over(subject); });
        return judge(over, subject);
    }
}

template <class I>
Verdict remote_reported(I& i) {
    return ended_remotely(i,
                          [&i](bool over, auto&) { return over ? holds() : broken("it was not over " + i.in_time()); });
}

template <class I>
Verdict remote_origin(I& i) {
    return ended_remotely(i, [](bool over, auto& subject) {
        if (!over) return not_applicable("needs remote.reported");
        const Origin origin = subject.session.termination()->origin;
        return origin == Origin::remote ? holds() : broken(std::string("its origin is ") + to_string(origin));
    });
}

template <class I>
Verdict remote_cause(I& i) {
    if constexpr (!ReportsCause<ProviderOf<I>>) {
        return not_applicable("the provider reports no causes");
    } else {
        return ended_remotely(i, [](bool over, auto& subject) {
            if (!over) return not_applicable("needs remote.reported");
            return subject.session.termination()->cause ? holds() : broken("there is none");
        });
    }
}

template <class I>
Verdict watch_level_triggered(I& i) {
    if constexpr (!Notifies<ProviderOf<I>>) {
        return needs_notices();
    } else if constexpr (!Ends<BenchOf<I>>) {
        return needs_end();
    } else if constexpr (!Adopts<BenchOf<I>>) {
        return not_applicable("the bench has no sessions that nobody watches (`adoptable`, `provider`)");
    } else {
        const typename I::Identifier id = i.bench().adoptable();
        i.bench().end(id);
        i.settle();
        auto subject = i.adopt(id);
        if (!i.eventually([&] { return I::is_over(subject); })) return broken("it was not heard of " + i.in_time());
        return holds();
    }
}

} // namespace wrapup::testing::detail::laws
