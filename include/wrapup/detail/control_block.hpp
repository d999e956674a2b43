// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/observers.hpp>
#include <wrapup/detail/state.hpp>
#include <wrapup/error.hpp>
#include <wrapup/lifecycle.hpp>
#include <wrapup/slot.hpp>
#include <wrapup/termination.hpp>

#include <atomic>
#include <cstdint>
#include <wrapup/source_location.hpp>
#include <system_error>

namespace wrapup::detail {

// What all handles of a notifying session share, and the whole of its concurrency. Which provider it is and what the
// termination holds is known to the class that derives from it.
//
// Every step is one compare-and-exchange on the word, made by `update`. What a step permits is done by whoever made the
// step: nobody checks again after having acted, and nobody waits for anybody.
//
// - Claiming, publishing and giving back are each made by one step that at most one thread can make.
// - The termination is written by those who hold a filling bit or `publishing`, and read only once the phase says
//   `terminated`; the step that says so releases, and every look at the word acquires.
// - The identifier is in use by whoever holds a lease, by the thread that publishes (nothing is released before), and by
//   the one that deallocates (there is no lease then, and none is given any more).
// - The block lives while it is referenced, leased, or deallocating.
template <class Backend>
class ControlBlock {
public:
    using enum State::Flag;

    ControlBlock(const ControlBlock&) = delete;
    ControlBlock& operator=(const ControlBlock&) = delete;

    [[nodiscard]] State state() const noexcept { return State(word_.load(std::memory_order_acquire)); }

    // ---- asking for the end

    // Claims the ending for a request of ours, and takes the lease under which the provider is called.
    bool claim(std::uint64_t flags, Origin origin, source_location where, std::error_code& answer) noexcept {
        const Outcome made = update([&](State& s) {
            if (s.any(given_up) || step(s.phase(), Event::request).action != Action::drive) return false;
            if (!leasable(s)) return false;
            begin(s, origin, flags | dropping);
            s.add_lease();
            return true;
        });
        if (made) {
            tell(made.before, Phase::active, Phase::terminating, origin, where);
            return true;
        }
        superseded(made.before, origin, where);
        if (made.before.any(given_up)) answer = errc::released;
        else if (made.before.phase() == Phase::active) answer = errc::too_many_leases;
        return false;
    }

    std::error_code abort(source_location where) noexcept {
        const Outcome made = update([&](State& s) {
            if (step(s.phase(), Event::abort).action != Action::abort || s.any(aborted | reported | publishing)) return false;
            if (!leasable(s)) return false;
            if (s.phase() == Phase::active) begin(s, Origin::user, 0);
            s.set(aborting | aborted);
            s.add_lease();
            return true;
        });
        if (!made) {
            superseded(made.before, Origin::user, where);
            if (made.before.over()) return made.before.any(given_up) ? make_error_code(errc::released) : std::error_code();
            return leasable(made.before) ? std::error_code() : make_error_code(errc::too_many_leases);
        }
        if (made.before.phase() == Phase::active)
            tell(made.before, Phase::active, Phase::terminating, Origin::user, where);
        return answered(aborting, call_abort(), where);
    }

