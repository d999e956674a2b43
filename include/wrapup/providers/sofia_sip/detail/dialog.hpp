// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/origin.hpp>
#include <wrapup/providers/sofia_sip/call_state.hpp>
#include <wrapup/providers/sofia_sip/cause.hpp>

#include <cstdint>
#include <optional>

// What the state of a dialog asks for, and what follows from what was heard: no stack, no lock, no memory.
namespace wrapup::sofia::detail {

// How a call is ended.
enum class Verb : std::uint8_t {
    none,
    forget, // there is nothing yet that could be ended
    cancel,
    refuse,
    bye
};

[[nodiscard]] constexpr const char* to_string(Verb verb) noexcept {
    switch (verb) {
    case Verb::none: return "none";
    case Verb::forget: return "forget";
    case Verb::cancel: return "cancel";
    case Verb::refuse: return "refuse";
    case Verb::bye: return "bye";
    }
    return "other";
}

// A call that is answered and not acknowledged can be ended by neither: its INVITE is over for CANCEL, and BYE has to wait for
// the ACK, or for the end of the waiting for it. One that is `up`, and is invited to once more, by us or by them, is ended by BYE:
// CANCEL and a refusal would end that INVITE alone. *Source:* RFC 3261, 9.1, 14, 15
[[nodiscard]] constexpr Verb verb_for(CallState dialog, bool up) noexcept {
    switch (dialog) {
    case CallState::init: return Verb::forget;
    case CallState::calling:
    case CallState::proceeding: return up ? Verb::bye : Verb::cancel;
    case CallState::received:
    case CallState::early: return up ? Verb::bye : Verb::refuse;
    case CallState::ready: return Verb::bye;
    case CallState::completing:
    case CallState::completed:
    case CallState::terminating:
    case CallState::terminated: break;
    }
    return Verb::none;
}

// What an offer in an UPDATE is refused with while one of ours is not answered, or one of theirs; 0 where it is not.
// *Source:* RFC 3311, 5.2
[[nodiscard]] constexpr int refusal_of_offer(CallState dialog) noexcept {
    switch (dialog) {
    case CallState::calling:
    case CallState::proceeding: return 491;
    case CallState::received:
    case CallState::early: return 500;
    default: return 0;
    }
}

// Who wants a call to end: its session, or the service as it goes.
enum class Asker : std::uint8_t { nobody, session, service };

// What was heard of a call before its end was confirmed, as far as it could be the end's cause.
enum class Heard : std::uint8_t {
    nothing,
    bye,     // theirs
    cancel,  // theirs
    refusal, // their final answer to our INVITE, 300 to 699
    answer,  // a final answer to what we have asked for: theirs to our BYE, ours to their INVITE
    silence, // nothing in time
    failure
};

[[nodiscard]] constexpr const char* to_string(Heard heard) noexcept {
    switch (heard) {
    case Heard::nothing: return "nothing";
    case Heard::bye: return "bye";
    case Heard::cancel: return "cancel";
    case Heard::refusal: return "refusal";
    case Heard::answer: return "answer";
    case Heard::silence: return "silence";
    case Heard::failure: return "failure";
    }
    return "other";
}

[[nodiscard]] constexpr EndedBy ended_by(Heard heard) noexcept {
    switch (heard) {
    case Heard::nothing: break;
    case Heard::bye: return EndedBy::bye;
    case Heard::cancel: return EndedBy::cancel;
    case Heard::refusal:
    case Heard::answer: return EndedBy::answer;
    case Heard::silence: return EndedBy::silence;
    case Heard::failure: return EndedBy::failure;
    }
    return EndedBy::nothing;
}

// Our wish to end a call.
struct Drop {
    Asker asker = Asker::nobody;
    Verb made = Verb::none; // what the stack was asked for last
    bool sent = false;      // something that the stack was asked for has been carried out
};

// What the notifier is told. Without an origin the end answers the request that stands; `withdrawn` is a request that has come
// too late: it never left this machine, and is said to be refused before. One that is `confirmed` had left: that is said before, so
// that the other side's end contests it, also where `drop` has not returned yet.
struct Verdict {
    std::optional<Origin> origin;
    bool withdrawn = false;
    bool confirmed = false;

    friend constexpr bool operator==(const Verdict&, const Verdict&) = default;
};

constexpr int request_terminated = 487;

// The end is the other side's where its own BYE, CANCEL or refusal has made it. Where ours was on its way at that moment, both
// have ended the call: ours came first here, and theirs contests it. An INVITE that we have cancelled is answered by 487, which
// says by itself that the CANCEL had left; another refusal is one that had crossed it. *Source:* RFC 3261, 9.2, 15.1.2
[[nodiscard]] constexpr Verdict judge(Heard heard, int status, const Drop& drop) noexcept {
    const bool answers_cancel = heard == Heard::refusal && status == request_terminated && drop.made == Verb::cancel;
    const bool theirs = heard == Heard::bye || heard == Heard::cancel || (heard == Heard::refusal && !answers_cancel);
    const bool ours_was_sent = drop.asker != Asker::nobody && drop.sent;
    if (theirs) {
        if (drop.asker == Asker::service && ours_was_sent) return {Origin::service};
        const bool asked = drop.asker == Asker::session;
        return {Origin::remote, asked && !ours_was_sent, asked && ours_was_sent};
    }
    if (drop.asker == Asker::session) return {};
    return {Origin::service};
}

} // namespace wrapup::sofia::detail
