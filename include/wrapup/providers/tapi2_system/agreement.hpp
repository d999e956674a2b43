// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/disconnect_mode.hpp>
#include <wrapup/providers/tapi2/error.hpp>
#include <wrapup/providers/tapi2/privilege.hpp>

#include <windows.h>
#include <tapi.h>

#include <cstddef>
#include <type_traits>

#if TAPI_CURRENT_VERSION < 0x00030000
#error "wrapup: define TAPI_CURRENT_VERSION as 0x00030001, or not at all; an older version can still be negotiated"
#endif

// That our own statement of TAPI's binary interface and of its numbers is that of <tapi.h>.
namespace wrapup::tapi2::detail {

#define WRAPUP_SAME_SIZE(ours, theirs) static_assert(sizeof(ours) == sizeof(theirs))
#define WRAPUP_SAME_VALUE(ours, theirs) static_assert(static_cast<DWORD>(ours) == static_cast<DWORD>(theirs))
#define WRAPUP_SAME_MEMBER(ours, our_member, theirs, their_member)                                                     \
    static_assert(offsetof(ours, our_member) == offsetof(theirs, their_member) &&                                      \
                  sizeof(ours::our_member) == sizeof(theirs::their_member))
#define WRAPUP_SAME_PLACE(ours, our_member, theirs, their_member)                                                      \
    static_assert(offsetof(ours, our_member) == offsetof(theirs, their_member))
#define WRAPUP_SAME(ours, theirs, member) WRAPUP_SAME_MEMBER(ours, member, theirs, member)

// ---- types

WRAPUP_SAME_SIZE(abi::Handle, HLINEAPP);
WRAPUP_SAME_SIZE(abi::Handle, HLINE);
WRAPUP_SAME_SIZE(abi::Handle, HCALL);
WRAPUP_SAME_SIZE(abi::Long, LONG);
WRAPUP_SAME_SIZE(abi::Dword, DWORD);
WRAPUP_SAME_SIZE(abi::DwordPtr, DWORD_PTR);
WRAPUP_SAME_SIZE(char16_t, WCHAR);
static_assert(std::is_signed_v<LONG> && std::is_unsigned_v<DWORD> && std::is_unsigned_v<DWORD_PTR>);

WRAPUP_SAME_SIZE(abi::SystemTime, SYSTEMTIME);
WRAPUP_SAME(abi::SystemTime, SYSTEMTIME, wYear);
WRAPUP_SAME(abi::SystemTime, SYSTEMTIME, wMonth);
WRAPUP_SAME(abi::SystemTime, SYSTEMTIME, wDayOfWeek);
WRAPUP_SAME(abi::SystemTime, SYSTEMTIME, wDay);
WRAPUP_SAME(abi::SystemTime, SYSTEMTIME, wHour);
WRAPUP_SAME(abi::SystemTime, SYSTEMTIME, wMinute);
WRAPUP_SAME(abi::SystemTime, SYSTEMTIME, wSecond);
WRAPUP_SAME(abi::SystemTime, SYSTEMTIME, wMilliseconds);

WRAPUP_SAME_SIZE(abi::DialParams, LINEDIALPARAMS);
WRAPUP_SAME(abi::DialParams, LINEDIALPARAMS, dwDialPause);
WRAPUP_SAME(abi::DialParams, LINEDIALPARAMS, dwDialSpeed);
WRAPUP_SAME(abi::DialParams, LINEDIALPARAMS, dwDigitDuration);
WRAPUP_SAME(abi::DialParams, LINEDIALPARAMS, dwWaitForDialtone);

WRAPUP_SAME_SIZE(abi::ExtensionId, LINEEXTENSIONID);
WRAPUP_SAME(abi::ExtensionId, LINEEXTENSIONID, dwExtensionID0);
WRAPUP_SAME(abi::ExtensionId, LINEEXTENSIONID, dwExtensionID1);
WRAPUP_SAME(abi::ExtensionId, LINEEXTENSIONID, dwExtensionID2);
WRAPUP_SAME(abi::ExtensionId, LINEEXTENSIONID, dwExtensionID3);

WRAPUP_SAME_SIZE(abi::Message, LINEMESSAGE);
WRAPUP_SAME(abi::Message, LINEMESSAGE, hDevice);
WRAPUP_SAME(abi::Message, LINEMESSAGE, dwMessageID);
WRAPUP_SAME(abi::Message, LINEMESSAGE, dwCallbackInstance);
WRAPUP_SAME(abi::Message, LINEMESSAGE, dwParam1);
WRAPUP_SAME(abi::Message, LINEMESSAGE, dwParam2);
WRAPUP_SAME(abi::Message, LINEMESSAGE, dwParam3);

WRAPUP_SAME_SIZE(abi::InitializeExParams, LINEINITIALIZEEXPARAMS);
WRAPUP_SAME(abi::InitializeExParams, LINEINITIALIZEEXPARAMS, dwTotalSize);
WRAPUP_SAME(abi::InitializeExParams, LINEINITIALIZEEXPARAMS, dwNeededSize);
WRAPUP_SAME(abi::InitializeExParams, LINEINITIALIZEEXPARAMS, dwUsedSize);
WRAPUP_SAME(abi::InitializeExParams, LINEINITIALIZEEXPARAMS, dwOptions);
WRAPUP_SAME(abi::InitializeExParams, LINEINITIALIZEEXPARAMS, dwCompletionKey);
WRAPUP_SAME_MEMBER(abi::InitializeExParams, handle, LINEINITIALIZEEXPARAMS, Handles);

WRAPUP_SAME_SIZE(abi::CallInfo, LINECALLINFO);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwTotalSize);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwNeededSize);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwUsedSize);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, hLine);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwLineDeviceID);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwAddressID);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwBearerMode);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwRate);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwMediaMode);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwAppSpecific);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwCallID);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwRelatedCallID);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwCallParamFlags);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwCallStates);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwMonitorDigitModes);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwMonitorMediaModes);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwOrigin);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwReason);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwCompletionID);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwNumOwners);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwNumMonitors);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwCountryCode);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwTrunk);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwCallTreatment);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwCallerIDAddressType);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwCalledIDAddressType);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwConnectedIDAddressType);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwRedirectionIDAddressType);
WRAPUP_SAME(abi::CallInfo, LINECALLINFO, dwRedirectingIDAddressType);
WRAPUP_SAME_MEMBER(abi::CallInfo, dial_params, LINECALLINFO, DialParams);
WRAPUP_SAME_PLACE(abi::CallInfo, app_name.size, LINECALLINFO, dwAppNameSize);
WRAPUP_SAME_PLACE(abi::CallInfo, app_name.offset, LINECALLINFO, dwAppNameOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, displayable_address.size, LINECALLINFO, dwDisplayableAddressSize);
WRAPUP_SAME_PLACE(abi::CallInfo, displayable_address.offset, LINECALLINFO, dwDisplayableAddressOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, called_party.size, LINECALLINFO, dwCalledPartySize);
WRAPUP_SAME_PLACE(abi::CallInfo, called_party.offset, LINECALLINFO, dwCalledPartyOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, comment.size, LINECALLINFO, dwCommentSize);
WRAPUP_SAME_PLACE(abi::CallInfo, comment.offset, LINECALLINFO, dwCommentOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, display.size, LINECALLINFO, dwDisplaySize);
WRAPUP_SAME_PLACE(abi::CallInfo, display.offset, LINECALLINFO, dwDisplayOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, user_user_info.size, LINECALLINFO, dwUserUserInfoSize);
WRAPUP_SAME_PLACE(abi::CallInfo, user_user_info.offset, LINECALLINFO, dwUserUserInfoOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, high_level_comp.size, LINECALLINFO, dwHighLevelCompSize);
WRAPUP_SAME_PLACE(abi::CallInfo, high_level_comp.offset, LINECALLINFO, dwHighLevelCompOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, low_level_comp.size, LINECALLINFO, dwLowLevelCompSize);
WRAPUP_SAME_PLACE(abi::CallInfo, low_level_comp.offset, LINECALLINFO, dwLowLevelCompOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, charging_info.size, LINECALLINFO, dwChargingInfoSize);
WRAPUP_SAME_PLACE(abi::CallInfo, charging_info.offset, LINECALLINFO, dwChargingInfoOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, terminal_modes.size, LINECALLINFO, dwTerminalModesSize);
WRAPUP_SAME_PLACE(abi::CallInfo, terminal_modes.offset, LINECALLINFO, dwTerminalModesOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, dev_specific.size, LINECALLINFO, dwDevSpecificSize);
WRAPUP_SAME_PLACE(abi::CallInfo, dev_specific.offset, LINECALLINFO, dwDevSpecificOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, call_data.size, LINECALLINFO, dwCallDataSize);
WRAPUP_SAME_PLACE(abi::CallInfo, call_data.offset, LINECALLINFO, dwCallDataOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, sending_flowspec.size, LINECALLINFO, dwSendingFlowspecSize);
WRAPUP_SAME_PLACE(abi::CallInfo, sending_flowspec.offset, LINECALLINFO, dwSendingFlowspecOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, receiving_flowspec.size, LINECALLINFO, dwReceivingFlowspecSize);
WRAPUP_SAME_PLACE(abi::CallInfo, receiving_flowspec.offset, LINECALLINFO, dwReceivingFlowspecOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, caller.flags, LINECALLINFO, dwCallerIDFlags);
WRAPUP_SAME_PLACE(abi::CallInfo, caller.size, LINECALLINFO, dwCallerIDSize);
WRAPUP_SAME_PLACE(abi::CallInfo, caller.offset, LINECALLINFO, dwCallerIDOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, caller.name_size, LINECALLINFO, dwCallerIDNameSize);
WRAPUP_SAME_PLACE(abi::CallInfo, caller.name_offset, LINECALLINFO, dwCallerIDNameOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, called.flags, LINECALLINFO, dwCalledIDFlags);
WRAPUP_SAME_PLACE(abi::CallInfo, called.size, LINECALLINFO, dwCalledIDSize);
WRAPUP_SAME_PLACE(abi::CallInfo, called.offset, LINECALLINFO, dwCalledIDOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, called.name_size, LINECALLINFO, dwCalledIDNameSize);
WRAPUP_SAME_PLACE(abi::CallInfo, called.name_offset, LINECALLINFO, dwCalledIDNameOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, connected.flags, LINECALLINFO, dwConnectedIDFlags);
WRAPUP_SAME_PLACE(abi::CallInfo, connected.size, LINECALLINFO, dwConnectedIDSize);
WRAPUP_SAME_PLACE(abi::CallInfo, connected.offset, LINECALLINFO, dwConnectedIDOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, connected.name_size, LINECALLINFO, dwConnectedIDNameSize);
WRAPUP_SAME_PLACE(abi::CallInfo, connected.name_offset, LINECALLINFO, dwConnectedIDNameOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, redirection.flags, LINECALLINFO, dwRedirectionIDFlags);
WRAPUP_SAME_PLACE(abi::CallInfo, redirection.size, LINECALLINFO, dwRedirectionIDSize);
WRAPUP_SAME_PLACE(abi::CallInfo, redirection.offset, LINECALLINFO, dwRedirectionIDOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, redirection.name_size, LINECALLINFO, dwRedirectionIDNameSize);
WRAPUP_SAME_PLACE(abi::CallInfo, redirection.name_offset, LINECALLINFO, dwRedirectionIDNameOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, redirecting.flags, LINECALLINFO, dwRedirectingIDFlags);
WRAPUP_SAME_PLACE(abi::CallInfo, redirecting.size, LINECALLINFO, dwRedirectingIDSize);
WRAPUP_SAME_PLACE(abi::CallInfo, redirecting.offset, LINECALLINFO, dwRedirectingIDOffset);
WRAPUP_SAME_PLACE(abi::CallInfo, redirecting.name_size, LINECALLINFO, dwRedirectingIDNameSize);
WRAPUP_SAME_PLACE(abi::CallInfo, redirecting.name_offset, LINECALLINFO, dwRedirectingIDNameOffset);

