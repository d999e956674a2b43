// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/observers.hpp>
#include <wrapup/detail/refusal.hpp>
#include <wrapup/detail/state.hpp>
#include <wrapup/detail/state_word.hpp>
#include <wrapup/detail/steps.hpp>
#include <wrapup/error.hpp>
#include <wrapup/source_location.hpp>
#include <wrapup/termination.hpp>
#include <wrapup/transition.hpp>

#include <cstdint>

namespace wrapup::detail {

// What all handles of a notifying session share, and the whole of its concurrency: the word, the steps that are made on
// it, and what each step permits. Which provider it is and what the termination holds is known to the class that derives
// from it.
//
// Every step is one compare-and-exchange on the word. What a step permits is done by whoever made the step: nobody checks
// again after having acted, and nobody waits for anybody, but for the few instructions for which the list of observers is
// locked. Where a step mostly finds the session in a common state, it is tried as the shorter one that it then is, first; it is
// the same step, so it makes no difference which one is made.
//
// - Claiming, publishing and giving back are each made by one step that at most one thread can make.
// - The termination is written by those who hold a filling bit, and after them by the one that publishes. It is read only
//   once the phase says `terminated`; the step that says so releases, and every look at the word acquires.
// - The identifier is in use by whoever holds a lease, by the thread that publishes (nothing is released before), and by
//   the one that deallocates (there is no lease then, and none is given any more).
// - The block lives while it is referenced, leased, or deallocating.
template <class Backend>
class ControlBlock : public StateWord<Backend> {
    using Word = StateWord<Backend>;

public:
    using typename Word::Made;
    using Word::leave;
    using Word::refer;
    using Word::return_lease;
    using Word::state;

    // ---- asking for the end

    // Where it claims the ending, the provider is to be asked, and what it says to be given to `answered`; otherwise
    // `unclaimed` is what the caller is told.
    Made claim(std::uint64_t flags, Origin origin, source_location where) noexcept {
        const Made made = hold([&](State& s) { return steps::claim(s, origin, flags); });
        if (made) tell(made.before, Phase::active, Phase::terminating, origin, where);
        return made;
    }
    // Mostly nobody is to be told, and nothing has happened since the session was looked at. Returns whether it is so.
    bool claim_silently(State& seen, Origin origin) noexcept {
        std::uint64_t expected = seen.bits();
        return steps::claim_silently(seen, origin) && replace(expected, seen);
    }
    Refusal unclaimed(State seen, Origin origin, source_location where) noexcept {
        superseded(seen, origin, where);
        if (seen.any(State::given_up)) return make_error_code(errc::released);
        return {};
    }

    Refusal abort(source_location where) noexcept {
        const Made made = hold([](State& s) { return steps::abort(s); });
        const State before = made.before;
        if (made) {
            if (before.phase() == Phase::active) tell(before, Phase::active, Phase::terminating, Origin::user, where);
            return answered(State::aborting, call_abort(), where);
        }
        superseded(before, Origin::user, where);
        if (before.over() && before.any(State::given_up)) return make_error_code(errc::released);
        return {};
    }

    // What the provider has answered to a drop. Mostly it accepts, and nothing has happened since the claim.
    Refusal answered(State claimed, Refusal refused, source_location where) noexcept {
        if (!refused) {
            State after = claimed;
            steps::accept_drop(after);
            if (std::uint64_t expected = claimed.bits(); replace(expected, after)) return refused;
        }
        return answered(State::dropping, refused, where);
    }

    // What the provider has answered to `call`, `dropping` or `aborting`. Where nothing is left that stands, this withdraws
    // the claim, and does what was posted while it stood: the owner's release. Returns what the caller is told.
    [[gnu::noinline]] Refusal answered(std::uint64_t call, Refusal refused, source_location where) noexcept {
        Refusal told;
        for (bool first = true;; first = false) {
            steps::Next next{};
            const Made made = update([&](State& s) {
                next = steps::answer(s, call, static_cast<bool>(refused));
                return true;
            });
            if (first && !steps::moot(made.before, call)) told = refused;
            if (next == steps::Next::nothing) return told;
            if (next == steps::Next::rescue) {
                call = State::aborting;
                refused = call_abort();
                continue;
            }
            tell(made.before, Phase::terminating, Phase::active, made.before.origin(), where, &refused);
            if (next == steps::Next::told) {
                return_lease(where);
                return told;
            }
            tell(made.before, Phase::active, Phase::terminating, Origin::application, where);
            call = State::dropping;
            refused = call_drop();
        }
    }

    // ---- giving the identifier up, and using it

