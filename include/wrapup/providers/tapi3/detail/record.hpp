// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/origin.hpp>
#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/call_info.hpp>
#include <wrapup/providers/tapi3/call_state.hpp>
#include <wrapup/providers/tapi3/cause.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>
#include <wrapup/providers/tapi3/detail/workers.hpp>
#include <wrapup/providers/tapi3/disconnect_code.hpp>
#include <wrapup/providers/tapi3/privilege.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace wrapup::tapi3::detail {

class Keeper;

// How far our wish to end a call has come. There is one Disconnect at a time.
enum class Drop : std::uint8_t {
    none,
    wanted,  // a worker is to call Disconnect
    asking,  // it is being called
    accepted // it has returned, and the event is owed
};

// Who wants it: the session, which has to be told of a refusal, or the service.
enum class Dropper : std::uint8_t { session, service };

// How a call has ended; without an origin it is the answer to our drop, where there was one.
struct Ending {
    std::optional<Origin> origin;
    Cause cause;
    // What TAPI said of the call when the end was met with, where there was memory for it. It is there before anybody hears of
    // the end: so whoever publishes that, a user's thread too, asks nobody.
    std::shared_ptr<const CallInfo> info;
    std::chrono::system_clock::time_point ended{}; // when we heard of it
};

enum class Due : std::uint8_t { nothing, disconnection, release };

// What is known of a call, and how that changes: no TAPI is called here, and nothing is locked.
struct Record {
    using Clock = std::chrono::steady_clock;

    Record(Ref<abi::ITBasicCallControl> c, Ref<abi::ITCallInfo> i, std::uintptr_t what, Privilege p) noexcept
        : control(std::move(c)), info(std::move(i)), identity(what), privilege(p) {}

    [[nodiscard]] Call call() const noexcept { return Call(info.get()); }

    // Nothing is heard of it any more. While our Disconnect is being called it is not known yet whose end it was.
    [[nodiscard]] bool is_over() const noexcept { return (ending && !handed_back) || state == CallState::disconnected; }

    // There is something to end, and that is ours to do.
    [[nodiscard]] bool is_ours() const noexcept { return privilege == Privilege::owner && !never_began; }

    // And it is not over: somebody has to end it.
    [[nodiscard]] bool is_live() const noexcept {
        return (!ending || (handed_back && state != CallState::disconnected)) && !void_ && is_ours();
    }

    // It has to be ended, whoever holds it: a Disconnect that is refused is tried again.
    [[nodiscard]] bool is_unwanted(bool closing) const noexcept {
        return given_up || insists || closing || handed_back;
    }

    // A call that nobody wants any more is disconnected, and TAPI's object let go when it is: what TAPI does to a call that is
    // let go before is not documented. One that is void has been waited for long enough.
    [[nodiscard]] Due due(bool closing) const noexcept {
        if (is_live()) {
            const bool is_free = uses == 0 || insists || closing; // otherwise whoever is the last settles
            return is_free && is_unwanted(closing) && drop == Drop::none && !retry ? Due::disconnection : Due::nothing;
        }
        return uses == 0 && (void_ || given_up) ? Due::release : Due::nothing;
    }

    void wants_drop(Dropper who, DisconnectCode what) noexcept {
        dropper = who;
        code = what;
        drop = Drop::wanted;
        retry = false;
    }

    // @returns whether Disconnect is to be called now: a call that is over needs none. One that is void does: it has come to be
    // that while a worker was waited for, and no call that is ours is let go before somebody has tried.
    bool drop_begins() noexcept {
        if (drop != Drop::wanted || (ending && !handed_back) || privilege != Privilege::owner) return false;
        drop = Drop::asking;
        return true;
    }

    void drop_accepted(Clock::time_point now) noexcept {
        drop = Drop::accepted;
        owed = 0;
        asked = now;
    }

    // One of its events may have been lost. It is not asked at once: what was not lost may still be on its way, with the cause.
    void missed_event(Clock::time_point now) noexcept {
        if (is_over() || doubtful) return;
        doubtful = true;
        if (drop != Drop::accepted) asked = now; // otherwise an event is waited for already
    }

