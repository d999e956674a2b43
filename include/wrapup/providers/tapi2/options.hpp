// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/call.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/privilege.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace wrapup {

template <class Provider>
class Session;

namespace tapi2 {

class Provider;

/// How TAPI's messages come to us. *Source:* lineInitializeEx
enum class Notification {
    event,           ///< a thread of the line's own waits for them
    completion_port, ///< the same, by way of a port
    hidden_window, ///< they come while the thread that made the line pumps its messages. What TAPI has refused, and the line
                   ///< does again, it does when a message comes, or while somebody waits for a session on that thread
};

/// What a `Line` is opened with.
struct Options {
    /// The line device, from 0.
    std::uint32_t device = 0;

    /// The name under which TAPI shows the application to others, in UTF-8.
    std::string application = "wrapup";

    Notification notification = Notification::event;

    /// Takes the calls that come in, are found by monitoring, or are handed over to us; without it, none do. A session that
    /// it lets die is dropped, and one that is only monitored is left. Called where messages are, and while it runs no other
    /// message is handled: not the place to wait for one.
    std::function<void(Session<Provider>)> on_call{};

    /// As what: `owner`, or `monitor` for looking on.
    Privilege privilege = Privilege::owner;

    /// Which calls, of those that come in: LINEMEDIAMODE_ bits; interactive voice.
    std::uint32_t media_modes = 4;

    /// Hears of every change of a call's state, before the session does; a call whose `Session` has been released, too.
    /// Called where messages are.
    std::function<void(Call, CallState)> on_state{};

    /// How long the end of the line waits for its live calls to end.
    std::chrono::milliseconds grace = std::chrono::seconds(5);
};

} // namespace tapi2
} // namespace wrapup
