// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/call_state.hpp>

#include <chrono>
#include <cstdint>
#include <functional>

namespace wrapup {
template <class Provider>
class Session;
}

namespace wrapup::tapi3 {

class Provider;

/// How TAPI is used.
struct Options {
    /// Which of TAPI's addresses calls are made on and come in on, in the order of EnumerateAddresses.
    std::uint32_t address = 0;

    /// What the calls carry. *Source:* TAPIMEDIATYPE_ Constants
    std::uint32_t media_types = abi::tapimediatype_audio;

    /// Given each call that comes in (`monitors`: and each of others that we may look at), on the thread where events are
    /// handled. Without it no call comes in. What it throws ends the program.
    std::function<void(Session<Provider>)> on_call{};
    bool monitors = false;

    /// Told each state that TAPI tells, on the same thread.
    std::function<void(Call, CallState)> on_state{};

    /// How long the end of the service waits for the calls that it has disconnected.
    std::chrono::milliseconds grace = std::chrono::seconds(5);

    /// How long the event of a disconnection is waited for before the call itself is asked for its state. So is each live call
    /// when an event was lost for want of memory; where one is found to be over, its event is waited for once more. It is also
    /// after how long a Disconnect that TAPI has refused is tried again of a call that nobody holds, or when the service ends.
    std::chrono::milliseconds patience = std::chrono::seconds(2);
};

} // namespace wrapup::tapi3