    // The owner's release. With `leaves` the owner's reference goes in the same step.
    void give_up(bool leaves, source_location where) noexcept {
        std::uint64_t seen = look();
        if (State after(seen); steps::give_back_at_once(after)) {
            if (leaves) after.drop_reference(Backend::max_references);
            if (replace(seen, after)) return deallocate();
        }
        if (leaves && State(seen).any(State::given_up)) return leave_from(State(seen));
        give_up_from(seen, leaves, where);
    }
    [[gnu::noinline]] void give_up_from(std::uint64_t seen, bool leaves, source_location where) noexcept {
        bool claims = false;
        const Made made = update_from(
            seen,
            [&](State& s) {
                const bool first = !s.any(State::given_up); // so it is where it leaves: nobody but the owner gives up
                claims = first && steps::give_up(s);
                if (leaves) s.drop_reference(Backend::max_references);
                return first;
            },
            where);
        if (!claims) return;
        tell(made.before, Phase::active, Phase::terminating, Origin::application, where);
        answered(State::dropping, call_drop(), where);
    }

    // ---- what the provider reports

    // `fill` writes the cause, where there is one; it is told whether this notice agrees with the claim, since one that does
    // not may only fill what is empty. Returns what the state was.
    template <class Fill>
    State report(Event event, bool named, Origin origin, bool has_cause, Fill fill, source_location where) noexcept {
        const State seen = state();
        if (State after = seen; event == Event::terminated && steps::report_end(after, named, origin)) {
            if (std::uint64_t expected = seen.bits(); replace(expected, after)) {
                if (has_cause) fill(true);
                publish(after, where);
                return seen;
            }
        }
        return report_any({event, named, origin, has_cause}, fill, where);
    }

    // The notifier is gone, and its reference with it: whoever has not been told of an end by now never will be.
    void orphan(source_location where) noexcept {
        const State s = state();
        if (s.ended()) return leave_from(s);
        report_any(
            {Event::lost, true, Origin::service, false, true}, [](bool) {}, where);
        leave();
    }

    // A request that was accepted, or that a call in progress will say is, turned out to be refused.
    void retract(Refusal error, source_location where) noexcept {
        bool withdraws = false;
        const Made made = update([&](State& s) {
            const std::uint64_t calls = s.calls();
            const bool retracts = steps::retract(s);
            withdraws = retracts && s.calls() > calls;
            return retracts;
        });
        if (withdraws) answered(State::dropping, error, where);
        else if (!made) superseded(made.before, made.before.origin(), where, &error);
        else tell(made.before, Phase::terminating, Phase::terminating, made.before.origin(), where, &error);
    }

    // ---- beginnings

    // Who wrote what its bit stands for is done. Returns whether the end has been reported meanwhile.
    bool filled(std::uint64_t bit, source_location where) noexcept {
        bool publishes = false;
        const Made made = update([&](State& s) {
            publishes = steps::filled(s, bit);
            return true;
        });
        if (publishes) publish(made.after, where);
        return made.before.any(State::reported);
    }

    // The service has not opened a session: there is no identifier, and what is still said of it is of no consequence.
    void discard() noexcept {
        const State before = hold([](State& s) { return steps::discard(s); }).before;
        if (before.phase() == Phase::terminating)
            tell(before, Phase::terminating, Phase::released, before.origin(), {});
        leave();
    }

    // ---- observers

    // Whether the observer will be called; where not, the session is over. With `refers` there is a reference more in any case;
    // one without is called before those that have any.
    // The one whose step says that there are observers begins the list; whoever knows of that waits until it has.
    bool observe(Observer<Backend>& observer, bool refers) noexcept {
        const State before = hold([refers](State& s) {
                                 if (refers) s.add_reference(Backend::max_references);
                                 else if (s.over() || s.any(State::observed)) return false;
                                 if (!s.over()) s.set(State::observed);
                                 return true;
                             }).before;
        if (before.over()) return false;
        // Whoever publishes comes to the list after that: it is still to be delivered to where the session is not over yet.
        if (before.any(State::observed)) return observers_.add(observer, !refers, [this] { return !state().over(); });
        observers_.begin(observer);
        return true;
    }
    // The end of an observer that has a reference.
    void leave(Observer<Backend>& observer) noexcept {
        if (observers_.called(observer)) return leave();
        forget_and_leave(observer);
    }
    [[gnu::noinline]] void forget_and_leave(Observer<Backend>& observer) noexcept {
        forget(observer);
        leave();
    }
    void forget(Observer<Backend>& observer) noexcept {
        observers_.remove(observer, [this] {
            hold([](State& s) {
                if (s.any(State::awaited)) return false;
                s.set(State::awaited);
                return true;
            });
        });
    }

protected:
    using Word::Word;
    ~ControlBlock() = default;

    // The identifier is given back, and there are still references.
    void deallocated() noexcept {
        always([](State& s) {
            s.clear(State::deallocating);
            s.set(Phase::released);
        });
    }

