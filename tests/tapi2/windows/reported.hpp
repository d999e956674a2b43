// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2_system.hpp>

#include "tapi2/control.hpp"

namespace tapi2_double {

/// The double that stands in for the machine's TAPI, or null where it does not. Nothing but the export tells.
inline Control* stand_in() noexcept {
    using Export = Control*();
    const HMODULE tapi = GetModuleHandleW(L"tapi32");
    const FARPROC found = tapi ? GetProcAddress(tapi, control_export) : nullptr;
    return found ? reinterpret_cast<Export*>(reinterpret_cast<void*>(found))() : nullptr;
}

/// The functions of the machine, which tell the double what it cannot see: that somebody waits at a port.
class Reported final : public wrapup::tapi2::Functions {
public:
    explicit Reported(Control& control) noexcept : control_(control) {}

    Long lineInitializeExW(Handle* app, abi::Callback* callback, const char16_t* friendly_name, Dword* devices,
                           Dword* version, abi::InitializeExParams* params) noexcept override {
        return tapi_.lineInitializeExW(app, callback, friendly_name, devices, version, params);
    }
    Long lineNegotiateAPIVersion(Handle app, Dword device, Dword low, Dword high, Dword* version,
                                 abi::ExtensionId* extension) noexcept override {
        return tapi_.lineNegotiateAPIVersion(app, device, low, high, version, extension);
    }
    Long lineOpenW(Handle app, Dword device, Handle* line, Dword version, Dword extension_version,
                   abi::DwordPtr instance, Dword privileges, Dword media_modes,
                   const abi::CallParams* params) noexcept override {
        return tapi_.lineOpenW(app, device, line, version, extension_version, instance, privileges, media_modes,
                               params);
    }
    Long lineClose(Handle line) noexcept override { return tapi_.lineClose(line); }
    Long lineShutdown(Handle app) noexcept override { return tapi_.lineShutdown(app); }
    Long lineMakeCallW(Handle line, Handle* call, const char16_t* address, Dword country,
                       const abi::CallParams* params) noexcept override {
        return tapi_.lineMakeCallW(line, call, address, country, params);
    }
    Long lineAnswer(Handle call, const char* user_user_info, Dword size) noexcept override {
        return tapi_.lineAnswer(call, user_user_info, size);
    }
    Long lineDrop(Handle call, const char* user_user_info, Dword size) noexcept override {
        return tapi_.lineDrop(call, user_user_info, size);
    }
    Long lineDeallocateCall(Handle call) noexcept override { return tapi_.lineDeallocateCall(call); }
    Long lineGetCallStatus(Handle call, abi::CallStatus* status) noexcept override {
        return tapi_.lineGetCallStatus(call, status);
    }
    Long lineGetCallInfoW(Handle call, abi::CallInfo* info) noexcept override {
        return tapi_.lineGetCallInfoW(call, info);
    }
    Long lineGetMessage(Handle app, abi::Message* message, Dword timeout) noexcept override {
        return tapi_.lineGetMessage(app, message, timeout);
    }

    void* create_port() noexcept override { return tapi_.create_port(); }
    Taken take_message(void* port, abi::Message& message, std::chrono::milliseconds timeout) noexcept override {
        control_.port_waits(port);
        const Taken taken = tapi_.take_message(port, message, timeout);
        if (taken == Taken::message) control_.port_taken(port);
        return taken;
    }
    void wake_port(void* port) noexcept override { tapi_.wake_port(port); }
    void close_port(void* port) noexcept override {
        control_.port_closes(port);
        tapi_.close_port(port);
    }
    void pump(std::chrono::milliseconds timeout) noexcept override { tapi_.pump(timeout); }

private:
    Control& control_;
    wrapup::tapi2::Functions& tapi_ = wrapup::tapi2::system();
};

} // namespace tapi2_double
