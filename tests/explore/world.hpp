// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "explore/line.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <tuple>

namespace scenarios {

inline constexpr std::size_t max_actors = 4;

// One session, what the actors of a scenario have of it, and what must be true of it whatever they do.
template <class Line>
class World {
public:
    using Backend = typename Line::Backend;
    using Call = wrapup::Session<Line>;
    using Termination = wrapup::Termination<Line>;
    using Callback = wrapup::TerminationCallback<Line, std::function<void(const Termination&)>>;

    // What one actor has for its own.
    struct Actor {
        wrapup::Monitor<Line> monitor;
        wrapup::Controller<Line> controller;
        std::optional<Callback> callback;
        int ran = 0;                     // how often its callback was called
        bool expected = false;           // it is registered until the end
        ex::Plain<bool> removed = false; // it must not be called any more, and a call of it has come before
    };

    typename Line::Served service;
    std::optional<Call> call;
    std::array<Actor, max_actors> actors;

    World(std::size_t cast, const Rules& rules) : service(rules), alone_(rules.alone) {
        call.emplace(Number(the_identifier), Line(&service));
        witness_.emplace(*call);
        for (std::size_t i = 0; i < cast; ++i) {
            actors[i].monitor = wrapup::Monitor<Line>(*call);
            actors[i].controller = wrapup::Controller<Line>(*call);
        }
        service.begun([this] { call_back(); });
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // A termination that can be seen is complete, and stays as it is.
    void see(const Termination& t) {
        ex::check(t.statistics.has_value() || service.can_be_lost, "a visible termination has its counters");
        ex::check(!t.statistics || (*t.statistics).get() == the_counters, "the counters are those of the snapshot");
        ex::check(!t.reason || (*t.reason).get() == the_reason, "the reason is the one that was given");
        const int cause = t.cause ? (*t.cause).get() : 0;
        ex::check(cause == 0 || (cause >= of_an_answer && cause <= of_the_service),
                  "the cause is one that was reported");
        const Seen seen{t.origin, t.contested, t.abandoned, t.statistics.has_value(), t.reason.has_value(), cause};
        if (!seen_) seen_ = seen;
        ex::check(*seen_ == seen, "a visible termination does not change");
    }
    void look(const wrapup::Monitor<Line>& monitor) {
        const auto* termination = monitor.termination();
        const Phase phase = monitor.phase();
        if (termination) see(*termination);
        ex::check(!termination || phase >= Phase::terminated, "who has a termination is over");
    }

    void register_callback(Actor& actor, std::function<void()> also = {}) {
        actor.expected = true;
        actor.callback.emplace(actor.monitor, [this, &actor, then = std::move(also)](const Termination& termination) {
            ++actor.ran;
            ex::check(!actor.removed, "a callback that was destroyed is not called");
            see(termination);
            if (then) then();
        });
    }
    void remove_callback(Actor& actor) {
        actor.callback.reset();
        actor.expected = false;
        actor.removed = true;
    }

    // What a call of the provider does that calls back.
    void call_back() {
        switch (ex::pick(alone_ ? 2 : 3)) {
        case 0: (void)actors[0].controller.drop(); break;
        case 1: service.remote()->terminated(Origin::remote, Number(of_the_remote)); break;
        default: call->release(); break;
        }
    }

    // When all actors are done: whatever is still to come does, and everything must have come out right. The witness has a
    // reference to the end, so that nothing is put right by the last one to go.
    void finish() {
        service.end();
        if (!witness_->termination() && service.notifier) service.notifier.terminated(Number(of_the_service));
        ex::check(witness_->termination() != nullptr, "the session is over");
        look(*witness_);
        for (auto& actor : actors) {
            ex::check(actor.ran <= 1, "a callback is called once at most");
            ex::check(!actor.expected || actor.ran == 1, "a callback that was not removed has been called");
            actor.callback.reset();
            actor.monitor = {};
            actor.controller = {};
        }
        call.reset();
        ex::check(witness_->phase() == Phase::released, "the identifier is given back once nobody has it");
        const bool lost = !seen_->counted || service.deallocations == 0;
        ex::check(!lost || service.can_be_lost, "an identifier that was not lost is deallocated");
        ex::check(!service.voided || service.deallocations == 0, "an identifier that was lost is not deallocated");
        ex::check(seen_->counted || service.deallocations == (service.was_never_watched() ? 1 : 0),
                  "a session that was lost is not deallocated");
        ex::check(service.snapshots == (seen_->counted ? 1 : 0), "the snapshot is taken once");
        const int withdrawn = service.withdrawn();
        ex::check(service.drops <= 1 + withdrawn && service.aborts <= 1 + withdrawn,
                  "the provider is not asked again for what it has accepted");
        look(*witness_);
        service.notifier = {};
        look(*witness_);
        witness_.reset();
        ex::check(service.deallocations <= 1, "the identifier is deallocated once");
        if (service.publications > 0 || service.claims > 0) {
            ex::check(service.claims == service.withdrawals + 1, "one claim leads to the end");
            ex::check(service.publications == 1, "the end is published once");
        }
    }

private:
    struct Seen {
        Origin origin;
        bool contested, abandoned, counted, reasoned;
        int cause;
        bool operator==(const Seen&) const = default;
    };

    const bool alone_;
    std::optional<wrapup::Monitor<Line>> witness_;
    std::optional<Seen> seen_;
};

} // namespace scenarios
