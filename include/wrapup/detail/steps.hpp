// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/state.hpp>
#include <wrapup/lifecycle.hpp>

#include <cstdint>

// The steps of a notifying session: pure functions that turn one state into the next. Each is made by one
// compare-and-exchange and may be tried several times, so it looks at nothing but the state and changes nothing else. Those
// that return a bool say whether there is a step to make at all. `step` in lifecycle.hpp says what an event does in a phase;
// here is what it takes that several threads are at it: who may write what, whose request stands, who must do what was put off.
namespace wrapup::detail::steps {

using enum State::Flag;

// Of an active session.
constexpr void begin(State& s, Origin origin, std::uint64_t flags) noexcept {
    s.advance();
    s.name(origin);
    s.set(flags);
}

// ---- asking for the end

// Whether a request of ours comes too late to be made.
[[nodiscard]] constexpr bool late(State s) noexcept {
    return step(s.phase(), Event::request).action != Action::drive || s.any(given_up);
}

// Claims the ending for a request of ours, with the lease under which the provider is called.
[[nodiscard]] constexpr bool claim(State& s, Origin origin, std::uint64_t flags) noexcept {
    if (late(s)) return false;
    begin(s, origin, flags | dropping);
    s.add_lease();
    return true;
}

// The same where nobody is to be told.
[[nodiscard]] constexpr bool claim_silently(State& s, Origin origin) noexcept {
    return !s.any(traced) && claim(s, origin, 0);
}

// An abort goes to the provider whatever stands, but once.
[[nodiscard]] constexpr bool abort(State& s) noexcept {
    if (step(s.phase(), Event::abort).action != Action::abort || s.any(aborted | reported)) return false;
    if (s.phase() == Phase::active) begin(s, Origin::user, 0);
    s.set(aborting | aborted);
    s.add_lease();
    return true;
}

// What is to be done once the provider has answered.
enum class Next {
    nothing,    // something stands, or the session is over; the lease is returned
    told,       // the claim is withdrawn; the lease is to be returned
    drop_again, // the owner has released meanwhile: drop in the application's name, under the same lease
    rescue      // that was refused too: abort, under the same lease
};

// `call`, `dropping` or `aborting`, has returned.
[[nodiscard]] constexpr Next answer(State& s, std::uint64_t call, bool refused) noexcept {
    s.clear(call);
    if (refused) {
        s.refuse();
        s.clear(call == aborting ? std::uint64_t{aborted} : std::uint64_t{reasoned});
    } else {
        s.accept();
    }
    if (s.ending()) {
        s.drop_lease();
        return Next::nothing;
    }
    if (s.any(given_up) && !s.any(abandoned)) {
        s.withdraw();
        begin(s, Origin::application, abandoned | dropping);
        return Next::drop_again;
    }
    if (s.any(given_up) && !s.any(rescued) && s.any(abortable)) {
        s.set(rescued | aborting | aborted);
        return Next::rescue;
    }
    s.withdraw();
    return Next::told;
}

// Whether a refusal of this call is of no consequence: the end has been reported, or for a drop, has begun.
[[nodiscard]] constexpr bool moot(State s, std::uint64_t call) noexcept {
    return s.ended() || (call == dropping && s.any(confirmed));
}

// The provider takes an acceptance back. Where nothing is left that stands, this is the return of a call that is refused:
// it is marked as one, with a lease.
[[nodiscard]] constexpr bool retract(State& s) noexcept {
    if (step(s.phase(), Event::refused).action != Action::withdraw || s.any(confirmed) || !s.retract()) return false;
    if (s.ending()) return true;
    s.set(dropping);
    s.add_lease();
    return true;
}

// The same where a drop is accepted and nothing has happened since it was claimed: nothing has been accepted before, or
// taken back.
constexpr void accept_drop(State& s) noexcept {
    s.clear(dropping);
    s.accept_first();
    s.drop_lease();
}

// ---- giving the identifier up, and using it

// The owner's release. Returns whether it claims the ending, so that the provider must be asked, under a lease.
[[nodiscard]] constexpr bool give_up(State& s) noexcept {
    s.set(given_up);
    if (step(s.phase(), Event::release).action != Action::abandon) return false;
    begin(s, Origin::application, abandoned | dropping);
    s.add_lease();
    return true;
}

// The same where the session is over, nobody else holds the identifier, and nobody is to be told: it is the caller's to
// deallocate.
[[nodiscard]] constexpr bool give_back_at_once(State& s) noexcept {
    if (s.phase() != Phase::terminated || s.leases() != 0 || s.any(given_up | deallocating | traced)) return false;
    s.set(given_up | deallocating);
    return true;
}

[[nodiscard]] constexpr bool lease(State& s, std::uint64_t most) noexcept {
    if (s.any(given_up | lost) || s.leases() >= most) return false;
    s.add_lease();
    return true;
}

// ---- what the provider reports

// What the provider says: the end (`terminated`, `lost`) or its beginning (`terminating`). One that names no origin confirms
// whatever is claimed, or else is the remote party's. With `if_live` it is not said where the end has been reported before.
struct Notice {
    Event event;
    bool named;
    Origin origin; // `remote` where none is named
    bool has_cause;
    bool if_live = false;
};

// What a notice turned out to be.
struct Report {
    bool late = false;      // the end was reported before
    bool agrees = true;     // it is what was claimed, or claims itself
    bool fills = false;     // the cause is to be written, then `filled`
    bool publishes = false; // the termination is to be completed and published
    // Either is done under a lease: the notifier may be destroyed by what is called meanwhile.
};

// Whose ending it is, now that somebody reports it.
[[nodiscard]] constexpr bool attribute(State& s, Notice notice) noexcept {
    if (s.phase() == Phase::active) {
        begin(s, notice.origin, 0);
        return true;
    }
    if (!notice.named || notice.origin == s.origin()) return true;
    s.set(contested);
    if (!s.unanswered()) return false;
    s.set(notice.origin);
    return true;
}

[[nodiscard]] constexpr bool report(State& s, Notice notice, Report& report) noexcept {
    const State before = s;
    report = {};
    if (notice.if_live && s.ended()) return false;
    const Action action = step(s.phase(), notice.event).action;
    report.late = s.ended() && action != Action::forfeit;
    if (action == Action::none || s.any(deallocating)) return false;
    if (notice.event == Event::lost) s.set(lost);
    if (action == Action::forfeit) {
        s.set(Phase::released);
    } else {
        report.agrees = attribute(s, notice);
        if (report.late) return s != before;
        s.set(confirmed);
        const bool over = notice.event != Event::terminating;
        report.publishes = over && !s.any(filling_request | filling_cause);
        report.fills = notice.has_cause && !report.publishes && !s.any(filling_cause);
        if (over) s.set(reported);
        if (report.fills) s.set(filling_cause);
    }
    if (report.publishes || report.fills) s.add_lease();
    return true;
}

// The same for the end that most sessions come to, where nobody writes anything and nothing has to be weighed up: the end is
// to be published, and its cause agrees.
[[nodiscard]] constexpr bool report_end(State& s, bool named, Origin origin) noexcept {
    if (s.any(filling_request | filling_cause | reported | traced)) return false;
    if (s.phase() == Phase::active) {
        begin(s, origin, confirmed | reported);
        s.add_lease();
        return true;
    }
    if (named || s.over()) return false;
    s.set(confirmed | reported);
    s.add_lease();
    return true;
}

// Who wrote what `bit` stands for is done. Returns whether it falls to them to publish, under a lease.
[[nodiscard]] constexpr bool filled(State& s, std::uint64_t bit) noexcept {
    s.clear(bit);
    // A request that comes too late is not made, so its reason is not what the provider was told.
    if (bit == filling_request && s.any(reported)) s.clear(reasoned);
    if (!s.any(reported) || s.any(filling_request | filling_cause)) return false;
    s.add_lease();
    return true;
}

// The termination is complete. The lease under which it was made so stays where there is somebody to be told.
constexpr void publish(State& s) noexcept {
    s.set(s.any(lost) ? Phase::released : Phase::terminated);
    if (!s.any(observed | traced)) s.drop_lease();
}

// The same where nobody is to be told, and the identifier stays with its owner.
[[nodiscard]] constexpr bool publish_silently(State& s) noexcept {
    if (s.any(observed | traced | given_up | lost)) return false;
    s.advance();
    s.drop_lease();
    return true;
}

// The same where only observers are to be told.
[[nodiscard]] constexpr bool publish_aloud(State& s) noexcept {
    if (!s.any(observed) || s.any(traced | given_up | lost)) return false;
    s.advance();
    return true;
}

// The service has not opened a session.
constexpr bool discard(State& s) noexcept {
    s.set(lost);
    s.set(Phase::released);
    return true;
}

} // namespace wrapup::detail::steps
