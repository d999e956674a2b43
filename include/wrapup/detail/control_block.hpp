// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/observers.hpp>
#include <wrapup/detail/state.hpp>
#include <wrapup/detail/steps.hpp>
#include <wrapup/error.hpp>
#include <wrapup/source_location.hpp>
#include <wrapup/termination.hpp>
#include <wrapup/transition.hpp>

#include <cstdint>
#include <system_error>

namespace wrapup::detail {

// What all handles of a notifying session share, and the whole of its concurrency: the word, the steps that are made on
// it, and what each step permits. Which provider it is and what the termination holds is known to the class that derives
// from it.
//
// Every step is one compare-and-exchange on the word, made by `update`. What a step permits is done by whoever made the
// step: nobody checks again after having acted, and nobody waits for anybody.
//
// - Claiming, publishing and giving back are each made by one step that at most one thread can make.
// - The termination is written by those who hold a filling bit, and after them by the one that publishes. It is read only
//   once the phase says `terminated`; the step that says so releases, and every look at the word acquires.
// - The identifier is in use by whoever holds a lease, by the thread that publishes (nothing is released before), and by
//   the one that deallocates (there is no lease then, and none is given any more).
// - The block lives while it is referenced, leased, or deallocating.
template <class Backend>
class ControlBlock {
public:
    ControlBlock(const ControlBlock&) = delete;
    ControlBlock& operator=(const ControlBlock&) = delete;

    [[nodiscard]] State state() const noexcept { return State(word_.load(Backend::acquire)); }

    // ---- asking for the end

    // Where it claims the ending, the provider is to be asked, and what it says to be given to `answered`.
    bool claim(std::uint64_t flags, Origin origin, source_location where, std::error_code& answer) noexcept {
        const Made made = update([&](State& s) { return steps::claim(s, origin, flags); });
        if (made) {
            tell(made.before, Phase::active, Phase::terminating, origin, where);
            return true;
        }
        if (made.before.any(State::given_up)) answer = errc::released;
        superseded(made.before, origin, where);
        return false;
    }

    std::error_code abort(source_location where) noexcept {
        const Made made = update([](State& s) { return steps::abort(s); });
        const State before = made.before;
        if (made) {
            if (before.phase() == Phase::active) tell(before, Phase::active, Phase::terminating, Origin::user, where);
            return answered(State::aborting, call_abort(), where);
        }
        superseded(before, Origin::user, where);
        if (before.over() && before.any(State::given_up)) return errc::released;
        return {};
    }