WRAPUP_SAME_SIZE(abi::CallStatus, LINECALLSTATUS);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, dwTotalSize);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, dwNeededSize);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, dwUsedSize);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, dwCallState);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, dwCallStateMode);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, dwCallPrivilege);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, dwCallFeatures);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, dwCallFeatures2);
WRAPUP_SAME(abi::CallStatus, LINECALLSTATUS, tStateEntryTime);
WRAPUP_SAME_PLACE(abi::CallStatus, dev_specific.size, LINECALLSTATUS, dwDevSpecificSize);
WRAPUP_SAME_PLACE(abi::CallStatus, dev_specific.offset, LINECALLSTATUS, dwDevSpecificOffset);

WRAPUP_SAME_SIZE(abi::CallParams, LINECALLPARAMS);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwTotalSize);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwBearerMode);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwMinRate);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwMaxRate);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwMediaMode);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwCallParamFlags);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwAddressMode);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwAddressID);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwPredictiveAutoTransferStates);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwNoAnswerTimeout);
WRAPUP_SAME(abi::CallParams, LINECALLPARAMS, dwAddressType);
WRAPUP_SAME_MEMBER(abi::CallParams, dial_params, LINECALLPARAMS, DialParams);
WRAPUP_SAME_PLACE(abi::CallParams, orig_address.size, LINECALLPARAMS, dwOrigAddressSize);
WRAPUP_SAME_PLACE(abi::CallParams, orig_address.offset, LINECALLPARAMS, dwOrigAddressOffset);
WRAPUP_SAME_PLACE(abi::CallParams, displayable_address.size, LINECALLPARAMS, dwDisplayableAddressSize);
WRAPUP_SAME_PLACE(abi::CallParams, displayable_address.offset, LINECALLPARAMS, dwDisplayableAddressOffset);
WRAPUP_SAME_PLACE(abi::CallParams, called_party.size, LINECALLPARAMS, dwCalledPartySize);
WRAPUP_SAME_PLACE(abi::CallParams, called_party.offset, LINECALLPARAMS, dwCalledPartyOffset);
WRAPUP_SAME_PLACE(abi::CallParams, comment.size, LINECALLPARAMS, dwCommentSize);
WRAPUP_SAME_PLACE(abi::CallParams, comment.offset, LINECALLPARAMS, dwCommentOffset);
WRAPUP_SAME_PLACE(abi::CallParams, user_user_info.size, LINECALLPARAMS, dwUserUserInfoSize);
WRAPUP_SAME_PLACE(abi::CallParams, user_user_info.offset, LINECALLPARAMS, dwUserUserInfoOffset);
WRAPUP_SAME_PLACE(abi::CallParams, high_level_comp.size, LINECALLPARAMS, dwHighLevelCompSize);
WRAPUP_SAME_PLACE(abi::CallParams, high_level_comp.offset, LINECALLPARAMS, dwHighLevelCompOffset);
WRAPUP_SAME_PLACE(abi::CallParams, low_level_comp.size, LINECALLPARAMS, dwLowLevelCompSize);
WRAPUP_SAME_PLACE(abi::CallParams, low_level_comp.offset, LINECALLPARAMS, dwLowLevelCompOffset);
WRAPUP_SAME_PLACE(abi::CallParams, dev_specific.size, LINECALLPARAMS, dwDevSpecificSize);
WRAPUP_SAME_PLACE(abi::CallParams, dev_specific.offset, LINECALLPARAMS, dwDevSpecificOffset);
WRAPUP_SAME_PLACE(abi::CallParams, target_address.size, LINECALLPARAMS, dwTargetAddressSize);
WRAPUP_SAME_PLACE(abi::CallParams, target_address.offset, LINECALLPARAMS, dwTargetAddressOffset);
WRAPUP_SAME_PLACE(abi::CallParams, sending_flowspec.size, LINECALLPARAMS, dwSendingFlowspecSize);
WRAPUP_SAME_PLACE(abi::CallParams, sending_flowspec.offset, LINECALLPARAMS, dwSendingFlowspecOffset);
WRAPUP_SAME_PLACE(abi::CallParams, receiving_flowspec.size, LINECALLPARAMS, dwReceivingFlowspecSize);
WRAPUP_SAME_PLACE(abi::CallParams, receiving_flowspec.offset, LINECALLPARAMS, dwReceivingFlowspecOffset);
WRAPUP_SAME_PLACE(abi::CallParams, device_class.size, LINECALLPARAMS, dwDeviceClassSize);
WRAPUP_SAME_PLACE(abi::CallParams, device_class.offset, LINECALLPARAMS, dwDeviceClassOffset);
WRAPUP_SAME_PLACE(abi::CallParams, device_config.size, LINECALLPARAMS, dwDeviceConfigSize);
WRAPUP_SAME_PLACE(abi::CallParams, device_config.offset, LINECALLPARAMS, dwDeviceConfigOffset);
WRAPUP_SAME_PLACE(abi::CallParams, call_data.size, LINECALLPARAMS, dwCallDataSize);
WRAPUP_SAME_PLACE(abi::CallParams, call_data.offset, LINECALLPARAMS, dwCallDataOffset);
WRAPUP_SAME_PLACE(abi::CallParams, calling_party_id.size, LINECALLPARAMS, dwCallingPartyIDSize);
WRAPUP_SAME_PLACE(abi::CallParams, calling_party_id.offset, LINECALLPARAMS, dwCallingPartyIDOffset);

