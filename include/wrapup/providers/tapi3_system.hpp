// SPDX-License-Identifier: BSL-1.0
#pragma once

#if !defined(_WIN32)
#error "wrapup: TAPI is a part of Windows; elsewhere a tapi3::Functions of your own can stand in for it"
#endif

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3_system/agreement.hpp>

#include <windows.h>
#include <objbase.h>
#include <oleauto.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
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
        const auto milliseconds = (std::max)(time, std::chrono::milliseconds(0));
        // The end of the program's own loop is taken out, or nothing would be waited for; and it is put back.
        std::optional<int> quit;
        if (!dispatch(quit)) {
            ::MsgWaitForMultipleObjectsEx(0, nullptr, static_cast<DWORD>(milliseconds.count()), QS_ALLINPUT,
                                          MWMO_INPUTAVAILABLE);
            dispatch(quit);
        }
        if (quit) ::PostQuitMessage(*quit);
    }

private:
    static const GUID& guid(const abi::Guid& ours) noexcept { return reinterpret_cast<const GUID&>(ours); }

    // Whether there was a message.
    static bool dispatch(std::optional<int>& quit) noexcept {
        bool any = false;
        MSG message{};
        while (::PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE)) {
            if (message.message == WM_QUIT) {
                quit = static_cast<int>(message.wParam);
                continue;
            }
            any = true;
            ::TranslateMessage(&message);
            ::DispatchMessageW(&message);
        }
        return any;
    }
};

// A constant that is never destroyed: sessions may end until the very end.
union ImmortalSystem {
    constexpr ImmortalSystem() noexcept : system() {}
    ~ImmortalSystem() {}
    System system;
};
inline constinit ImmortalSystem immortal_system{};

} // namespace detail

/// The functions of the machine's COM.
[[nodiscard]] inline Functions& system() noexcept { return detail::immortal_system.system; }

} // namespace wrapup::tapi3