    // The call says that it is over. @returns whether the event that says why is to be waited for, once
    bool found_over(Clock::time_point now) noexcept {
        if (drop == Drop::accepted || std::exchange(was_found_over, true)) return false;
        missed_event(now);
        return true;
    }

    // Whether an event has been waited for long enough, so that the call is asked itself now.
    bool asks(Clock::time_point heard_until, std::chrono::milliseconds patience) noexcept {
        if (is_over() || void_ || !(drop == Drop::accepted || doubtful) || heard_until - asked < patience) return false;
        asked = heard_until;
        return true;
    }

    // The call had been disconnected before, and so not by us, where none of ours was accepted. Its event, with the cause, is
    // owed.
    void drop_came_late(Clock::time_point now) noexcept {
        far_end_gone = far_end_gone || !stands;
        drop_accepted(now);
    }

    void drop_refused(Clock::time_point now) noexcept {
        drop = stands ? Drop::accepted : Drop::none; // what was accepted before
        retry = !stands;
        asked = now;
    }

    // What an event says, or the call itself: disconnected is for ever, and idle comes before a call, not after it.
    void enter(CallState now, DisconnectCause why, std::shared_ptr<const CallInfo> said) noexcept {
        if (is_over()) return;
        ++entered;
        state = now;
        if (now != CallState::idle) never_began = false;
        if (now == CallState::connected && !connected) connected = std::chrono::system_clock::now();
        if (now != CallState::disconnected) return;
        heard = Ending{{}, {.disconnected = why}, std::move(said), std::chrono::system_clock::now()};
        asked = Clock::now();
        if (drop != Drop::asking) conclude(); // otherwise what Disconnect returns says whether it has done that
    }

    // Says whose end it was that was heard of, if one was.
    void conclude() noexcept {
        if (ending || state != CallState::disconnected) return;
        if (far_end_gone || (drop <= Drop::wanted && !stands)) heard.origin = Origin::remote;
        else if (dropper == Dropper::service) heard.origin = Origin::service;
        ending = std::move(heard);
    }

    // A call that we only look at, or that never began: that is what our drop of it comes to. One that has come to be ours
    // since that was asked for has to be disconnected.
    void leave(std::shared_ptr<const CallInfo> said) noexcept {
        drop = Drop::none;
        stands = false;
        if (ending) return;
        if (is_ours()) insists = true;
        else ending = Ending{{}, {}, std::move(said), std::chrono::system_clock::now()};
    }

    // Another application has handed it to us.
    void is_handed_to_us() noexcept {
        if (state == CallState::disconnected || privilege == Privilege::owner) return;
        privilege = Privilege::owner;
        handed_back = ending.has_value();
    }

    Ref<abi::ITBasicCallControl> control;
    Ref<abi::ITCallInfo> info;
    std::uintptr_t identity;
    Privilege privilege;
    CallState state = CallState::idle;
    unsigned entered = 0;                                           // states
    std::optional<std::chrono::system_clock::time_point> connected; // first

    Drop drop = Drop::none;
    Dropper dropper = Dropper::session;
    DisconnectCode code = DisconnectCode::normal;
    Clock::time_point
        asked{}; // when Disconnect has returned, or the call was asked itself, or an event may have been lost, or it was over
    bool doubtful = false;        // an event may have been lost
    bool was_found_over = false;  // see `found_over`
    unsigned owed = 0;            // of the session's requests: to be told of a refusal
    bool again = false;           // another one is wanted when this one has returned
    bool stands = false;          // one was accepted, and another was tried
    bool never_began = false;     // TAPI has said that it is idle, and that there is nothing to disconnect
    bool far_end_gone = false;    // before our Disconnect
    Ending heard{};               // where its state is disconnected
    std::optional<Ending> ending; // it is over

    bool given_up = false;    // its identifier was given back
    bool void_ = false;       // the service goes: nobody begins to use it any more
    bool insists = false;     // its session has asked for the end again when that was refused
    bool handed_back = false; // it was handed to us when we had left it: there is nobody to have it
    bool retry = false;       // Disconnect was refused, and has not been tried since
    unsigned uses = 0;        // calls of TAPI that are in progress, or posted

    struct Posted : Job {
        Keeper* keeper = nullptr;
        Call call;
    } disconnecting, releasing;
};

} // namespace wrapup::tapi3::detail
