// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/abi.hpp>

#include <chrono>

namespace wrapup::tapi2 {

/// The functions of TAPI 2 that the provider calls, as a table: `tapi2::system()` is the one of the machine, another one is a
/// double for tests. Names, parameters and results are those of `<tapi.h>`; of the results, negative is an error (see
/// `tapi2::Error`) and where a function is asynchronous, positive is the number of the request that a `LINE_REPLY` answers.
///
/// Below them stands what the provider needs of Windows besides: it is there that messages are waited for.
///
/// *Thread safety:* that of TAPI: any of them from any thread. None is called while the provider holds a lock.
class Functions {
public:
    using Handle = abi::Handle;
    using Long = abi::Long;
    using Dword = abi::Dword;

    Functions() = default;
    Functions(const Functions&) = delete;
    Functions& operator=(const Functions&) = delete;
    virtual ~Functions() = default;

    virtual Long lineInitializeExW(Handle* app, abi::Callback* callback, const char16_t* friendly_name, Dword* devices,
                                   Dword* version, abi::InitializeExParams* params) noexcept = 0;
    virtual Long lineNegotiateAPIVersion(Handle app, Dword device, Dword low, Dword high, Dword* version,
                                         abi::ExtensionId* extension) noexcept = 0;
    virtual Long lineOpenW(Handle app, Dword device, Handle* line, Dword version, Dword extension_version,
                           abi::DwordPtr instance, Dword privileges, Dword media_modes,
                           const abi::CallParams* params) noexcept = 0;
    virtual Long lineClose(Handle line) noexcept = 0;
    virtual Long lineShutdown(Handle app) noexcept = 0;

    /// `*call` is written when the reply comes: the storage outlives it. The strings need not.
    virtual Long lineMakeCallW(Handle line, Handle* call, const char16_t* address, Dword country,
                               const abi::CallParams* params) noexcept = 0;
    virtual Long lineAnswer(Handle call, const char* user_user_info, Dword size) noexcept = 0;
    virtual Long lineDrop(Handle call, const char* user_user_info, Dword size) noexcept = 0;
    virtual Long lineDeallocateCall(Handle call) noexcept = 0;
    virtual Long lineGetCallStatus(Handle call, abi::CallStatus* status) noexcept = 0;
    virtual Long lineGetCallInfoW(Handle call, abi::CallInfo* info) noexcept = 0;

    /// `timeout` in milliseconds; 0xFFFFFFFF is for ever.
    virtual Long lineGetMessage(Handle app, abi::Message* message, Dword timeout) noexcept = 0;

    // ---- a completion port: where TAPI puts messages that are asked for so

    enum class Taken { message, nothing };

    /// A new port, or null.
    virtual void* create_port() noexcept = 0;
    /// Takes a message, and frees what TAPI had put it into. `nothing` where none has come in that time (negative: for ever),
    /// or somebody has called `wake_port`.
    virtual Taken take_message(void* port, abi::Message& message, std::chrono::milliseconds timeout) noexcept = 0;
    /// Lets one `take_message`, the present or the next one, return.
    virtual void wake_port(void* port) noexcept = 0;
    virtual void close_port(void* port) noexcept = 0;

    // ---- a message loop: TAPI calls back inside it

    /// Waits for messages of the calling thread, no longer than that, and dispatches all that are there.
    virtual void pump(std::chrono::milliseconds timeout) noexcept = 0;
};

} // namespace wrapup::tapi2
