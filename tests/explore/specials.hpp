// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/word_mutex.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "explore/line.hpp"
#include "explore/world.hpp"

#include <functional>
#include <new>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

// The races that are not between two who have the session already: beginnings, the table of identifiers, the mutex, limits.
namespace scenarios {

struct Special {
    const char* name;
    void (*play)();
    ex::Weather weather{};
    const char* fails_with = nullptr; // what is wrong by design, and must be seen
};

// Another thread that has got the notifier tells it something while the session begins.
template <class L>
struct Beginnings {
    using B = typename L::Backend;
    using Call = wrapup::Session<L>;
    template <class T>
    using Atomic = typename B::template Atomic<T>;

    template <class Say>
    static void beginning(bool adopted, Say say) {
        typename L::Served service({.whims = adopted ? 0u : 1u, .faults = 1, .can_be_lost = true, .delivers = true});
        Atomic<int> handed{0};
        const auto hand = [&] {
            handed.store(1, B::release);
            handed.notify_all();
        };
        (adopted ? service.in_watch : service.in_open) = hand;
        // A call that calls back has another session begin and end.
        if constexpr (fails<L>) {
            service.faults.on_call_back = [](auto, const Number&) {
                Service<B> other;
                wrapup::Session<Line<B>> session{Number(the_identifier), Line<B>(&other)};
                session.drop();
                other.notifier.terminated();
            };
        }
        std::optional<Call> call;
        std::error_code error;
        ex::run(ex::Thread("owner",
                           [&] {
                               if (adopted) call.emplace(Number(the_identifier), L(&service));
                               else call.emplace(Call::open(error, L(&service)));
                               if (error) ex::check(!*call, "a session that was not opened is empty");
                               if constexpr (fails<L>) {
                                   service.deliver();
                                   hand(); // what may never have been
                               }
                           }),
                ex::Thread("service", [&] {
                    handed.wait(0, B::acquire);
                    say(service);
                }));
        service.end();
        if (!error) service.notifier.terminated();
        ex::check(error || call->termination(), "the session is over");
        ex::check(!error || !call->termination(), "what never was is not over");
        service.notifier = {};
        const bool counted = !error && call->termination()->statistics.has_value();
        call.reset();
        ex::check(service.deallocations <= (error ? 0 : 1), "what was not opened is not deallocated");
        ex::check(error || !counted || service.voided || service.deallocations == 1, "it is deallocated once");
    }

    template <void (*say)(Service<B>&)>
    static void opened() {
        beginning(false, say);
    }
    template <void (*say)(Service<B>&)>
    static void adopted() {
        beginning(true, say);
    }
    static void says_terminated(Service<B>& s) { s.notifier.terminated(Origin::remote, Number(of_the_remote)); }
    static void says_terminating(Service<B>& s) { s.notifier.terminating(Number(of_the_remote)); }
    static void says_lost(Service<B>& s) { s.voided = !s.notifier.lost(Number(of_the_service)); }
    static void says_refused(Service<B>& s) { s.notifier.refused(refusal); }
    static void says_both(Service<B>& s) {
        s.notifier.terminating(Origin::remote);
        s.notifier.terminated(Number(of_the_remote));
    }
    static void dies(Service<B>& s) { s.notifier = {}; }

    static std::span<const Special> all() {
        static constexpr Special beginnings[] = {
            {"opening + terminated", &opened<says_terminated>},
            {"opening + terminating", &opened<says_terminating>},
            {"opening + terminating_then_terminated", &opened<says_both>},
            {"opening + lost", &opened<says_lost>},
            {"opening + refused", &opened<says_refused>},
            {"opening + notifier_gone", &opened<dies>},
            {"adopting + terminated", &adopted<says_terminated>},
            {"adopting + terminating_then_terminated", &adopted<says_both>},
            {"adopting + lost", &adopted<says_lost>},
            {"adopting + notifier_gone", &adopted<dies>},
        };
        return beginnings;
    }
};

template <class B>
struct Specials {
    using L = Line<B>;
    using Call = wrapup::Session<L>;
    template <class T>
    using Atomic = typename B::template Atomic<T>;
    using Notifier = wrapup::Notifier<Number, B>;
    using Table = wrapup::NotifierTable<int, Number, std::hash<int>, B>;

