// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/call_state.hpp>
#include <wrapup/providers/sofia_sip/cause.hpp>
#include <wrapup/providers/sofia_sip/detail/dialog.hpp>
#include <wrapup/providers/sofia_sip/detail/record.hpp>
#include <wrapup/providers/sofia_sip/detail/sofia.hpp>

#include <utility>

// From the stack's events to what is known of a call.
namespace wrapup::sofia::detail {

// What the stack calls back with, but for whom.
struct Event {
    nua_event_t kind;
    int status;
    const char* phrase;
    const sip_t* sip;
    const tagi_t* tags;
};

inline CallState state_of(const tagi_t* tags) noexcept {
    int state = nua_callstate_init;
    tl_gets(tags, NUTAG_CALLSTATE_REF(state), TAG_END());
    switch (state) {
    case nua_callstate_calling: return CallState::calling;
    case nua_callstate_proceeding: return CallState::proceeding;
    case nua_callstate_completing: return CallState::completing;
    case nua_callstate_received: return CallState::received;
    case nua_callstate_early: return CallState::early;
    case nua_callstate_completed: return CallState::completed;
    case nua_callstate_ready: return CallState::ready;
    case nua_callstate_terminating: return CallState::terminating;
    case nua_callstate_terminated: return CallState::terminated;
    default: return CallState::init;
    }
}

// What an event other than a change of state says of the call's end.
inline void hear(Record& record, const Event& event, Cause cause) noexcept {
    // Where no answer comes, the stack makes one.
    const bool answered = event.sip && !nta_sip_is_internal(event.sip);
    const Heard nobody = event.status == 408 ? Heard::silence : Heard::failure;
    // So it does to an INVITE that is cancelled before it has left.
    const bool had_not_left = !answered && event.status == request_terminated && record.drop.made == Verb::cancel;
    switch (event.kind) {
    case nua_i_bye:
    case nua_i_cancel:
        cause.status = 0;
        cause.phrase.clear();
        record.hear(event.kind == nua_i_bye ? Heard::bye : Heard::cancel, std::move(cause));
        break;
    case nua_r_invite:
        if (event.status >= 180 && event.status < 190) record.rings();
        if (event.status >= 300 && !had_not_left && !record.waits_for_bye())
            record.hear(answered ? Heard::refusal : nobody, std::move(cause));
        break;
    case nua_r_cancel:
        if (!answered && event.status == 481) record.cancel_was_overtaken();
        break;
    case nua_r_bye:
        if (event.status < 200) break;
        if (record.drop.made == Verb::bye) {
            record.hear(answered ? Heard::answer : nobody, std::move(cause));
            record.enter(CallState::terminated); // of a BYE that the stack does not send it says no more
        } else if (record.heard == Heard::nothing) {
            // A BYE of the stack's own, for want of a sign of life: its answer is not the cause.
            record.hear(Heard::silence, nothing_in_time());
        }
        break;
    case nua_i_error:
        // No ACK has come. Other errors are of requests that came too late.
        if (event.status == 408 && record.heard == Heard::nothing) record.hear(Heard::silence, std::move(cause));
        break;
    default: break;
    }
}

} // namespace wrapup::sofia::detail
