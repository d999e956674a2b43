// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier_table.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/cause.hpp>
#include <wrapup/providers/tapi2/detail/requests.hpp>
#include <wrapup/providers/tapi2/disconnect_mode.hpp>
#include <wrapup/providers/tapi2/privilege.hpp>
#include <wrapup/providers/tapi2/user_user_info.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

namespace wrapup::tapi2::detail {

using Table = NotifierTable<std::uint64_t, Cause>;
using Handles = std::map<abi::Handle, std::uint64_t>;

// How far our wish to end a call has come. There is one lineDrop at a time.
enum class Drop : std::uint8_t {
    none,
    wanted,   // it is called next, or when the call gets its handle
    asking,   // lineDrop is being called
    asked,    // the reply is owed
    accepted, // the reply was success, and idle is owed
};

// Who wants it: the session, which has to be told of a refusal, or the line, which tries again.
enum class Dropper : std::uint8_t { session, line };

// How a call has ended; without an origin it is the answer to our drop, where there was one.
struct Ending {
    std::optional<Origin> origin;
    Cause cause;
};

// What follows for a call from what is known of it.
enum class Due : std::uint8_t { nothing, drop, deallocation, erasure };

// What is known of a call, and how that changes: no TAPI is called here, and nothing is locked. It keeps its place in memory:
// TAPI writes into it.
struct Record {
    explicit Record(Table::Place free) : place(std::move(free)) {
        Handles one;
        one.emplace();
        spare_handle = one.extract(one.begin());
    }

    // It is ours, and not over: somebody has to end it.
    [[nodiscard]] bool is_live() const noexcept { return !ending && !void_ && privilege == Privilege::owner; }

    // A call that the other party has left is cleared, one that nobody wants any more is dropped, and the handle is given back
    // when its call is over.
    [[nodiscard]] Due due() const noexcept {
        if (void_) return Due::nothing;
        const bool over = ending || privilege != Privilege::owner;
        if (given_up && over && uses == 0) return handle ? Due::deallocation : Due::erasure;
        const bool unwanted = given_up || far_end_gone;
        return unwanted && !over && handle && drop == Drop::none ? Due::drop : Due::nothing;
    }

    void wants_drop(Dropper who) noexcept {
        dropper = who;
        drop = Drop::wanted;
    }

    void ends(std::optional<Origin> origin) noexcept { ending = Ending{origin, cause}; }

    // Whether there is something to be said. While lineDrop is being called it is not known whose doing the end is.
    [[nodiscard]] bool has_news() const noexcept { return (ending || far_end_gone) && drop != Drop::asking; }

    // Each message says what the state is, whatever it was before; idle alone is for ever. *Source:* LINECALLSTATE_ Constants,
    // "state-ovr". @returns whether our drop has come to nothing
    bool enter(CallState now, abi::Dword mode) noexcept {
        state = now;
        reverted = false;
        switch (now) {
        case CallState::connected: {
            if (!connected) connected = std::chrono::system_clock::now();
            // A bridged line that others still use, or a call that was about to be transferred: lineDrop has not ended it.
            constexpr abi::Dword inactive = 0x2 | 0x8; // LINECONNECTEDMODE_INACTIVE, _INACTIVEHELD
            if (drop < Drop::asking || ((mode & inactive) == 0 && !held)) return false;
            // Until the reply is there, nothing else may be asked for.
            reverted = drop != Drop::accepted;
            if (!reverted) withdraw_drop();
            return !reverted;
        }
        case CallState::disconnected: cause.mode = merge(cause.mode, DisconnectMode(mode)); break;
        case CallState::busy: cause.mode = merge(cause.mode, DisconnectMode::busy); break;
        case CallState::special_information: cause.mode = merge(cause.mode, DisconnectMode::unreachable); break;
        case CallState::idle:
            if (far_end_gone || (drop < Drop::asking && !stands)) ends(Origin::remote);
            else if (dropper == Dropper::line) ends(Origin::service);
            else ends({}); // the answer to what the session has asked for
            return false;
        default: return false;
        }
        // Where our drop is under way, this is how it goes on, and not the other party's doing.
        if (is_live() && drop < Drop::asking && !stands) far_end_gone = true;
        return false;
    }

    // @returns whether lineDrop is to be called now
    bool drop_begins() noexcept {
        if (drop != Drop::wanted || !handle) return false;
        if (ending && !given_up) {
            drop = Drop::none;
            return false;
        }
        drop = Drop::asking;
        reverted = false;
        held = state == CallState::on_hold_pending_conference || state == CallState::on_hold_pending_transfer;
        return true;
    }

    // Its reply was success: the end is initiated, and it is over at idle. @returns whether it has come to nothing meanwhile
    bool drop_accepted() noexcept {
        sent = {};
        if (drop != Drop::asked) return false;
        drop = Drop::accepted;
        if (ending || !std::exchange(reverted, false)) return false;
        withdraw_drop();
        retry = true;
        return true;
    }

    // It was refused: if the call is over, that was not for our request, and if the other party had gone meanwhile, that was
    // not the answer to it.
    void drop_refused() noexcept {
        if (ending && !stands && drop == Drop::asking) ending->origin = Origin::remote;
        drop = stands ? Drop::accepted : Drop::none; // what was accepted before
        sent = {};
        if (ending || stands) return;
        retry = true;
        if (is_live() && wants_clearing(state)) far_end_gone = true;
    }

    std::optional<Table::Place> place; // for the notifier, until the call is watched
    Handles::node_type spare_handle;
    Requests::Slots requests;

    abi::Handle handle = 0;  // 0 before the service has named the call, and after it was given back
    abi::Handle written = 0; // by lineMakeCall, when its reply comes
    CallState state{};
    Privilege privilege = Privilege::owner;
    std::optional<std::chrono::system_clock::time_point> connected; // first

    Drop drop = Drop::none;
    Dropper dropper = Dropper::session;
    bool held = false;         // it was on hold pending something when it was dropped
    bool reverted = false;     // it has stayed connected, and the reply is not there yet
    UserUserInfo sent{};       // kept until the reply: whether TAPI copies it is not documented
    Cause cause{};             // as far as it is known
    bool stands = false;       // one was accepted, and another was tried
    bool far_end_gone = false; // and we had not asked: it has been reported as the remote party's doing

    bool is_idle = false;         // TAPI has said so
    std::optional<Ending> ending; // it is over
    std::error_code refused{};    // what the last other request was refused with
    bool offered = false;         // nobody has been shown it yet
    bool given_up = false;        // its identifier was given back: the handle is, as soon as the call is over
    bool void_ = false;           // the handle must not be used any more
    bool retry = false;           // something was refused that has to be done
    unsigned uses = 0;            // calls of TAPI with the handle that are in progress

private:
    void withdraw_drop() noexcept {
        drop = Drop::none;
        stands = false;
    }
    static bool wants_clearing(CallState state) noexcept {
        return state == CallState::disconnected || state == CallState::busy || state == CallState::special_information;
    }
};

} // namespace wrapup::tapi2::detail
