// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>

#include <chrono>
#include <string_view>

namespace wrapup::tapi3 {

/// The functions of COM that the provider calls, as a table: `tapi3::system()` is that of the machine, another one stands
/// before a double of TAPI where there is no COM.
///
/// *Thread safety:* all of them from any thread. None is called while the provider holds a lock.
class Functions {
public:
    Functions() = default;
    Functions(const Functions&) = delete;
    Functions& operator=(const Functions&) = delete;
    virtual ~Functions() = default;

    /// This thread joins the multithreaded apartment. *Source:* CoInitializeEx
    virtual abi::HResult enter_apartment() noexcept = 0;
    /// *Source:* CoUninitialize
    virtual void leave_apartment() noexcept = 0;

    /// The TAPI object. *Source:* CoCreateInstance, CLSID_TAPI
    virtual abi::HResult create_tapi(abi::ITTAPI** tapi) noexcept = 0;

    /// Null where there is no memory. *Source:* SysAllocStringLen
    virtual abi::String allocate_string(std::u16string_view text) noexcept = 0;
    /// Null is the empty string. *Source:* SysStringLen
    virtual std::u16string_view view(abi::String string) noexcept = 0;
    /// Also of null. *Source:* SysFreeString
    virtual void free_string(abi::String string) noexcept = 0;
    /// Also of null. *Source:* CoTaskMemFree
    virtual void free_memory(void* memory) noexcept = 0;

    /// Whether this thread must pump messages while it waits: it is in an apartment of its own.
    virtual bool must_pump() noexcept = 0;
    /// Waits for so long, and dispatches what comes. *Source:* MsgWaitForMultipleObjects
    virtual void pump(std::chrono::milliseconds time) noexcept = 0;
};

} // namespace wrapup::tapi3
