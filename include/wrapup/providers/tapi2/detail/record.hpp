// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier_table.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/cause.hpp>
#include <wrapup/providers/tapi2/detail/requests.hpp>
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
    wanted,   // the call has no handle yet: it is dropped when it gets one
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

// What is known of a call. It keeps its place in memory: TAPI writes into it.
struct Record {
    explicit Record(Table::Place free) : place(std::move(free)) {
        Handles one;
        one.emplace();
        spare_handle = one.extract(one.begin());
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
    bool freeing = false;         // lineDeallocateCall is being called
    bool void_ = false;           // the handle must not be used any more
    bool retry = false;           // something was refused that has to be done
    unsigned uses = 0;            // calls of TAPI with the handle that are in progress
};

} // namespace wrapup::tapi2::detail
