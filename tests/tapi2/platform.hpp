// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tapi2/constants.hpp"

namespace tapi2_double {

/// What the double needs of the operating system to get messages to an application. Called under the double's lock: no member
/// waits, or calls back.
class Platform {
public:
    Platform() = default;
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;

    virtual void* create_event() noexcept = 0;
    virtual void set_event(void* event, bool on) noexcept = 0;
    virtual void close_event(void* event) noexcept = 0;

    /// @returns whether the port is there
    virtual bool post(void* port, Dword key, const abi::Message& message) noexcept = 0;
    virtual Dword messages_held() noexcept = 0;  ///< in ports, and not freed
    virtual void forget_messages() noexcept = 0; ///< those are not counted any more

    /// A window of the calling thread, in which messages of the application are called back.
    virtual void* create_window(Handle app) noexcept = 0;
    virtual void poke(void* window) noexcept = 0; ///< there is one message more
    virtual void close_window(void* window) noexcept = 0;

protected:
    ~Platform() = default;
};

} // namespace tapi2_double
