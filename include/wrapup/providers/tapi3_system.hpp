// SPDX-License-Identifier: BSL-1.0
#pragma once

#if !defined(_WIN32)
#error "wrapup: TAPI is a part of Windows; elsewhere a tapi3::Functions of your own can stand in for it"
#endif

#include <wrapup/detail/immortal.hpp>
#include <wrapup/providers/detail/message_loop.hpp>
#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3_system/agreement.hpp>

#include <windows.h>
#include <objbase.h>
#include <oleauto.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string_view>

/// @file
/// The COM of the machine. A program that includes this is linked with `ole32` and `oleaut32`. It is the one header of the
/// provider that includes `<windows.h>`; a program that needs `<winsock2.h>` includes that before.

namespace wrapup::tapi3 {
namespace detail {

class System : public Functions {
public:
    abi::HResult enter_apartment() noexcept override { return ::CoInitializeEx(nullptr, COINIT_MULTITHREADED); }
    void leave_apartment() noexcept override { ::CoUninitialize(); }

    abi::HResult create_tapi(abi::ITTAPI** tapi) noexcept override {
        void* object = nullptr;
        const abi::HResult result =
            ::CoCreateInstance(guid(abi::clsid_tapi), nullptr, CLSCTX_INPROC_SERVER, guid(abi::ITTAPI::iid), &object);
        *tapi = static_cast<abi::ITTAPI*>(object);
        return result;
    }

    abi::String allocate_string(std::u16string_view text) noexcept override {
        if (text.size() > (std::numeric_limits<UINT>::max)()) return nullptr;
        return reinterpret_cast<abi::String>(
            ::SysAllocStringLen(reinterpret_cast<const OLECHAR*>(text.data()), static_cast<UINT>(text.size())));
    }
    std::u16string_view view(abi::String string) noexcept override {
        return {string, ::SysStringLen(reinterpret_cast<BSTR>(string))};
    }
    void free_string(abi::String string) noexcept override { ::SysFreeString(reinterpret_cast<BSTR>(string)); }
    void free_memory(void* memory) noexcept override { ::CoTaskMemFree(memory); }

    bool must_pump() noexcept override {
        APTTYPE type{};
        APTTYPEQUALIFIER qualifier{};
        if (::CoGetApartmentType(&type, &qualifier) != S_OK) return false;
        return type == APTTYPE_STA || type == APTTYPE_MAINSTA;
    }
    void pump(std::chrono::milliseconds time) noexcept override {
        wrapup::detail::pump_messages(static_cast<DWORD>((std::max)(time, std::chrono::milliseconds(0)).count()));
    }

private:
    static const GUID& guid(const abi::Guid& ours) noexcept { return reinterpret_cast<const GUID&>(ours); }
};

// Sessions may end until the very end.
inline constinit wrapup::detail::Immortal<System> immortal_system{};

} // namespace detail

/// The functions of the machine's COM.
[[nodiscard]] inline Functions& system() noexcept { return detail::immortal_system.object; }

} // namespace wrapup::tapi3
