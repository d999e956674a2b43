// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/abi.hpp>

/// @file
/// The constants of `<tapi.h>` that the double and its tests use, by its names in lower case. They are stated a second time, so that
/// the provider is not tested against its own.

namespace tapi2_double {

namespace abi = wrapup::tapi2::abi;
using abi::Dword;
using abi::DwordPtr;
using abi::Handle;
using abi::Long;

inline constexpr Dword version_1_3 = 0x00010003, version_1_4 = 0x00010004, version_2_0 = 0x00020000,
                       version_2_2 = 0x00020002, version_3_0 = 0x00030000;

inline constexpr Dword linecallstate_idle = 0x1, linecallstate_offering = 0x2, linecallstate_accepted = 0x4,
                       linecallstate_dialtone = 0x8, linecallstate_dialing = 0x10, linecallstate_ringback = 0x20,
                       linecallstate_busy = 0x40, linecallstate_specialinfo = 0x80, linecallstate_connected = 0x100,
                       linecallstate_proceeding = 0x200, linecallstate_onhold = 0x400,
                       linecallstate_conferenced = 0x800, linecallstate_onholdpendconf = 0x1000,
                       linecallstate_onholdpendtransfer = 0x2000, linecallstate_disconnected = 0x4000,
                       linecallstate_unknown = 0x8000;
inline constexpr Dword state_mask = 0x00FFFFFF; // above it, substates of the device

inline constexpr Dword linedisconnectmode_normal = 0x1, linedisconnectmode_unknown = 0x2,
                       linedisconnectmode_reject = 0x4, linedisconnectmode_pickup = 0x8,
                       linedisconnectmode_forwarded = 0x10, linedisconnectmode_busy = 0x20,
                       linedisconnectmode_noanswer = 0x40, linedisconnectmode_badaddress = 0x80,
                       linedisconnectmode_unreachable = 0x100, linedisconnectmode_congestion = 0x200,
                       linedisconnectmode_incompatible = 0x400, linedisconnectmode_unavail = 0x800,
                       linedisconnectmode_nodialtone = 0x1000, linedisconnectmode_numberchanged = 0x2000,
                       linedisconnectmode_outoforder = 0x4000, linedisconnectmode_tempfailure = 0x8000,
                       linedisconnectmode_qosunavail = 0x10000, linedisconnectmode_blocked = 0x20000,
                       linedisconnectmode_donotdisturb = 0x40000, linedisconnectmode_cancelled = 0x80000;

inline constexpr Dword lineconnectedmode_active = 1, lineconnectedmode_inactive = 2, linebusymode_station = 1,
                       lineofferingmode_active = 1, linespecialinfo_nocircuit = 1;

inline constexpr Dword linecallprivilege_none = 1, linecallprivilege_monitor = 2, linecallprivilege_owner = 4;
inline constexpr Dword linecallfeature_answer = 0x4, linecallfeature_drop = 0x80;
inline constexpr Dword linemediamode_interactivevoice = 0x4, linebearermode_voice = 1;
inline constexpr Dword linecallorigin_outbound = 0x1, linecallorigin_external = 0x4, linecallorigin_inbound = 0x80;
inline constexpr Dword linecallreason_direct = 0x1;
inline constexpr Dword linecallpartyid_name = 0x4, linecallpartyid_address = 0x8, linecallpartyid_unavail = 0x40;
inline constexpr Dword linecallinfostate_other = 0x1, linecallinfostate_callerid = 0x8000,
                       linecallinfostate_connectedid = 0x20000, linecallinfostate_useruserinfo = 0x200000,
                       linecallinfostate_charginginfo = 0x1000000;

constexpr Long line_error(Dword number) { return static_cast<Long>(0x80000000u | number); }
inline constexpr Long lineerr_baddeviceid = line_error(0x02), lineerr_callunavail = line_error(0x05),
                      lineerr_incompatibleapiversion = line_error(0x0C), lineerr_invalapphandle = line_error(0x14),
                      lineerr_invalcallhandle = line_error(0x18), lineerr_invalcallparams = line_error(0x19),
                      lineerr_invalcallstate = line_error(0x1C), lineerr_invallinehandle = line_error(0x2B),
                      lineerr_invalmediamode = line_error(0x2F), lineerr_invalparam = line_error(0x32),
                      lineerr_invalpointer = line_error(0x35), lineerr_invalprivselect = line_error(0x36),
                      lineerr_nodriver = line_error(0x43), lineerr_nomem = line_error(0x44),
                      lineerr_notowner = line_error(0x46), lineerr_operationfailed = line_error(0x48),
                      lineerr_operationunavail = line_error(0x49), lineerr_resourceunavail = line_error(0x4B),
                      lineerr_structuretoosmall = line_error(0x4D), lineerr_useruserinfotoobig = line_error(0x51),
                      lineerr_reinit = line_error(0x52), lineerr_service_not_running = line_error(0x61);

} // namespace tapi2_double