    // There is no memory for the block: nothing is asked of the service, or what was adopted is dropped and given back.
    static void no_memory_to_open() {
        Service<B> service;
        std::error_code error;
        {
            const auto call = Call::open(error, L(&service));
            ex::check(static_cast<bool>(call) != static_cast<bool>(error), "a session, or why there is none");
            ex::check(!error || (error == std::errc::not_enough_memory && !service.notifier), "nobody was asked");
        }
        if (!error) service.notifier.terminated();
        ex::check(service.deallocations == (error ? 0 : 1), "it is deallocated once, if it was opened");
    }
    static void no_memory_to_adopt() {
        Service<B> service;
        service.whims = 1;
        try {
            const Call call{Number(the_identifier), L(&service)};
            service.notifier.terminated();
        } catch (const std::bad_alloc&) {
            ex::check(service.drops == 1 && !service.notifier, "it was dropped, and not watched");
        }
        ex::check(service.deallocations == 1, "it is deallocated once");
    }

    // An event for a native identifier comes while the identifier is taken out, freed and given to the next session.
    static void table_reuses() {
        Service<B> first, second;
        Table table;
        std::optional<Call> old(std::in_place, Number(the_identifier), L(&first));
        std::optional<Call> next(std::in_place, Number(the_identifier), L(&second));
        table.bind(table.reserve(), 7, std::move(first.notifier));
        auto place = table.reserve();
        Atomic<int> freed{0};
        ex::run(ex::Thread("events",
                           [&] {
                               table.notify(7, [&](const Notifier& notifier) {
                                   notifier.terminated(Origin::remote, Number(of_the_remote));
                               });
                               // The event that introduces the next one is behind it, on the same thread.
                               freed.wait(0, B::acquire);
                               table.bind(std::move(place), 7, std::move(second.notifier));
                           }),
                ex::Thread("owner", [&] {
                    const auto notifier = table.remove(7);
                    ex::check(static_cast<bool>(notifier), "it was bound");
                    old.reset();
                    notifier.terminated(Number(of_an_answer));
                    freed.store(1, B::release);
                    freed.notify_one();
                }));
        ex::check(next->phase() == Phase::active, "a late event does not find the next session");
        ex::check(first.deallocations == 1, "the first is deallocated once");
        ex::check(table.size() == 1 && table.outstanding().size() == 1, "the second is bound");
        next->drop();
        auto last = table.remove(7);
        last.terminated();
        next.reset();
        ex::check(second.deallocations == 1, "the second is deallocated once");
    }
    // Two events for one identifier, and its session is released: whoever comes last frees the block.
    static void table_events_and_release() {
        Service<B> service;
        Table table;
        std::optional<Call> call(std::in_place, Number(the_identifier), L(&service));
        table.bind(table.reserve(), 7, std::move(service.notifier));
        ex::run(
            ex::Thread("events", [&] { table.notify(7, [&](const Notifier& notifier) { notifier.terminated(); }); }),
            ex::Thread("owner", [&] { call.reset(); }),
            ex::Thread("service", [&] { const auto last = table.remove(7); }));
        ex::check(service.deallocations <= 1, "it is deallocated once at most");
    }
    // An event for an identifier that is taken out, whose notifier dies: what the event says is said, or else that it is lost.
    static void table_event_and_removal() {
        Service<B> service;
        service.can_be_lost = true;
        Table table;
        std::optional<Call> call(std::in_place, Number(the_identifier), L(&service));
        table.bind(table.reserve(), 7, std::move(service.notifier));
        ex::run(ex::Thread("events",
                           [&] {
                               table.notify(7, [&](const Notifier& notifier) {
                                   notifier.terminated(Origin::remote, Number(of_the_remote));
                               });
                           }),
                ex::Thread("service", [&] { const auto last = table.remove(7); }));
        const bool is_lost = call->phase() == Phase::released;
        ex::check(is_lost || call->phase() == Phase::terminated, "it is over");
        ex::check(call->termination()->origin == (is_lost ? Origin::service : Origin::remote),
                  "what was said first stands");
        call.reset();
        ex::check(service.deallocations == (is_lost ? 0 : 1), "it is deallocated once, unless it is lost");
    }
    // A table that goes says that what is left in it is lost.
    static void table_goes() {
        Service<B> service;
        service.can_be_lost = true;
        Call call{Number(the_identifier), L(&service)};
        const wrapup::Monitor<L> monitor(call);
        {
            Table table;
            table.bind(table.reserve(), 7, std::move(service.notifier));
            const auto unused = table.reserve();
            ex::run(ex::Thread("user", [&] { call.drop(); }), ex::Thread("other", [&] { (void)table.size(); }));
        }
        ex::check(monitor.termination() && monitor.termination()->origin == Origin::user, "the request stood");
        ex::check(monitor.phase() == Phase::released && service.deallocations == 0, "it is lost");
    }