// ---- numbers

WRAPUP_SAME_VALUE(abi::line_callinfo, LINE_CALLINFO);
WRAPUP_SAME_VALUE(abi::line_callstate, LINE_CALLSTATE);
WRAPUP_SAME_VALUE(abi::line_close, LINE_CLOSE);
WRAPUP_SAME_VALUE(abi::line_linedevstate, LINE_LINEDEVSTATE);
WRAPUP_SAME_VALUE(abi::line_reply, LINE_REPLY);
WRAPUP_SAME_VALUE(abi::line_appnewcall, LINE_APPNEWCALL);
WRAPUP_SAME_VALUE(abi::lineinitializeexoption_usehiddenwindow, LINEINITIALIZEEXOPTION_USEHIDDENWINDOW);
WRAPUP_SAME_VALUE(abi::lineinitializeexoption_useevent, LINEINITIALIZEEXOPTION_USEEVENT);
WRAPUP_SAME_VALUE(abi::lineinitializeexoption_usecompletionport, LINEINITIALIZEEXOPTION_USECOMPLETIONPORT);
WRAPUP_SAME_VALUE(abi::linebearermode_voice, LINEBEARERMODE_VOICE);
WRAPUP_SAME_VALUE(abi::linecallparamflags_idle, LINECALLPARAMFLAGS_IDLE);
WRAPUP_SAME_VALUE(abi::lineaddressmode_addressid, LINEADDRESSMODE_ADDRESSID);

