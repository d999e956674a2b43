// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <windows.h>

#include <optional>

namespace wrapup::detail {

// Whether there was a message for this thread. The one that ends the program's own loop is kept back.
inline bool dispatch_messages(std::optional<int>& quit) noexcept {
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

// Dispatches the messages of this thread that are there, or waits for one so many milliseconds. The end of the program's own loop
// is taken out meanwhile, or nothing would be waited for; and it is put back.
inline void pump_messages(DWORD milliseconds) noexcept {
    std::optional<int> quit;
    if (!dispatch_messages(quit)) {
        ::MsgWaitForMultipleObjectsEx(0, nullptr, milliseconds, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
        dispatch_messages(quit);
    }
    if (quit) ::PostQuitMessage(*quit);
}

} // namespace wrapup::detail
