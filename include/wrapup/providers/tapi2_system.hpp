// SPDX-License-Identifier: BSL-1.0
#pragma once

#if !defined(_WIN32)
#error "wrapup: TAPI is a part of Windows; elsewhere a tapi2::Functions of your own can stand in for it"
#endif

#include <wrapup/detail/immortal.hpp>
#include <wrapup/providers/detail/message_loop.hpp>
#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/functions.hpp>
#include <wrapup/providers/tapi2_system/agreement.hpp>

#include <windows.h>
#include <tapi.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>

/// @file
/// The TAPI of the machine. A program that includes this is linked with `tapi32`. It is the one header of the provider that
/// includes `<windows.h>`; a program that needs `<winsock2.h>` includes that before.

namespace wrapup::tapi2 {
namespace detail {

class System final : public Functions {
public:
    Long lineInitializeExW(Handle* app, abi::Callback* callback, const char16_t* friendly_name, Dword* devices,
                           Dword* version, abi::InitializeExParams* params) noexcept override {
        if (callback) callback_.store(callback);
        return ::lineInitializeExW(as<HLINEAPP>(app), nullptr, callback ? &call_back : nullptr, text(friendly_name),
                                   as<DWORD>(devices), as<DWORD>(version), as<LINEINITIALIZEEXPARAMS>(params));
    }
    Long lineNegotiateAPIVersion(Handle app, Dword device, Dword low, Dword high, Dword* version,
                                 abi::ExtensionId* extension) noexcept override {
        return ::lineNegotiateAPIVersion(std::bit_cast<HLINEAPP>(app), device, low, high, as<DWORD>(version),
                                         as<LINEEXTENSIONID>(extension));
    }
    Long lineOpenW(Handle app, Dword device, Handle* line, Dword version, Dword extension_version,
                   abi::DwordPtr instance, Dword privileges, Dword media_modes,
                   const abi::CallParams* params) noexcept override {
        return ::lineOpenW(std::bit_cast<HLINEAPP>(app), device, as<HLINE>(line), version, extension_version, instance,
                           privileges, media_modes, mutable_params(params));
    }
    Long lineClose(Handle line) noexcept override { return ::lineClose(std::bit_cast<HLINE>(line)); }
    Long lineShutdown(Handle app) noexcept override { return ::lineShutdown(std::bit_cast<HLINEAPP>(app)); }

    Long lineMakeCallW(Handle line, Handle* call, const char16_t* address, Dword country,
                       const abi::CallParams* params) noexcept override {
        return ::lineMakeCallW(std::bit_cast<HLINE>(line), as<HCALL>(call), text(address), country,
                               mutable_params(params));
    }
    Long lineAnswer(Handle call, const char* user_user_info, Dword size) noexcept override {
        return ::lineAnswer(std::bit_cast<HCALL>(call), user_user_info, size);
    }
    Long lineDrop(Handle call, const char* user_user_info, Dword size) noexcept override {
        return ::lineDrop(std::bit_cast<HCALL>(call), user_user_info, size);
    }
    Long lineDeallocateCall(Handle call) noexcept override { return ::lineDeallocateCall(std::bit_cast<HCALL>(call)); }
    Long lineGetCallStatus(Handle call, abi::CallStatus* status) noexcept override {
        return ::lineGetCallStatus(std::bit_cast<HCALL>(call), as<LINECALLSTATUS>(status));
    }
    Long lineGetCallInfoW(Handle call, abi::CallInfo* info) noexcept override {
        return ::lineGetCallInfoW(std::bit_cast<HCALL>(call), as<LINECALLINFO>(info));
    }
    Long lineGetMessage(Handle app, abi::Message* message, Dword timeout) noexcept override {
        return ::lineGetMessage(std::bit_cast<HLINEAPP>(app), as<LINEMESSAGE>(message), timeout);
    }

    void* create_port() noexcept override { return ::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1); }
    Taken take_message(void* port, abi::Message& message, std::chrono::milliseconds timeout) noexcept override {
        DWORD bytes = 0;
        ULONG_PTR key = 0;
        OVERLAPPED* taken = nullptr; // a LINEMESSAGE, or null from `wake_port`
        if (!::GetQueuedCompletionStatus(port, &bytes, &key, &taken, milliseconds(timeout)) || !taken)
            return Taken::nothing;
        std::memcpy(&message, taken, sizeof message);
        ::LocalFree(taken);
        return Taken::message;
    }
    void wake_port(void* port) noexcept override { ::PostQueuedCompletionStatus(port, 0, 0, nullptr); }
    void close_port(void* port) noexcept override { ::CloseHandle(port); }

    void pump(std::chrono::milliseconds timeout) noexcept override {
        wrapup::detail::pump_messages(milliseconds(timeout));
    }

private:
    // Handles, numbers, and structures that have been found to be the same as ours.
    template <class Theirs, class Ours>
    static Theirs* as(Ours* pointer) noexcept {
        static_assert(sizeof(Theirs) == sizeof(Ours));
        return reinterpret_cast<Theirs*>(pointer);
    }
    static const WCHAR* text(const char16_t* text) noexcept { return reinterpret_cast<const WCHAR*>(text); }

    // TAPI does not say const where it could.
    static LINECALLPARAMS* mutable_params(const abi::CallParams* params) noexcept {
        return as<LINECALLPARAMS>(const_cast<abi::CallParams*>(params));
    }

    static DWORD milliseconds(std::chrono::milliseconds timeout) noexcept {
        if (timeout.count() < 0) return INFINITE;
        constexpr std::chrono::milliseconds longest(INFINITE - 1);
        return static_cast<DWORD>((std::min)(timeout, longest).count());
    }

    // TAPI calls by another calling convention, where there are several.
    static void CALLBACK call_back(DWORD device, DWORD message, DWORD_PTR instance, DWORD_PTR param1, DWORD_PTR param2,
                                   DWORD_PTR param3) {
        callback_.load()(device, message, instance, param1, param2, param3);
    }
    static inline std::atomic<abi::Callback*> callback_{nullptr};
};

// Sessions may end until the very end.
inline constinit wrapup::detail::Immortal<System> immortal_system{};

} // namespace detail

/// The functions of the machine's TAPI, and of its completion ports and message loops.
///
/// TAPI tells a callback nothing of the application that it was given for: there is one for the whole program, the last one
/// that was given to `lineInitializeExW`. A WM_QUIT that `pump` meets is posted again, once it is done.
[[nodiscard]] inline Functions& system() noexcept { return detail::immortal_system.object; }

} // namespace wrapup::tapi2