    // What the provider has answered to `call` (`dropping` or `aborting`): returns its lease, or withdraws the claim with
    // it where nothing stands any more that could end the session. What was posted while the claim stood, the owner's
    // release, is then done here.
    std::error_code answered(std::uint64_t call, std::error_code refused, source_location where) noexcept {
        std::error_code answer;
        for (bool first = true;; first = false) {
            enum { settled, withdrawn, drop_again, rescue } next = settled;
            const Outcome made = update([&](State& s) {
                s.clear(call);
                if (refused) {
                    s.refuse();
                    s.clear(call == aborting ? std::uint64_t{aborted} : std::uint64_t{reasoned});
                } else {
                    s.accept();
                }
                next = settled;
                if (s.ending()) {
                    s.drop_lease();
                } else if (s.any(given_up) && !s.any(abandoned)) {
                    s.withdraw();
                    begin(s, Origin::application, abandoned | dropping);
                    next = drop_again;
                } else if (s.any(given_up) && !s.any(rescued) && s.any(abortable)) {
                    s.set(rescued | aborting | aborted);
                    next = rescue;
                } else {
                    s.withdraw();
                    if (!s.any(traced)) s.drop_lease();
                    next = withdrawn;
                }
                return true;
            });
            if (first && !moot(made.before, call)) answer = refused;
            switch (next) {
            case settled: return answer;
            case withdrawn:
                if (made.before.any(traced)) {
                    tell(made.before, Phase::terminating, Phase::active, made.before.origin(), where, refused);
                    return_lease();
                }
                return answer;
            case drop_again:
                tell(made.before, Phase::terminating, Phase::active, made.before.origin(), where, refused);
                tell(made.before, Phase::active, Phase::terminating, Origin::application, where);
                refused = call_drop();
                call = dropping;
                break;
            case rescue:
                refused = call_abort();
                call = aborting;
                break;
            }
        }
    }

    // ---- giving the identifier up, and using it

    // The owner's release. Where nobody has ended the session, it is dropped in the application's name. With `leave` the
    // owner's reference goes in the same step.
    void give_up(bool leave, source_location where) noexcept {
        bool claims = false;
        const Outcome made = update([&](State& s) {
            claims = false;
            if (leave) s.drop_reference();
            if (s.any(given_up)) return leave;
            s.set(given_up);
            claims = step(s.phase(), Event::release).action == Action::abandon;
            if (claims) {
                begin(s, Origin::application, abandoned | dropping);
                s.add_lease();
            }
            return true;
        }, where);
        if (!claims) return;
        tell(made.before, Phase::active, Phase::terminating, Origin::application, where);
        answered(dropping, call_drop(), where);
    }

    bool lease(std::error_code& error) noexcept {
        const Outcome made = update([](State& s) {
            if (s.any(given_up | lost) || !leasable(s)) return false;
            s.add_lease();
            return true;
        });
        if (made) error.clear();
        else if (made.before.any(given_up)) error = errc::released;
        else error = made.before.any(lost) ? errc::lost : errc::too_many_leases;
        return static_cast<bool>(made);
    }

    void return_lease() noexcept {
        update([](State& s) {
            s.drop_lease();
            return true;
        });
    }

    void refer() noexcept {
        update([](State& s) {
            s.add_reference();
            return true;
        });
    }

    // The last who refers to the block needs no step: nobody else can come to it any more.
    void leave() noexcept {
        if (const State s = state(); s.references() == 1 && s.leases() == 0 && !s.any(deallocating)) {
            destroy();
            return;
        }
        update([](State& s) {
            s.drop_reference();
            return true;
        });
    }

    // ---- what the provider reports

    // The end (`Event::terminated`) or its beginning. `fill` writes the cause, where `has_cause`; it is told whether this
    // notice agrees with the claim, since one that does not may only fill what is empty.
    template <class Fill>
    void report(Event event, const Origin* origin, bool has_cause, Fill fill, source_location where) noexcept {
        report(event, origin, has_cause, 0, fill, where);
    }

    // The service has voided the identifier. Returns whether a deallocation of it has begun.
    template <class Fill>
    bool lose(bool has_cause, Fill fill, source_location where) noexcept {
        constexpr Origin service = Origin::service;
        const State before = report(Event::lost, &service, has_cause, lost, fill, where);
        return before.any(deallocating) || (before.phase() == Phase::released && !before.any(lost));
    }

    // The notifier is gone: whoever has not been told of an end by now never will be.
    void orphan(source_location where) noexcept {
        constexpr Origin service = Origin::service;
        report(Event::lost, &service, false, lost | only_if_live, [](bool) {}, where);
    }