WRAPUP_SAME_VALUE(CallState::idle, LINECALLSTATE_IDLE);
WRAPUP_SAME_VALUE(CallState::offering, LINECALLSTATE_OFFERING);
WRAPUP_SAME_VALUE(CallState::accepted, LINECALLSTATE_ACCEPTED);
WRAPUP_SAME_VALUE(CallState::dial_tone, LINECALLSTATE_DIALTONE);
WRAPUP_SAME_VALUE(CallState::dialing, LINECALLSTATE_DIALING);
WRAPUP_SAME_VALUE(CallState::ringback, LINECALLSTATE_RINGBACK);
WRAPUP_SAME_VALUE(CallState::busy, LINECALLSTATE_BUSY);
WRAPUP_SAME_VALUE(CallState::special_information, LINECALLSTATE_SPECIALINFO);
WRAPUP_SAME_VALUE(CallState::connected, LINECALLSTATE_CONNECTED);
WRAPUP_SAME_VALUE(CallState::proceeding, LINECALLSTATE_PROCEEDING);
WRAPUP_SAME_VALUE(CallState::on_hold, LINECALLSTATE_ONHOLD);
WRAPUP_SAME_VALUE(CallState::conferenced, LINECALLSTATE_CONFERENCED);
WRAPUP_SAME_VALUE(CallState::on_hold_pending_conference, LINECALLSTATE_ONHOLDPENDCONF);
WRAPUP_SAME_VALUE(CallState::on_hold_pending_transfer, LINECALLSTATE_ONHOLDPENDTRANSFER);
WRAPUP_SAME_VALUE(CallState::disconnected, LINECALLSTATE_DISCONNECTED);
WRAPUP_SAME_VALUE(CallState::unknown, LINECALLSTATE_UNKNOWN);