    // A callback is taken back while the session ends, when nobody else looks at that: whoever comes last frees the block.
    static void last_callback() {
        Service<B> service;
        std::optional<Call> call(std::in_place, Number(the_identifier), L(&service));
        Number calls = 0;
        const auto count = [&] { ++calls; };
        std::optional<wrapup::TerminationCallback<L, decltype(count)>> callback(std::in_place, *call, count);
        call.reset();
        ex::run(ex::Thread("observer", [&] { callback.reset(); }), ex::Thread("service", [&] {
                    service.notifier.terminated();
                    service.notifier = {};
                }));
        ex::check(calls.get() <= 1, "it is called once at most");
        ex::check(service.deallocations == 1, "it is deallocated once");
    }

    // A callback waits for somebody who waits for the session, and has come later.
    static void callback_waits_for_waiter() {
        Service<B> service;
        Call call{Number(the_identifier), L(&service)};
        Atomic<int> woken{0};
        const auto join = [&] { woken.wait(0, B::acquire); };
        const wrapup::TerminationCallback<L, decltype(join)> callback(call, join);
        ex::run(ex::Thread("waiter",
                           [&] {
                               wrapup::wait(call);
                               woken.store(1, B::release);
                               woken.notify_one();
                           }),
                ex::Thread("service", [&] { service.notifier.terminated(); }));
        ex::check(call.phase() == Phase::terminated, "it is over");
    }

    // The mutex that ships, with what it guards.
    template <unsigned threads>
    static void word_mutex() {
        wrapup::detail::WordMutex<B> mutex;
        Number guarded = 0;
        const auto add = [&] {
            mutex.lock();
            ++guarded;
            mutex.unlock();
        };
        if constexpr (threads == 2) ex::run(ex::Thread("a", add), ex::Thread("b", add));
        else ex::run(ex::Thread("a", add), ex::Thread("b", add), ex::Thread("c", add));
        ex::check(guarded.get() == static_cast<int>(threads), "nobody was in it beside another");
    }
    static void word_mutex_twice() {
        wrapup::detail::WordMutex<B> mutex;
        Number guarded = 0;
        const auto add_twice = [&] {
            for (int i = 0; i < 2; ++i) {
                mutex.lock();
                ++guarded;
                mutex.unlock();
            }
        };
        ex::run(ex::Thread("a", add_twice), ex::Thread("b", add_twice));
        ex::check(guarded.get() == 4, "nobody was in it beside another");
    }

