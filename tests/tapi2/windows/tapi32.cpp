// SPDX-License-Identifier: BSL-1.0

// The double as a stand-in for tapi32.dll: the functions of TAPI by their names and calling convention, and messages in the
// ways of Windows. An application does not see the difference, but for one export more.

#include "tapi2/exchange.hpp"

#include <windows.h>
#include <tapi.h>

#include <cstring>
#include <mutex>
#include <new>
#include <set>

namespace {

using namespace tapi2_double;

class Windows final : public Platform {
public:
    Exchange& exchange() noexcept { return exchange_; }

private:
    // A message that is allocated with this size, which nobody else asks for, can be told from what comes in its place.
    static constexpr SIZE_T message_size = 1013;

    void* create_event() noexcept override { return CreateEventW(nullptr, TRUE, FALSE, nullptr); }
    void set_event(void* event, bool on) noexcept override { on ? SetEvent(event) : ResetEvent(event); }
    void close_event(void* event) noexcept override { CloseHandle(event); }

    bool post(void* port, Dword key, const abi::Message& message) noexcept override {
        void* allocated = LocalAlloc(LMEM_FIXED, message_size);
        if (!allocated) return false;
        std::memcpy(allocated, &message, sizeof message);
        {
            const std::lock_guard lock(mutex_);
            posted_.insert(allocated);
        }
        if (PostQueuedCompletionStatus(port, sizeof message, key, static_cast<OVERLAPPED*>(allocated))) return true;
        LocalFree(allocated);
        return false;
    }
    Dword messages_held() noexcept override {
        const std::lock_guard lock(mutex_);
        std::erase_if(posted_, [](void* message) {
            return !HeapValidate(GetProcessHeap(), 0, message) || LocalSize(message) != message_size;
        });
        return static_cast<Dword>(posted_.size());
    }
    void forget_messages() noexcept override {
        const std::lock_guard lock(mutex_);
        posted_.clear();
    }

    void* create_window(Handle app) noexcept override {
        static constexpr wchar_t name[] = L"wrapup_tapi_double";
        WNDCLASSW window_class{};
        window_class.lpfnWndProc = &Windows::handle;
        window_class.hInstance = GetModuleHandleW(L"tapi32");
        window_class.lpszClassName = name;
        RegisterClassW(&window_class); // once it is, again does no harm
        HWND window =
            CreateWindowExW(0, name, name, 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, window_class.hInstance, nullptr);
        SetWindowLongPtrW(window, GWLP_USERDATA, static_cast<LONG_PTR>(app));
        return window;
    }
    void poke(void* window) noexcept override { PostMessageW(static_cast<HWND>(window), WM_APP, 0, 0); }
    void close_window(void* handle) noexcept override {
        HWND window = static_cast<HWND>(handle);
        SetWindowLongPtrW(window, GWLP_USERDATA, 0);
        // Only its own thread can destroy it.
        if (GetWindowThreadProcessId(window, nullptr) == GetCurrentThreadId()) DestroyWindow(window);
        else PostMessageW(window, WM_CLOSE, 0, 0);
    }
    static LRESULT CALLBACK handle(HWND window, UINT message, WPARAM w, LPARAM l);

    std::mutex mutex_;
    std::set<void*> posted_;
    Exchange exchange_{*this};
};

// Never destroyed: at the end of the process its threads are gone before it could be.
Exchange& exchange() {
    static auto* windows = new Windows;
    return windows->exchange();
}

LRESULT CALLBACK Windows::handle(HWND window, UINT message, WPARAM w, LPARAM l) {
    if (message != WM_APP) return DefWindowProcW(window, message, w, l);
    ::exchange().call_back_one(static_cast<Handle>(GetWindowLongPtrW(window, GWLP_USERDATA)));
    return 0;
}

template <class Ours, class Theirs>
Ours* as(Theirs* pointer) {
    static_assert(sizeof(Ours) == sizeof(Theirs));
    return reinterpret_cast<Ours*>(pointer);
}
const char16_t* text(const wchar_t* text) { return reinterpret_cast<const char16_t*>(text); }

} // namespace

extern "C" {

LONG WINAPI lineInitializeExW(LPHLINEAPP app, HINSTANCE, LINECALLBACK callback, LPCWSTR name, LPDWORD devices,
                              LPDWORD version, LPLINEINITIALIZEEXPARAMS params) {
    return exchange().lineInitializeExW(as<Handle>(app), reinterpret_cast<abi::Callback*>(callback), text(name),
                                        as<Dword>(devices), as<Dword>(version), as<abi::InitializeExParams>(params));
}
LONG WINAPI lineNegotiateAPIVersion(HLINEAPP app, DWORD device, DWORD low, DWORD high, LPDWORD version,
                                    LPLINEEXTENSIONID extension) {
    return exchange().lineNegotiateAPIVersion(app, device, low, high, as<Dword>(version),
                                              as<abi::ExtensionId>(extension));
}
LONG WINAPI lineOpenW(HLINEAPP app, DWORD device, LPHLINE line, DWORD version, DWORD extension_version,
                      DWORD_PTR instance, DWORD privileges, DWORD media_modes, LPLINECALLPARAMS const params) {
    return exchange().lineOpenW(app, device, as<Handle>(line), version, extension_version, instance, privileges,
                                media_modes, as<abi::CallParams>(params));
}
LONG WINAPI lineClose(HLINE line) { return exchange().lineClose(line); }
LONG WINAPI lineShutdown(HLINEAPP app) { return exchange().lineShutdown(app); }
LONG WINAPI lineMakeCallW(HLINE line, LPHCALL call, LPCWSTR address, DWORD country, LPLINECALLPARAMS const params) {
    return exchange().lineMakeCallW(line, as<Handle>(call), text(address), country, as<abi::CallParams>(params));
}
LONG WINAPI lineAnswer(HCALL call, LPCSTR user_user_info, DWORD size) {
    return exchange().lineAnswer(call, user_user_info, size);
}
LONG WINAPI lineDrop(HCALL call, LPCSTR user_user_info, DWORD size) {
    return exchange().lineDrop(call, user_user_info, size);
}
LONG WINAPI lineDeallocateCall(HCALL call) { return exchange().lineDeallocateCall(call); }
LONG WINAPI lineGetCallStatus(HCALL call, LPLINECALLSTATUS status) {
    return exchange().lineGetCallStatus(call, as<abi::CallStatus>(status));
}
LONG WINAPI lineGetCallInfoW(HCALL call, LPLINECALLINFO info) {
    return exchange().lineGetCallInfoW(call, as<abi::CallInfo>(info));
}
LONG WINAPI lineGetMessage(HLINEAPP app, LPLINEMESSAGE message, DWORD timeout) {
    return exchange().lineGetMessage(app, as<abi::Message>(message), timeout);
}

Control* wrapup_tapi_double() { return &exchange(); }

} // extern "C"