WRAPUP_SAME_VALUE(DisconnectMode::normal, LINEDISCONNECTMODE_NORMAL);
WRAPUP_SAME_VALUE(DisconnectMode::unknown, LINEDISCONNECTMODE_UNKNOWN);
WRAPUP_SAME_VALUE(DisconnectMode::rejected, LINEDISCONNECTMODE_REJECT);
WRAPUP_SAME_VALUE(DisconnectMode::picked_up, LINEDISCONNECTMODE_PICKUP);
WRAPUP_SAME_VALUE(DisconnectMode::forwarded, LINEDISCONNECTMODE_FORWARDED);
WRAPUP_SAME_VALUE(DisconnectMode::busy, LINEDISCONNECTMODE_BUSY);
WRAPUP_SAME_VALUE(DisconnectMode::no_answer, LINEDISCONNECTMODE_NOANSWER);
WRAPUP_SAME_VALUE(DisconnectMode::bad_address, LINEDISCONNECTMODE_BADADDRESS);
WRAPUP_SAME_VALUE(DisconnectMode::unreachable, LINEDISCONNECTMODE_UNREACHABLE);
WRAPUP_SAME_VALUE(DisconnectMode::congestion, LINEDISCONNECTMODE_CONGESTION);
WRAPUP_SAME_VALUE(DisconnectMode::incompatible, LINEDISCONNECTMODE_INCOMPATIBLE);
WRAPUP_SAME_VALUE(DisconnectMode::unavailable, LINEDISCONNECTMODE_UNAVAIL);
WRAPUP_SAME_VALUE(DisconnectMode::no_dial_tone, LINEDISCONNECTMODE_NODIALTONE);
WRAPUP_SAME_VALUE(DisconnectMode::number_changed, LINEDISCONNECTMODE_NUMBERCHANGED);
WRAPUP_SAME_VALUE(DisconnectMode::out_of_order, LINEDISCONNECTMODE_OUTOFORDER);
WRAPUP_SAME_VALUE(DisconnectMode::temporary_failure, LINEDISCONNECTMODE_TEMPFAILURE);
WRAPUP_SAME_VALUE(DisconnectMode::qos_unavailable, LINEDISCONNECTMODE_QOSUNAVAIL);
WRAPUP_SAME_VALUE(DisconnectMode::blocked, LINEDISCONNECTMODE_BLOCKED);
WRAPUP_SAME_VALUE(DisconnectMode::do_not_disturb, LINEDISCONNECTMODE_DONOTDISTURB);
WRAPUP_SAME_VALUE(DisconnectMode::cancelled, LINEDISCONNECTMODE_CANCELLED);

