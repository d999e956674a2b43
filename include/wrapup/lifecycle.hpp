// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/phase.hpp>

#include <cstdint>

namespace wrapup {

/// What can happen to a session.
enum class Event : std::uint8_t {
    request,     ///< a handle asks for the end: `drop`, `disconnect`
    abort,       ///< a handle asks for an abortive end
    refused,     ///< the provider does not carry out what we asked for, now or later
    terminating, ///< the provider reports that the end has begun
    terminated,  ///< the provider reports that it is over; an inline session's accepted drop is this report
    lost,        ///< the service reports that the identifier is void
    release      ///< the owner gives its part up
};

/// What the library does about it.
enum class Action : std::uint8_t {
    none,       ///< nothing: it is so already, or it comes too late
    drive,      ///< claim the ending, then call the provider's `drop`
    abort,      ///< claim the ending where nobody has, then call the provider's `abort`, once
    claim,      ///< claim the ending for whoever reports it
    refine,     ///< add to a claimed ending what is reported of it: the cause, that it was contested
    withdraw,   ///< withdraw the claim
    publish,    ///< snapshot, complete the termination, make it visible, notify
    abandon,    ///< as `drive`, in the application's name: nobody is left to do it
    defer,      ///< deallocate as soon as the ending is published
    deallocate, ///< deallocate as soon as no lease is held
    forfeit     ///< the identifier is not ours any more: neither use nor deallocate it
};

/// The phase that an event leads to, and what is done on the way.
struct Step {
    Phase phase;
    Action action;

    friend constexpr bool operator==(const Step&, const Step&) = default;
};

/// The life of a session, whole: every event in every phase. Both forms of `Session` do what this says; what they add
/// is when nobody may look (claiming and publishing are two steps) and who does what was deferred.
[[nodiscard]] constexpr Step step(Phase phase, Event event) noexcept {
    switch (event) {
    case Event::request:
        return phase == Phase::active ? Step{Phase::terminating, Action::drive} : Step{phase, Action::none};
    case Event::abort:
        return phase <= Phase::terminating ? Step{Phase::terminating, Action::abort} : Step{phase, Action::none};
    case Event::refused:
        return phase == Phase::terminating ? Step{Phase::active, Action::withdraw} : Step{phase, Action::none};
    case Event::terminating:
        if (phase == Phase::active) return {Phase::terminating, Action::claim};
        return {phase, phase == Phase::terminating ? Action::refine : Action::none};
    case Event::terminated:
        return phase <= Phase::terminating ? Step{Phase::terminated, Action::publish} : Step{phase, Action::none};
    case Event::lost:
        if (phase <= Phase::terminating) return {Phase::released, Action::publish};
        return {Phase::released, phase == Phase::terminated ? Action::forfeit : Action::none};
    case Event::release:
        if (phase == Phase::active) return {Phase::terminating, Action::abandon};
        if (phase == Phase::terminating) return {phase, Action::defer};
        return {Phase::released, phase == Phase::terminated ? Action::deallocate : Action::none};
    }
    return {phase, Action::none};
}

[[nodiscard]] constexpr const char* to_string(Event event) noexcept {
    switch (event) {
    case Event::request: return "request";
    case Event::abort: return "abort";
    case Event::refused: return "refused";
    case Event::terminating: return "terminating";
    case Event::terminated: return "terminated";
    case Event::lost: return "lost";
    case Event::release: return "release";
    }
    return "unknown event";
}

[[nodiscard]] constexpr const char* to_string(Action action) noexcept {
    switch (action) {
    case Action::none: return "none";
    case Action::drive: return "drive";
    case Action::abort: return "abort";
    case Action::claim: return "claim";
    case Action::refine: return "refine";
    case Action::withdraw: return "withdraw";
    case Action::publish: return "publish";
    case Action::abandon: return "abandon";
    case Action::defer: return "defer";
    case Action::deallocate: return "deallocate";
    case Action::forfeit: return "forfeit";
    }
    return "unknown action";
}

} // namespace wrapup
