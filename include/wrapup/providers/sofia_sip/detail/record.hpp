// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier_table.hpp>
#include <wrapup/providers/sofia_sip/call_info.hpp>
#include <wrapup/providers/sofia_sip/call_state.hpp>
#include <wrapup/providers/sofia_sip/cause.hpp>
#include <wrapup/providers/sofia_sip/detail/dialog.hpp>
#include <wrapup/providers/sofia_sip/reason.hpp>
#include <wrapup/providers/sofia_sip/timeline.hpp>

#include <chrono>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <utility>

struct nua_handle_s;

namespace wrapup::sofia::detail {

using Table = NotifierTable<std::uint64_t, Cause>;

// How a call has ended.
struct Ending {
    std::optional<Origin> origin;
    bool confirmed = false; // a request that had left before theirs came
    unsigned withdrawn = 0; // requests that have come too late
};

// What there is no memory for is left out. @returns a copy
inline Cause copy_of(const Cause& cause) noexcept {
    try {
        return cause;
    } catch (const std::bad_alloc&) {
        Cause rest;
        rest.by = cause.by;
        rest.status = cause.status;
        rest.q850 = cause.q850;
        return rest;
    }
}

// Of what the stack does not say. *Source:* RFC 3261, 8.1.3.1
inline Cause nothing_in_time() noexcept {
    Cause cause;
    cause.status = 408;
    return cause;
}

// What is to be done next for a call.
enum class Due : std::uint8_t {
    nothing,
    invite,
    answer,
    verb,    // see `Drop::made`
    telling, // it has ended without the stack
    destruction
};

// There is one answer to a call: from there on its session description stands.
enum class Answer : std::uint8_t { none, wanted, made };

// What is known of a call, and how that changes: the stack is not called here, and nothing is locked.
struct Record {
    // @param place for the notifier, where there is none yet
    Record(std::uint64_t n, Direction direction, std::optional<Table::Place> p) : number(n), place(std::move(p)) {
        info.direction = direction;
        if (direction == Direction::incoming) dialog = CallState::received;
    }

    [[nodiscard]] bool is_live() const noexcept { return !ending; }

    // What is told of it. A call that is up stays so, whoever invites to it once more.
    [[nodiscard]] CallState state() const noexcept {
        if (!is_live()) return CallState::terminated;
        return up && dialog != CallState::terminating ? CallState::ready : dialog;
    }
    [[nodiscard]] Verb verb() const noexcept { return verb_for(dialog, up); }

    [[nodiscard]] Timeline::TimePoint now() const noexcept {
        const auto passed = std::chrono::steady_clock::now() - begun;
        return info.times.invited + std::chrono::duration_cast<Timeline::TimePoint::duration>(passed);
    }

    [[nodiscard]] bool can_be_answered() const noexcept {
        return is_live() && answer == Answer::none && drop.asker == Asker::nobody && verb() == Verb::refuse;
    }

    void wants_drop(Asker who) noexcept { drop.asker = who; }

    // What is due, which from here on counts as done. `pass` counts the rounds in which the stack is asked.
    [[nodiscard]] Due take_due(std::uint64_t pass) noexcept {
        const bool dropped = drop.asker != Asker::nobody || given_up;
        if (!handle && is_live() && dropped) {
            hear(Heard::nothing, {});
            conclude();
            return Due::telling;
        }
        if (!handle && is_live() && !invited) {
            invited = true;
            return Due::invite;
        }
        // One that is not made yet when the end is asked for is not made any more: the call is refused.
        if (answer == Answer::wanted && is_live() && drop.asker == Asker::nobody) {
            answer = Answer::made;
            answered_in = pass;
            return Due::answer;
        }
        // What the stack makes of an answer is seen in the next round.
        const bool is_settled = answer != Answer::made || answered_in != pass;
        // Also where it is over here, and the other side has answered all the same: its dialog is not. *Source:* RFC 3261, 9.1
        if (handle && drop.asker != Asker::nobody && is_settled) {
            const Verb wanted = verb();
            if (wanted != Verb::none && wanted != drop.made) {
                drop.made = wanted;
                made_in = pass;
                waits_since = std::chrono::steady_clock::now();
                return Due::verb;
            }
        }
        if (aborted && is_live()) {
            hear(Heard::nothing, {});
            conclude();
            return Due::telling;
        }
        // Destroyed, a handle sends at once the BYE that has to wait for the ACK, or for the end of the waiting for it.
        return given_up && dialog != CallState::completed && is_settled ? Due::destruction : Due::nothing;
    }