    // Leases up to the limit, and one more: it is refused, and the identifier is given back when the last one goes.
    static void lease_limit() {
        Service<B> service;
        std::optional<Call> call(std::in_place, Number(the_identifier), L(&service));
        const wrapup::Monitor<L> monitor(*call);
        std::error_code error;
        wrapup::Lease<L> leases[B::max_leases - 1];
        for (auto& lease : leases) lease = monitor.lease(error);
        const auto take = [&] {
            std::error_code why;
            const auto lease = monitor.lease(why);
            ex::check(lease ? !why : why == wrapup::errc::too_many_leases, "a lease, or why there is none");
        };
        ex::run(ex::Thread("a", take), ex::Thread("b", take),
                ex::Thread("service", [&] { service.notifier.terminated(); }));
        call.reset();
        ex::check(service.deallocations == 0 && monitor.phase() == Phase::terminated, "the leases hold it");
        for (auto& lease : leases) lease = {};
        ex::check(service.deallocations == 1 && monitor.phase() == Phase::released, "the last one has given it back");
    }
    // So many references that they are not counted any more: the block is never freed.
    static void reference_limit() {
        Service<B> service;
        std::optional<Call> call(std::in_place, Number(the_identifier), L(&service));
        std::optional<wrapup::Monitor<L>> monitors[B::max_references + 2];
        for (auto& monitor : monitors) monitor.emplace(*call);
        ex::run(ex::Thread("a", [&] { monitors[0].reset(); }), ex::Thread("b", [&] { monitors[1].reset(); }),
                ex::Thread("service", [&] { service.notifier.terminated(); }));
        call.reset();
        ex::check(service.deallocations == 1, "the identifier is given back all the same");
        for (auto& monitor : monitors) {
            ex::check(!monitor || monitor->phase() == Phase::released, "what a monitor looks at is there");
            monitor.reset();
        }
        service.notifier = {};
    }

    // What a callback has used may go when it has been removed.
    static void callback_uses_memory() {
        Service<B> service;
        std::optional<Call> call(std::in_place, Number(the_identifier), L(&service));
        std::optional<Number> memory(0);
        const auto use = [&] { *memory = 1; };
        std::optional<wrapup::TerminationCallback<L, decltype(use)>> callback;
        callback.emplace(*call, use);
        ex::run(ex::Thread("service", [&] { service.notifier.terminated(); }), ex::Thread("user", [&] {
                    callback.reset();
                    memory.reset();
                }));
        call.reset();
        service.notifier = {};
    }

    // A drop that comes too late, though it did not when it began: it is traced, and says that there is no session any more.
    template <class Meanwhile>
    static void traced_drop(Meanwhile meanwhile) {
        Service<B> service;
        std::optional<wrapup::Session<TracingLine<B>>> call(std::in_place, Number(the_identifier),
                                                            TracingLine<B>(&service));
        std::error_code answer;
        ex::run(ex::Thread("user", [&] { answer = call->drop(); }),
                ex::Thread("other", [&] { meanwhile(service, *call); }));
        ex::check(service.requests == 1, "a drop is traced");
        service.notifier.terminated();
        const bool is_ours = call->termination()->origin == Origin::user;
        const bool is_released = answer == wrapup::errc::released;
        ex::check(!(is_ours && answer), "what has ended the session was accepted");
        ex::check(is_released == (call->phase() == Phase::released && !is_ours), "and what found none was not");
        service.notifier = {};
        call.reset();
    }
    static void drop_traced_beside_the_end() {
        traced_drop([](Service<B>& s, auto&) { s.notifier.terminated(Origin::remote, Number(of_the_remote)); });
    }
    static void drop_traced_beside_the_release() {
        traced_drop([](Service<B>&, auto& call) { call.release(); });
    }

    static std::span<const Special> all() {
        static constexpr Special specials[] = {
            {"terminated + callback_removed, and what it has used", &callback_uses_memory, {.stale_reads = true}},
            {"drop, traced + terminated", &drop_traced_beside_the_end},
            {"drop, traced + release", &drop_traced_beside_the_release},
            {"opening without memory", &no_memory_to_open, {.failing_allocations = 1}},
            {"adopting without memory", &no_memory_to_adopt, {.failing_allocations = 1}},
            {"table: an event + a native identifier that is reused", &table_reuses},
            {"table: an event + destroy + removal", &table_events_and_release},
            {"table: an event + removal", &table_event_and_removal},
            {"table: it goes", &table_goes},
            {"callback_removed + terminated, and nobody else", &last_callback},
            {"wait + a callback that waits for it", &callback_waits_for_waiter},
            {"mutex: 2 threads", &word_mutex<2>},
            {"mutex: 2 threads, twice", &word_mutex_twice},
            {"mutex: 3 threads", &word_mutex<3>},
            {"leases up to the limit + terminated", &lease_limit},
            {"references past the limit + terminated", &reference_limit, {}, "leak: 1 allocation(s) are left"},
        };
        return specials;
    }
};

} // namespace scenarios