    // A request that was accepted, or that a call in progress will be told is, turned out to be refused. A call in progress
    // withdraws when it returns; where there is none, this is the return of one.
    void refuse(std::error_code error, source_location where) noexcept {
        bool withdraws = false;
        const Outcome made = update([&](State& s) {
            withdraws = false;
            if (step(s.phase(), Event::refused).action != Action::withdraw || s.any(confirmed) || !s.retract()) return false;
            withdraws = !s.ending();
            if (withdraws) s.set(dropping);
            if (withdraws || s.any(traced)) s.add_lease();
            return true;
        });
        if (withdraws) {
            answered(dropping, error, where);
        } else if (!made) {
            superseded(made.before, made.before.origin(), where, error);
        } else if (made.before.any(traced)) {
            tell(made.before, Phase::terminating, Phase::terminating, made.before.origin(), where, error);
            return_lease();
        }
    }

    // ---- beginnings

    // Who wrote what its bit stands for is done. Returns whether the end has been reported meanwhile.
    bool filled(std::uint64_t bit, source_location where) noexcept {
        bool publishes = false;
        const Outcome made = update([&](State& s) {
            s.clear(bit);
            // A request that comes too late is not made, so its reason is not what the provider was told.
            if (bit == filling_request && s.any(reported)) s.clear(reasoned);
            publishes = s.any(reported) && !s.any(filling_request | filling_cause) && !s.over();
            if (publishes) {
                s.set(publishing);
                s.add_lease();
            }
            return true;
        });
        if (publishes) publish(where);
        return made.before.any(reported);
    }

    // The service has not opened a session: there is no identifier, and what is still said of it is of no consequence.
    void discard() noexcept {
        update([](State& s) {
            s.set(given_up | lost);
            s.clear(filling_request);
            s.set(Phase::released);
            s.drop_reference();
            return true;
        });
    }

    // ---- observers

    // Whether the observer will be called; where not, the session is over.
    bool observe(Observer& observer) noexcept {
        return observers_.add(observer, [this] {
            const Outcome made = update([](State& s) {
                if (s.over() || s.any(observed)) return false;
                s.set(observed);
                return true;
            });
            return !made.before.over();
        });
    }
    void forget(Observer& observer) noexcept { observers_.remove(observer); }

protected:
    explicit ControlBlock(State state) noexcept : word_(state.bits()) {}
    ~ControlBlock() = default;

private:
    struct Outcome {
        State before;
        bool made;
        explicit operator bool() const noexcept { return made; }
    };

    // The only way the word changes. `change` turns a state into the next or says that there is nothing to do; it may be
    // called again. What the step permits is done here: the one that leaves the identifier to nobody gives it back, the
    // one that leaves the block to nobody destroys it.
    template <class Change>
    Outcome update(Change change, source_location where = source_location::current()) noexcept {
        std::uint64_t expected = word_.load(std::memory_order_acquire);
        for (;;) {
            const State before(expected);
            State after = before;
            if (!change(after)) return {before, false};
            const bool gives_back = after.releasable();
            if (gives_back) after.set(deallocating);
            // Release: what this thread did under its lease, and wrote into the termination, comes before what the next
            // step permits. Acquire: and after all that the steps before it did.
            if (!word_.compare_exchange_weak(expected, after.bits(), std::memory_order_acq_rel, std::memory_order_acquire))
                continue;
            if (gives_back) give_back(where);
            else if (after.unreferenced()) destroy();
            return {before, true};
        }
    }

    static void begin(State& s, Origin origin, std::uint64_t flags) noexcept {
        s.set(Phase::terminating);
        s.set(origin);
        s.set(flags);
    }

    // Whether a refusal of this call is of no consequence: the end has been reported, or for a drop, has begun.
    static bool moot(State s, std::uint64_t call) noexcept {
        return s.over() || s.any(reported | publishing) || (call == dropping && s.any(confirmed));
    }

    // Room is kept for the leases that the library itself takes: one for each notice in progress.
    static bool leasable(State s) noexcept { return s.leases() < State::max_leases - 1024; }

    // A pretended flag for `report`: nothing is to be done where the end has been reported.
    static constexpr std::uint64_t only_if_live = std::uint64_t{1} << 63;