WRAPUP_SAME_VALUE(Privilege::none, LINECALLPRIVILEGE_NONE);
WRAPUP_SAME_VALUE(Privilege::monitor, LINECALLPRIVILEGE_MONITOR);
WRAPUP_SAME_VALUE(Privilege::owner, LINECALLPRIVILEGE_OWNER);

WRAPUP_SAME_VALUE(Error::allocated, LINEERR_ALLOCATED);
WRAPUP_SAME_VALUE(Error::bad_device_id, LINEERR_BADDEVICEID);
WRAPUP_SAME_VALUE(Error::bearer_mode_unavailable, LINEERR_BEARERMODEUNAVAIL);
WRAPUP_SAME_VALUE(Error::call_unavailable, LINEERR_CALLUNAVAIL);
WRAPUP_SAME_VALUE(Error::completion_overrun, LINEERR_COMPLETIONOVERRUN);
WRAPUP_SAME_VALUE(Error::conference_full, LINEERR_CONFERENCEFULL);
WRAPUP_SAME_VALUE(Error::dial_billing, LINEERR_DIALBILLING);
WRAPUP_SAME_VALUE(Error::dial_dial_tone, LINEERR_DIALDIALTONE);
WRAPUP_SAME_VALUE(Error::dial_prompt, LINEERR_DIALPROMPT);
WRAPUP_SAME_VALUE(Error::dial_quiet, LINEERR_DIALQUIET);
WRAPUP_SAME_VALUE(Error::incompatible_api_version, LINEERR_INCOMPATIBLEAPIVERSION);
WRAPUP_SAME_VALUE(Error::incompatible_extension_version, LINEERR_INCOMPATIBLEEXTVERSION);
WRAPUP_SAME_VALUE(Error::ini_file_corrupt, LINEERR_INIFILECORRUPT);
WRAPUP_SAME_VALUE(Error::in_use, LINEERR_INUSE);
WRAPUP_SAME_VALUE(Error::invalid_address, LINEERR_INVALADDRESS);
WRAPUP_SAME_VALUE(Error::invalid_address_id, LINEERR_INVALADDRESSID);
WRAPUP_SAME_VALUE(Error::invalid_address_mode, LINEERR_INVALADDRESSMODE);
WRAPUP_SAME_VALUE(Error::invalid_address_state, LINEERR_INVALADDRESSSTATE);
WRAPUP_SAME_VALUE(Error::invalid_app_handle, LINEERR_INVALAPPHANDLE);
WRAPUP_SAME_VALUE(Error::invalid_app_name, LINEERR_INVALAPPNAME);
WRAPUP_SAME_VALUE(Error::invalid_bearer_mode, LINEERR_INVALBEARERMODE);
WRAPUP_SAME_VALUE(Error::invalid_call_completion_mode, LINEERR_INVALCALLCOMPLMODE);
WRAPUP_SAME_VALUE(Error::invalid_call_handle, LINEERR_INVALCALLHANDLE);
WRAPUP_SAME_VALUE(Error::invalid_call_params, LINEERR_INVALCALLPARAMS);
WRAPUP_SAME_VALUE(Error::invalid_call_privilege, LINEERR_INVALCALLPRIVILEGE);
WRAPUP_SAME_VALUE(Error::invalid_call_select, LINEERR_INVALCALLSELECT);
WRAPUP_SAME_VALUE(Error::invalid_call_state, LINEERR_INVALCALLSTATE);
WRAPUP_SAME_VALUE(Error::invalid_call_state_list, LINEERR_INVALCALLSTATELIST);
WRAPUP_SAME_VALUE(Error::invalid_card, LINEERR_INVALCARD);
WRAPUP_SAME_VALUE(Error::invalid_completion_id, LINEERR_INVALCOMPLETIONID);
WRAPUP_SAME_VALUE(Error::invalid_conference_call_handle, LINEERR_INVALCONFCALLHANDLE);
WRAPUP_SAME_VALUE(Error::invalid_consult_call_handle, LINEERR_INVALCONSULTCALLHANDLE);
WRAPUP_SAME_VALUE(Error::invalid_country_code, LINEERR_INVALCOUNTRYCODE);
WRAPUP_SAME_VALUE(Error::invalid_device_class, LINEERR_INVALDEVICECLASS);
WRAPUP_SAME_VALUE(Error::invalid_device_handle, LINEERR_INVALDEVICEHANDLE);
WRAPUP_SAME_VALUE(Error::invalid_dial_params, LINEERR_INVALDIALPARAMS);
WRAPUP_SAME_VALUE(Error::invalid_digit_list, LINEERR_INVALDIGITLIST);
WRAPUP_SAME_VALUE(Error::invalid_digit_mode, LINEERR_INVALDIGITMODE);
WRAPUP_SAME_VALUE(Error::invalid_digits, LINEERR_INVALDIGITS);
WRAPUP_SAME_VALUE(Error::invalid_extension_version, LINEERR_INVALEXTVERSION);
WRAPUP_SAME_VALUE(Error::invalid_group_id, LINEERR_INVALGROUPID);
WRAPUP_SAME_VALUE(Error::invalid_line_handle, LINEERR_INVALLINEHANDLE);
WRAPUP_SAME_VALUE(Error::invalid_line_state, LINEERR_INVALLINESTATE);
WRAPUP_SAME_VALUE(Error::invalid_location, LINEERR_INVALLOCATION);
WRAPUP_SAME_VALUE(Error::invalid_media_list, LINEERR_INVALMEDIALIST);
WRAPUP_SAME_VALUE(Error::invalid_media_mode, LINEERR_INVALMEDIAMODE);
WRAPUP_SAME_VALUE(Error::invalid_message_id, LINEERR_INVALMESSAGEID);
WRAPUP_SAME_VALUE(Error::invalid_param, LINEERR_INVALPARAM);
WRAPUP_SAME_VALUE(Error::invalid_park_id, LINEERR_INVALPARKID);
WRAPUP_SAME_VALUE(Error::invalid_park_mode, LINEERR_INVALPARKMODE);
WRAPUP_SAME_VALUE(Error::invalid_pointer, LINEERR_INVALPOINTER);
WRAPUP_SAME_VALUE(Error::invalid_privilege_select, LINEERR_INVALPRIVSELECT);
WRAPUP_SAME_VALUE(Error::invalid_rate, LINEERR_INVALRATE);
WRAPUP_SAME_VALUE(Error::invalid_request_mode, LINEERR_INVALREQUESTMODE);
WRAPUP_SAME_VALUE(Error::invalid_terminal_id, LINEERR_INVALTERMINALID);
WRAPUP_SAME_VALUE(Error::invalid_terminal_mode, LINEERR_INVALTERMINALMODE);
WRAPUP_SAME_VALUE(Error::invalid_timeout, LINEERR_INVALTIMEOUT);
WRAPUP_SAME_VALUE(Error::invalid_tone, LINEERR_INVALTONE);
WRAPUP_SAME_VALUE(Error::invalid_tone_list, LINEERR_INVALTONELIST);
WRAPUP_SAME_VALUE(Error::invalid_tone_mode, LINEERR_INVALTONEMODE);
WRAPUP_SAME_VALUE(Error::invalid_transfer_mode, LINEERR_INVALTRANSFERMODE);
WRAPUP_SAME_VALUE(Error::line_mapper_failed, LINEERR_LINEMAPPERFAILED);
WRAPUP_SAME_VALUE(Error::no_conference, LINEERR_NOCONFERENCE);
WRAPUP_SAME_VALUE(Error::no_device, LINEERR_NODEVICE);
WRAPUP_SAME_VALUE(Error::no_driver, LINEERR_NODRIVER);
WRAPUP_SAME_VALUE(Error::no_memory, LINEERR_NOMEM);
WRAPUP_SAME_VALUE(Error::no_request, LINEERR_NOREQUEST);
WRAPUP_SAME_VALUE(Error::not_owner, LINEERR_NOTOWNER);
WRAPUP_SAME_VALUE(Error::not_registered, LINEERR_NOTREGISTERED);
WRAPUP_SAME_VALUE(Error::operation_failed, LINEERR_OPERATIONFAILED);
WRAPUP_SAME_VALUE(Error::operation_unavailable, LINEERR_OPERATIONUNAVAIL);
WRAPUP_SAME_VALUE(Error::rate_unavailable, LINEERR_RATEUNAVAIL);
WRAPUP_SAME_VALUE(Error::resource_unavailable, LINEERR_RESOURCEUNAVAIL);
WRAPUP_SAME_VALUE(Error::request_overrun, LINEERR_REQUESTOVERRUN);
WRAPUP_SAME_VALUE(Error::structure_too_small, LINEERR_STRUCTURETOOSMALL);
WRAPUP_SAME_VALUE(Error::target_not_found, LINEERR_TARGETNOTFOUND);
WRAPUP_SAME_VALUE(Error::target_self, LINEERR_TARGETSELF);
WRAPUP_SAME_VALUE(Error::uninitialized, LINEERR_UNINITIALIZED);
WRAPUP_SAME_VALUE(Error::user_user_info_too_big, LINEERR_USERUSERINFOTOOBIG);
WRAPUP_SAME_VALUE(Error::reinit, LINEERR_REINIT);
WRAPUP_SAME_VALUE(Error::address_blocked, LINEERR_ADDRESSBLOCKED);
WRAPUP_SAME_VALUE(Error::billing_rejected, LINEERR_BILLINGREJECTED);
WRAPUP_SAME_VALUE(Error::invalid_feature, LINEERR_INVALFEATURE);
WRAPUP_SAME_VALUE(Error::no_multiple_instance, LINEERR_NOMULTIPLEINSTANCE);
WRAPUP_SAME_VALUE(Error::invalid_agent_id, LINEERR_INVALAGENTID);
WRAPUP_SAME_VALUE(Error::invalid_agent_group, LINEERR_INVALAGENTGROUP);
WRAPUP_SAME_VALUE(Error::invalid_password, LINEERR_INVALPASSWORD);
WRAPUP_SAME_VALUE(Error::invalid_agent_state, LINEERR_INVALAGENTSTATE);
WRAPUP_SAME_VALUE(Error::invalid_agent_activity, LINEERR_INVALAGENTACTIVITY);
WRAPUP_SAME_VALUE(Error::dial_voice_detect, LINEERR_DIALVOICEDETECT);
WRAPUP_SAME_VALUE(Error::user_cancelled, LINEERR_USERCANCELLED);
WRAPUP_SAME_VALUE(Error::invalid_address_type, LINEERR_INVALADDRESSTYPE);
WRAPUP_SAME_VALUE(Error::invalid_agent_session_state, LINEERR_INVALAGENTSESSIONSTATE);
WRAPUP_SAME_VALUE(Error::disconnected, LINEERR_DISCONNECTED);
WRAPUP_SAME_VALUE(Error::service_not_running, LINEERR_SERVICE_NOT_RUNNING);

#undef WRAPUP_SAME
#undef WRAPUP_SAME_PLACE
#undef WRAPUP_SAME_MEMBER
#undef WRAPUP_SAME_VALUE
#undef WRAPUP_SAME_SIZE

} // namespace wrapup::tapi2::detail