    // What the stack was asked for in this round, and before, has been carried out. It holds a CANCEL back until there is a
    // provisional answer, and where a final one comes first, or had come already, it says before that one that the CANCEL has not
    // left. *Source:* RFC 3261, 9.1; nta.c, nta_outgoing_tcancel; nua_session.c, nua_invite_client_cancel
    void carried_out(std::uint64_t pass) noexcept {
        const bool was_overtaken = drop.made == Verb::cancel && overtaken;
        if (drop.made != Verb::none && made_in <= pass && !was_overtaken) drop.sent = true;
    }
    void cancel_was_overtaken() noexcept {
        overtaken = true;
        if (drop.made == Verb::cancel) drop.sent = false;
    }

    // The end is what answers our BYE, or theirs: not what is said to an INVITE of ours that was under way, from which the stack has
    // taken the session. *Source:* nua_session.c, nua_bye_client_init, nua_invite_client_report
    [[nodiscard]] bool waits_for_bye() const noexcept {
        return drop.made == Verb::bye && drop.sent && heard != Heard::bye;
    }

    void hear(Heard what, Cause why) noexcept {
        if (!is_live() || heard == Heard::bye || heard == Heard::cancel) return;
        if (what == Heard::nothing && heard != Heard::nothing) return;
        heard = what;
        cause = std::move(why);
        cause.by = ended_by(what);
    }

    void enter(CallState entered) noexcept {
        if (is_live() && entered == CallState::ready) {
            up = true;
            heard = Heard::nothing; // an INVITE that had come to nothing was not the call's first, and it goes on
            cause = {};
        }
        if (entered == dialog || entered == CallState::init) return;
        dialog = entered;
        if (!is_live()) return;
        const bool is_answered =
            entered == CallState::ready || entered == CallState::completed || entered == CallState::completing;
        if (is_answered && !info.times.answered) info.times.answered = now();
        if (entered == CallState::proceeding || entered == CallState::terminating)
            waits_since = std::chrono::steady_clock::now();
        if (entered == CallState::early) rings();
        if (entered == CallState::terminated) conclude();
    }

    // With a change of state comes why it has changed, for what no message was heard of: our own refusal, and what the stack
    // does by itself.
    void hear_state(int status, const Cause& why) noexcept {
        if (heard != Heard::nothing || status < 300) return;
        if (status == request_terminated && drop.made == Verb::cancel) return; // it had not left: see `hear`
        const Heard nobody = status == 408 ? Heard::silence : Heard::failure;  // to something of the stack's own
        hear(drop.made == Verb::refuse ? Heard::answer : nobody, why);
    }

    // An INVITE that is cancelled and not answered is given up, which the stack does by timer D, 32 s or more. *Source:* RFC 3261,
    // 9.1: after 64 T1, counted from the CANCEL, which waits for a provisional answer. One that the stack cancels by itself, too; its own
    // BYE it gives up after that time, so there it is waited for longer.
    bool gives_up(std::chrono::steady_clock::duration patience) noexcept {
        const bool cancelled = drop.made == Verb::cancel && verb() == Verb::cancel;
        if (!is_live() || !(cancelled || dialog == CallState::terminating)) return false;
        if (std::chrono::steady_clock::now() - waits_since < (cancelled ? patience : 2 * patience)) return false;
        hear(Heard::silence, nothing_in_time());
        conclude();
        return true;
    }

    // The answer may have come to nothing, as without memory it does, and then there is still a call to be refused.
    [[nodiscard]] bool may_be_unanswered() const noexcept {
        return answer == Answer::made && drop.asker != Asker::nobody && verb() == Verb::refuse &&
               drop.made != Verb::refuse;
    }

    void rings() noexcept {
        if (!info.times.ringing && !info.times.answered && is_live()) info.times.ringing = now();
    }

    void conclude() noexcept {
        info.times.ended = now();
        const Verdict verdict = judge(heard, cause.status, drop);
        ending = Ending{verdict.origin, verdict.confirmed, verdict.withdrawn ? requests : 0};
    }

    const std::uint64_t number;
    std::optional<Table::Place> place;
    nua_handle_s* handle = nullptr;     // used, and set, on the stack's thread
    CallState dialog = CallState::init; // as the stack has it
    bool up = false;                    // the parties can speak, or could
    CallInfo info;
    const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();

    std::string target, sdp; // whom we call, or where they said first that they are reached; what it carries
    bool invited = false;
    Answer answer = Answer::none;

    Drop drop;
    std::uint64_t made_in = 0;
    std::uint64_t answered_in = 0;
    bool overtaken = false; // the CANCEL has not left
    std::chrono::steady_clock::time_point waits_since{};
    Reason reason;         // not changed any more when the drop is wanted
    unsigned requests = 0; // by the session, accepted
    bool aborted = false;

    Heard heard = Heard::nothing;
    Cause cause;
    std::optional<Ending> ending; // it is over

    bool given_up = false;    // its identifier was given back
    bool queued = false;      // somebody has to see to it
    Record* behind = nullptr; // in the queue
};

} // namespace wrapup::sofia::detail