    // What goes on after the step does so under a lease: the notifier may be destroyed by what is called meanwhile.
    template <class Fill>
    State report(Event event, const Origin* origin, bool has_cause, std::uint64_t flags, Fill fill, source_location where) noexcept {
        bool agrees = true, late = false, fills = false, publishes = false;
        const Outcome made = update([&](State& s) {
            const State before = s;
            agrees = true;
            late = fills = publishes = false;
            const bool ended = s.over() || s.any(reported | publishing);
            if (ended && (flags & only_if_live)) return false;
            const Action action = step(s.phase(), event).action;
            late = ended && action != Action::forfeit;
            if (action == Action::none || s.any(deallocating)) return false;
            s.set(flags & ~only_if_live);
            if (action == Action::forfeit) {
                s.set(Phase::released);
            } else {
                agrees = attribute(s, origin);
                if (late) return s != before;
                s.set(confirmed);
                publishes = event != Event::terminating && !s.any(filling_request | filling_cause);
                fills = has_cause && !publishes && !s.any(filling_cause);
                if (publishes) s.set(publishing);
                else if (event != Event::terminating) s.set(reported);
                if (fills) s.set(filling_cause);
            }
            if (publishes || fills || s.any(traced)) s.add_lease();
            return true;
        });
        if (late) superseded(made.before, origin ? *origin : made.before.origin(), where);
        if (late || !made) return made.before;
        if (made.before.phase() == Phase::active)
            tell(made.before, Phase::active, Phase::terminating, origin ? *origin : Origin::remote, where);
        else if (made.before.phase() == Phase::terminated)
            tell(made.before, Phase::terminated, Phase::released, Origin::service, where);
        if ((publishes || fills) && has_cause) fill(agrees);
        if (publishes) {
            publish(where);
        } else if (fills || made.before.any(traced)) {
            if (fills) filled(filling_cause, where);
            return_lease();
        }
        return made.before;
    }

    // Whose ending it is, now that somebody reports it. Returns whether the report agrees with the claim.
    static bool attribute(State& s, const Origin* origin) noexcept {
        if (s.phase() == Phase::active) {
            begin(s, origin ? *origin : Origin::remote, 0);
            return true;
        }
        if (!origin || *origin == s.origin()) return true;
        s.set(contested);
        if (!s.unanswered()) return false;
        s.set(*origin);
        return true;
    }

    // Snapshot, publish, notify, release, in this order. Called by the one that has set `publishing`, with a lease that is
    // returned by the step that publishes, or once the observers have been called.
    void publish(source_location where) noexcept {
        complete(state());
        Phase to = Phase::terminated;
        const Outcome made = update([&](State& s) {
            conclude({s.origin(), s.any(contested), s.any(abandoned)});
            to = s.any(lost) ? Phase::released : Phase::terminated;
            s.set(to);
            s.clear(publishing | reported);
            if (!s.any(observed | traced)) s.drop_lease();
            return true;
        }, where);
        if (!made.before.any(observed | traced)) return;
        tell(made.before, Phase::terminating, to, made.before.origin(), where);
        if (made.before.any(observed)) observers_.deliver();
        return_lease();
    }

    void give_back(source_location where) noexcept {
        call_deallocate();
        tell(state(), Phase::terminated, Phase::released, Origin::application, where);
        if (state().references() == 0) return destroy(); // and no leases, since `deallocating`
        update([](State& s) {
            s.clear(deallocating);
            s.set(Phase::released);
            return true;
        });
    }

    void tell(State s, Phase from, Phase to, Origin origin, source_location where, std::error_code refusal = {}) noexcept {
        if (s.any(traced)) call_trace({from, to, origin, false, refusal, where});
    }
    void superseded(State s, Origin origin, source_location where, std::error_code refusal = {}) noexcept {
        if (s.any(traced)) call_trace({s.phase(), s.phase(), origin, true, refusal, where});
    }

    // What only the class with the provider can do.
    virtual std::error_code call_drop() noexcept = 0;
    virtual std::error_code call_abort() noexcept = 0;
    virtual void call_deallocate() noexcept = 0;
    virtual void call_trace(const Transition& transition) noexcept = 0;
    virtual void complete(State state) noexcept = 0;     // all of the termination but its `Ending`
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
