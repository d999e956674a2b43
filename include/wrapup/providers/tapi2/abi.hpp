// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

/// @file
/// The binary interface of TAPI 2 as far as the provider uses it, without a Windows header: the logic is compiled and tested
/// anywhere. `<wrapup/providers/tapi2_system.hpp>` asserts that all of it agrees with `<tapi.h>`, whose names it keeps; those of
/// its macros in lower case, since that header may have been included before.

namespace wrapup::tapi2::abi {

using Handle = std::uint32_t; // HLINEAPP, HLINE, HCALL: 0 is none
using Long = std::int32_t;
using Dword = std::uint32_t;
using DwordPtr = std::uintptr_t;

// Who tells us what happens: LINECALLBACK.
using Callback = void(Dword device, Dword message, DwordPtr instance, DwordPtr param1, DwordPtr param2,
                      DwordPtr param3);

// tapi.h packs its structures by one byte, on every platform.
#pragma pack(push, 1)

struct SystemTime { // SYSTEMTIME, in UTC
    std::uint16_t wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds;
};

struct DialParams {
    Dword dwDialPause, dwDialSpeed, dwDigitDuration, dwWaitForDialtone;
};

struct ExtensionId {
    Dword dwExtensionID0, dwExtensionID1, dwExtensionID2, dwExtensionID3;
};

struct Message {
    Dword hDevice, dwMessageID;
    DwordPtr dwCallbackInstance, dwParam1, dwParam2, dwParam3;
};

struct InitializeExParams {
    Dword dwTotalSize, dwNeededSize, dwUsedSize, dwOptions;
    void* handle; // hEvent, hCompletionPort
    Dword dwCompletionKey;
};

// What is said of a party to a call.
struct PartyId {
    Dword flags, size, offset, name_size, name_offset;
};

// Where a part of a structure of variable size is: `offset` bytes from the structure's begin. Absent where `size` is 0.
struct Field {
    Dword size, offset;
};

struct CallInfo {
    Dword dwTotalSize, dwNeededSize, dwUsedSize;
    Handle hLine;
    Dword dwLineDeviceID, dwAddressID, dwBearerMode, dwRate, dwMediaMode, dwAppSpecific, dwCallID, dwRelatedCallID;
    Dword dwCallParamFlags, dwCallStates, dwMonitorDigitModes, dwMonitorMediaModes;
    DialParams dial_params;
    Dword dwOrigin, dwReason, dwCompletionID, dwNumOwners, dwNumMonitors, dwCountryCode, dwTrunk;
    PartyId caller, called, connected, redirection, redirecting;
    Field app_name, displayable_address, called_party, comment, display, user_user_info, high_level_comp,
        low_level_comp;
    Field charging_info, terminal_modes, dev_specific;
    Dword dwCallTreatment;
    Field call_data, sending_flowspec, receiving_flowspec;                        // 2.0 and later, with dwCallTreatment
    Dword dwCallerIDAddressType, dwCalledIDAddressType, dwConnectedIDAddressType; // 3.0 and later
    Dword dwRedirectionIDAddressType, dwRedirectingIDAddressType;
};

struct CallStatus {
    Dword dwTotalSize, dwNeededSize, dwUsedSize;
    Dword dwCallState, dwCallStateMode, dwCallPrivilege, dwCallFeatures;
    Field dev_specific;
    Dword dwCallFeatures2; // 2.0 and later, with tStateEntryTime
    SystemTime tStateEntryTime;
};

struct CallParams {
    Dword dwTotalSize, dwBearerMode, dwMinRate, dwMaxRate, dwMediaMode, dwCallParamFlags, dwAddressMode, dwAddressID;
    DialParams dial_params;
    Field orig_address, displayable_address, called_party, comment, user_user_info, high_level_comp, low_level_comp;
    Field dev_specific;
    Dword dwPredictiveAutoTransferStates;
    Field target_address, sending_flowspec, receiving_flowspec, device_class, device_config, call_data;
    Dword dwNoAnswerTimeout;
    Field calling_party_id;
    Dword dwAddressType;
};

#pragma pack(pop)

static_assert(sizeof(Message) == 8 + 4 * sizeof(DwordPtr) && sizeof(InitializeExParams) == 20 + sizeof(void*));
static_assert(sizeof(CallInfo) == 344 && sizeof(CallStatus) == 56 && sizeof(CallParams) == 180);

// Messages. *Source:* TAPI, "Line Device Messages"
inline constexpr Dword line_callinfo = 1, line_callstate = 2, line_close = 3, line_linedevstate = 8, line_reply = 12,
                       line_appnewcall = 23;

// lineInitializeExW: how messages come.
inline constexpr Dword lineinitializeexoption_usehiddenwindow = 1, lineinitializeexoption_useevent = 2,
                       lineinitializeexoption_usecompletionport = 3;

inline constexpr Dword linebearermode_voice = 1, linecallparamflags_idle = 2, lineaddressmode_addressid = 1;

} // namespace wrapup::tapi2::abi
