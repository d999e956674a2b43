// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tapi2/control.hpp"

#include <cstdio>
#include <string>

namespace tapi2_double {

inline std::string hex(unsigned long long number) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", number);
    return text;
}

/// What has been counted and written down. Not thread-safe: the exchange is.
class Ledger {
public:
    Books counted{};

    void call(const char* function, Handle handle) { calls_ += entry(function, handle) + '\n'; }
    void message(const abi::Message& message) {
        ++counted.messages;
        messages_ += std::string(name_of(message.dwMessageID)) + '(' + std::to_string(message.hDevice) + ", " +
                     hex(message.dwParam1) + ", " + hex(message.dwParam2) + ", " + hex(message.dwParam3) + ")\n";
    }
    void violation(const char* function, Handle handle, const std::string& what) {
        ++counted.violations;
        violations_ += entry(function, handle) + ": " + what + '\n';
    }

    std::string text(Text which) const {
        if (which == Text::calls) return calls_;
        return which == Text::violations ? violations_ : messages_;
    }

private:
    static std::string entry(const char* function, Handle handle) {
        return std::string(function) + '(' + std::to_string(handle) + ')';
    }
    static const char* name_of(Dword message) {
        switch (message) {
        case abi::line_callinfo: return "LINE_CALLINFO";
        case abi::line_callstate: return "LINE_CALLSTATE";
        case abi::line_close: return "LINE_CLOSE";
        case abi::line_linedevstate: return "LINE_LINEDEVSTATE";
        case abi::line_reply: return "LINE_REPLY";
        case abi::line_appnewcall: return "LINE_APPNEWCALL";
        default: return "message";
        }
    }

    std::string calls_, violations_, messages_;
};

} // namespace tapi2_double