    // What the provider has answered to `call`, `dropping` or `aborting`. Where nothing is left that stands, this withdraws
    // the claim, and does what was posted while it stood: the owner's release. Returns what the caller is told.
    std::error_code answered(std::uint64_t call, std::error_code refused, source_location where) noexcept {
        std::error_code told;
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
            tell(made.before, Phase::terminating, Phase::active, made.before.origin(), where, refused);
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

    // The owner's release. With `leave` the owner's reference goes in the same step.
    void give_up(bool leave, source_location where) noexcept {
        bool claims = false;
        const Made made = update(
            [&](State& s) {
                const bool first = !s.any(State::given_up);
                claims = first && steps::give_up(s);
                if (leave) s.drop_reference(Backend::max_references);
                return first || leave;
            },
            where);
        if (!claims) return;
        tell(made.before, Phase::active, Phase::terminating, Origin::application, where);
        answered(State::dropping, call_drop(), where);
    }

    bool lease(std::error_code& error) noexcept {
        const Made made = update([](State& s) { return steps::lease(s, Backend::max_leases); });
        if (made) error.clear();
        else if (made.before.any(State::given_up)) error = errc::released;
        else error = made.before.any(State::lost) ? errc::lost : errc::too_many_leases;
        return static_cast<bool>(made);
    }
    void return_lease(source_location where = {}) noexcept {
        always([](State& s) { s.drop_lease(); }, where);
    }

    void refer() noexcept {
        always([](State& s) { s.add_reference(Backend::max_references); });
    }

    // The last who refers to the block needs no step: nobody else can come to it any more.
    void leave() noexcept {
        if (const State s = state(); s.references() == 1 && s.leases() == 0 && !s.any(State::deallocating))
            return destroy();
        always([](State& s) { s.drop_reference(Backend::max_references); });
    }

    // ---- what the provider reports

    // The end, `terminated` or `lost`, or its beginning, `terminating`. `fill` writes the cause, where `has_cause`; it is
    // told whether this notice agrees with the claim, since one that does not may only fill what is empty. Returns what the
    // state was.
    template <class Fill>
    State report(Event event, const Origin* origin, bool has_cause, Fill fill, source_location where) noexcept {
        return report(event, origin, has_cause, false, fill, where);
    }

    // The notifier is gone: whoever has not been told of an end by now never will be.
    void orphan(source_location where) noexcept {
        constexpr Origin service = Origin::service;
        report(
            Event::lost, &service, false, true, [](bool) {}, where);
    }

    // A request that was accepted, or that a call in progress will say is, turned out to be refused.
    void retract(std::error_code error, source_location where) noexcept {
        bool withdraws = false;
        const Made made = update([&](State& s) {
            const std::uint64_t calls = s.calls();
            const bool retracts = steps::retract(s);
            withdraws = retracts && s.calls() > calls;
            return retracts;
        });
        if (withdraws) answered(State::dropping, error, where);
        else if (!made) superseded(made.before, made.before.origin(), where, error);
        else tell(made.before, Phase::terminating, Phase::terminating, made.before.origin(), where, error);
    }

    // ---- beginnings

    // Who wrote what its bit stands for is done. Returns whether the end has been reported meanwhile.
    bool filled(std::uint64_t bit, source_location where) noexcept {
        bool publishes = false;
        const Made made = update([&](State& s) {
            publishes = steps::filled(s, bit);
            return true;
        });
        if (publishes) publish(where);
        return made.before.any(State::reported);
    }

    // The service has not opened a session: there is no identifier, and what is still said of it is of no consequence.
    void discard() noexcept {
        always([](State& s) { steps::discard(s, Backend::max_references); });
    }

    // ---- observers

    // Whether the observer will be called; where not, the session is over. Whoever publishes sees the flag, and then waits
    // for the lock under which it was set until the observer is linked.
    bool observe(Observer<Backend>& observer) noexcept {
        return observers_.add(observer, [this] {
            const Made made = update([](State& s) {
                if (s.over() || s.any(State::observed)) return false;
                s.set(State::observed);
                return true;
            });
            return !made.before.over();
        });
    }
    void forget(Observer<Backend>& observer) noexcept { observers_.remove(observer); }

protected:
    explicit ControlBlock(State state) noexcept : word_(state.bits()) {}
    ~ControlBlock() = default;

private:
    struct Made {
        State before;
        bool made;
        explicit operator bool() const noexcept { return made; }
    };

    // The only way the word changes. `change` makes a step of a state or says that there is none to make; it may be called
    // again. What the step permits is done here: the one that leaves the identifier to nobody gives it back, the one that
    // leaves the block to nobody destroys it.
    template <class Change>
    Made update(Change change, source_location where = {}) noexcept {
        std::uint64_t expected = word_.load(Backend::acquire);
        for (;;) {
            const State before(expected);
            State after = before;
            if (!change(after)) return {before, false};
            const bool gives_back = after.releasable();
            if (gives_back) after.set(State::deallocating);
            // Release: what this thread did under its lease, and wrote into the termination, comes before what the next
            // step permits. Acquire: and after all that the steps before it did.
            if (!word_.compare_exchange_weak(expected, after.bits(), Backend::acq_rel, Backend::acquire)) continue;
            if (gives_back) give_back(where);
            else if (after.unreferenced()) destroy();
            return {before, true};
        }
    }
    template <class Change>
    void always(Change change, source_location where = {}) noexcept {
        update(
            [&](State& s) {
                change(s);
                return true;
            },
            where);
    }

    template <class Fill>
    State report(Event event, const Origin* origin, bool has_cause, bool if_live, Fill fill,
                 source_location where) noexcept {
        steps::Report notice;
        const Made made = update([&](State& s) { return steps::report(s, event, origin, has_cause, if_live, notice); });
        const State before = made.before;
        if (notice.late) superseded(before, origin ? *origin : before.origin(), where);
        if (notice.late || !made) return before;
        if (before.phase() == Phase::active)
            tell(before, Phase::active, Phase::terminating, origin ? *origin : Origin::remote, where);
        else if (before.phase() == Phase::terminated)
            tell(before, Phase::terminated, Phase::released, Origin::service, where);
        if (has_cause && (notice.publishes || notice.fills)) fill(notice.agrees);
        if (notice.publishes) {
            publish(where);
        } else if (notice.fills) {
            filled(State::filling_cause, where);
            return_lease(where);
        }
        return before;
    }

    // Snapshot, publish, notify, release, in this order. Called by the one whose step has found the end reported and nobody
    // filling, with a lease that is returned by the step that publishes, or once the observers have been called.
    void publish(source_location where) noexcept {
        complete(state());
        Phase to{};
        const Made made = update(
            [&](State& s) {
                conclude({s.origin(), s.any(State::contested), s.any(State::abandoned)});
                steps::publish(s);
                to = s.phase();
                return true;
            },
            where);
        const State before = made.before;
        if (!before.any(State::observed | State::traced)) return;
        tell(before, Phase::terminating, to, before.origin(), where);
        if (before.any(State::observed)) observers_.deliver();
        return_lease(where);
    }

    // Nobody holds a lease, and none is given while `deallocating`; so without references nobody can come any more.
    void give_back(source_location where) noexcept {
        call_deallocate();
        tell(state(), Phase::terminated, Phase::released, Origin::application, where);
        if (state().references() == 0) return destroy();
        always([](State& s) {
            s.clear(State::deallocating);
            s.set(Phase::released);
        });
    }

    // Whoever traces may destroy the session, or the notifier, that has brought us here.
    void trace(const Transition& transition) noexcept {
        refer();
        call_trace(transition);
        leave();
    }
    void tell(State s, Phase from, Phase to, Origin origin, source_location where,
              std::error_code refusal = {}) noexcept {
        if (s.any(State::traced)) trace({from, to, origin, false, refusal, where});
    }
    void superseded(State s, Origin origin, source_location where, std::error_code refusal = {}) noexcept {
        if (s.any(State::traced)) trace({s.phase(), s.phase(), origin, true, refusal, where});
    }

    // What only the class with the provider can do.
    virtual std::error_code call_drop() noexcept = 0;
    virtual std::error_code call_abort() noexcept = 0;
    virtual void call_deallocate() noexcept = 0;
    virtual void call_trace(const Transition& transition) noexcept = 0;
    virtual void complete(State state) noexcept = 0; // all of the termination but its `Ending`
    virtual void conclude(const Ending& ending) noexcept = 0;
    virtual void destroy() noexcept = 0;

    typename Backend::template Atomic<std::uint64_t> word_;
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
