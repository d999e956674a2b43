// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/detail/result.hpp>
#include <wrapup/providers/tapi2/error.hpp>
#include <wrapup/providers/tapi2/functions.hpp>

#include <chrono>

namespace support {

namespace abi = wrapup::tapi2::abi;

// A TAPI that can do nothing: a test overrides what it needs.
class UnavailableTapi : public wrapup::tapi2::Functions {
public:
    static constexpr Long unavailable = wrapup::tapi2::detail::result_of(wrapup::tapi2::Error::operation_unavailable);

    Long lineInitializeExW(Handle*, abi::Callback*, const char16_t*, Dword*, Dword*,
                           abi::InitializeExParams*) noexcept override {
        return unavailable;
    }
    Long lineNegotiateAPIVersion(Handle, Dword, Dword, Dword, Dword*, abi::ExtensionId*) noexcept override {
        return unavailable;
    }
    Long lineOpenW(Handle, Dword, Handle*, Dword, Dword, abi::DwordPtr, Dword, Dword,
                   const abi::CallParams*) noexcept override {
        return unavailable;
    }
    Long lineClose(Handle) noexcept override { return unavailable; }
    Long lineShutdown(Handle) noexcept override { return unavailable; }
    Long lineMakeCallW(Handle, Handle*, const char16_t*, Dword, const abi::CallParams*) noexcept override {
        return unavailable;
    }
    Long lineAnswer(Handle, const char*, Dword) noexcept override { return unavailable; }
    Long lineDrop(Handle, const char*, Dword) noexcept override { return unavailable; }
    Long lineDeallocateCall(Handle) noexcept override { return unavailable; }
    Long lineGetCallStatus(Handle, abi::CallStatus*) noexcept override { return unavailable; }
    Long lineGetCallInfoW(Handle, abi::CallInfo*) noexcept override { return unavailable; }
    Long lineGetMessage(Handle, abi::Message*, Dword) noexcept override { return unavailable; }

    void* create_port() noexcept override { return nullptr; }
    Taken take_message(void*, abi::Message&, std::chrono::milliseconds) noexcept override { return Taken::nothing; }
    void wake_port(void*) noexcept override {}
    void close_port(void*) noexcept override {}
    void pump(std::chrono::milliseconds) noexcept override {}
};

} // namespace support