    // The termination is complete: publish, notify, release, in this order. Mostly nothing has happened since the end was
    // reported, and nobody is to be told.
    void completed(State reported, source_location where) noexcept {
        std::uint64_t expected = reported.bits();
        if (State after = reported; steps::publish_silently(after) && replace(expected, after)) return;
        publish_aloud(reported, where);
    }

private:
    using Word::always;
    using Word::hold;
    using Word::leave_from;
    using Word::look;
    using Word::replace;
    using Word::update;
    using Word::update_from;

    template <class Fill>
    [[gnu::noinline]] State report_any(steps::Notice notice, Fill fill, source_location where) noexcept {
        steps::Report report;
        const Made made = update([&](State& s) { return steps::report(s, notice, report); });
        const Origin origin = notice.named ? notice.origin : made.before.origin();
        const State before = made.before;
        if (report.late) superseded(before, origin, where);
        if (report.late || !made) return before;
        if (before.phase() == Phase::active) tell(before, Phase::active, Phase::terminating, notice.origin, where);
        else if (before.phase() == Phase::terminated)
            tell(before, Phase::terminated, Phase::released, Origin::service, where);
        if (notice.has_cause && (report.publishes || report.fills)) fill(report.agrees);
        if (report.publishes) {
            publish(state(), where);
        } else if (report.fills) {
            filled(State::filling_cause, where);
            return_lease(where);
        }
        return before;
    }

    [[gnu::noinline]] void publish_aloud(State reported, source_location where) noexcept {
        std::uint64_t expected = reported.bits();
        if (State after = reported; steps::publish_aloud(after) && replace(expected, after)) return deliver({});
        publish_any(where);
    }
    [[gnu::noinline]] void publish_any(source_location where) noexcept {
        Phase to{};
        const Made made = update(
            [&](State& s) {
                conclude(s);
                steps::publish(s);
                to = s.phase();
                return true;
            },
            where);
        const State before = made.before;
        if (!before.any(State::observed | State::traced)) return;
        tell(before, Phase::terminating, to, before.origin(), where);
        if (before.any(State::observed)) deliver(where);
        else return_lease(where);
    }
    // With the lease under which it was published. Those who wait for the last call are woken while it is still there.
    void deliver(source_location where) noexcept {
        observers_.deliver();
        std::uint64_t seen = look();
        if (State after(seen); !after.any(State::given_up | State::awaited)) {
            after.drop_lease();
            if (replace(seen, after)) return;
        }
        delivered(where);
    }
    [[gnu::noinline]] void delivered(source_location where) noexcept {
        const auto woken = [&] {
            return update(
                       [](State& s) {
                           if (s.any(State::awaited)) s.clear(State::awaited);
                           else s.drop_lease();
                           return true;
                       },
                       where)
                .before.any(State::awaited);
        };
        while (woken()) observers_.wake();
    }

    // Nobody holds a lease, and none is given while `deallocating`; so without references nobody can come any more.
    void give_back(source_location where) noexcept override {
        if (!state().any(State::traced)) return deallocate();
        call_deallocate();
        trace(Phase::terminated, Phase::released, Origin::application, false, nullptr, where);
        if (state().references() == 0) return destroy();
        deallocated();
    }

    // Whoever traces may destroy the session, or the notifier, that has brought us here.
    [[gnu::noinline]] void trace(Phase from, Phase to, Origin origin, bool superseded, const Refusal* refusal,
                                 source_location where) noexcept {
        refer();
        call_trace({from, to, origin, superseded, refusal ? *refusal : Refusal(), where});
        leave();
    }
    void tell(State s, Phase from, Phase to, Origin origin, source_location where,
              const Refusal* refusal = nullptr) noexcept {
        if (s.any(State::traced)) trace(from, to, origin, false, refusal, where);
    }
    void superseded(State s, Origin origin, source_location where, const Refusal* refusal = nullptr) noexcept {
        if (s.any(State::traced)) trace(s.phase(), s.phase(), origin, true, refusal, where);
    }

    // What only the class with the provider can do.
    virtual Refusal call_drop() noexcept = 0;
    virtual Refusal call_abort() noexcept = 0;
    virtual void call_deallocate() noexcept = 0;
    virtual void deallocate() noexcept = 0; // with what follows, where nobody is to be told
    virtual void call_trace(const Transition& transition) noexcept = 0;
    virtual void
    conclude(State state) noexcept = 0; // writes the part of the termination that may change until it is published
    // Writes all of it, snapshot included, and goes on with `completed`. Called by the one whose step has found the end
    // reported and nobody filling, and left this state, with a lease that is returned by the step that publishes, or once the
    // observers have been called.
    virtual void publish(State reported, source_location where) noexcept = 0;
    void destroy() noexcept override = 0;

    Observers<Backend> observers_;
};

// The part that a notifier sees: it knows the cause alone.
template <class Cause, class Backend>
class CauseBlock : public ControlBlock<Backend> {
public:
    virtual CausePart<Cause>& cause_part() noexcept = 0;

protected:
    using ControlBlock<Backend>::ControlBlock;
    ~CauseBlock() = default;
};

} // namespace wrapup::detail
