// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/call.hpp>
#include <wrapup/providers/sofia_sip/call_state.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace wrapup {
template <class Provider>
class Session;
}

namespace wrapup::sofia {

class Provider;

/// How SIP is spoken.
struct Options {
    /// Where messages are received and sent from: a `sip` URI with an address of this machine, and a port, or `*` for any that is
    /// free.
    std::string url = "sip:127.0.0.1:*";

    /// Who we are: the From of our calls, a SIP URI with or without a name before it. Empty is the same as where we are reached.
    std::string from{};

    /// What calls carry, where `open` and `answer` are not told: a session description. Empty is one with inactive audio. A
    /// re-INVITE is answered with what the call was begun with. *Source:* RFC 3264, RFC 8866
    std::string sdp{};

    /// Given each call that comes in, on the service's thread, also before the service's constructor has returned; without it they
    /// are refused with 480. What it throws ends the program.
    std::function<void(Session<Provider>)> on_call{};

    /// Told each state that a call enters, on the same thread. One that is ready stays so when it is invited to once more.
    std::function<void(Call, CallState)> on_state{};

    /// The estimate of the round trip, and how long an answer is waited for: timers B, F and H. At least a millisecond, at most 15
    /// days. *Source:* RFC 3261, 17
    std::chrono::milliseconds t1 = std::chrono::milliseconds(500);
    std::chrono::milliseconds patience = std::chrono::seconds(32);

    /// How often the other side must be heard of in a call; 0 is never, unless the other side asks for it. Without it, one that has
    /// vanished is noticed when we end the call. *Source:* RFC 4028
    std::chrono::seconds session_timer = std::chrono::seconds(0);

    /// How long the end of the service waits for the calls that it has ended.
    std::chrono::milliseconds grace = std::chrono::seconds(5);
};

} // namespace wrapup::sofia
