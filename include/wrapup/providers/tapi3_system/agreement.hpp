// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call_state.hpp>
#include <wrapup/providers/tapi3/cause.hpp>
#include <wrapup/providers/tapi3/disconnect_code.hpp>
#include <wrapup/providers/tapi3/error.hpp>
#include <wrapup/providers/tapi3/privilege.hpp>

#include <windows.h>
#include <ocidl.h>
#include <tapi3.h>
#include <tapi3err.h>

#include <cstddef>

// That our own statement of TAPI 3's numbers and types is that of <tapi3.h>. What is in which place of a table of functions is not
// a constant to the compiler: the tests compare it.
namespace wrapup::tapi3::detail {

#define WRAPUP_SAME_VALUE(ours, theirs) static_assert(static_cast<DWORD>(ours) == static_cast<DWORD>(theirs))

static_assert(sizeof(abi::HResult) == sizeof(HRESULT) && sizeof(abi::Long) == sizeof(LONG));
static_assert(sizeof(abi::ULong) == sizeof(ULONG) && sizeof(abi::Bool) == sizeof(VARIANT_BOOL));
static_assert(sizeof(char16_t) == sizeof(OLECHAR) && sizeof(abi::Guid) == sizeof(GUID));
static_assert(offsetof(abi::Guid, data2) == offsetof(GUID, Data2) &&
              offsetof(abi::Guid, data4) == offsetof(GUID, Data4));
// Enumerations are passed where we say Long.
static_assert(sizeof(abi::Long) == sizeof(::CALL_STATE) && sizeof(abi::Long) == sizeof(::DISCONNECT_CODE));
static_assert(sizeof(abi::Long) == sizeof(::CALL_PRIVILEGE) && sizeof(abi::Long) == sizeof(::CALLINFO_LONG));
static_assert(sizeof(abi::Long) == sizeof(::CALL_STATE_EVENT_CAUSE) && sizeof(abi::Long) == sizeof(::TAPI_EVENT));
static_assert(sizeof(abi::Long) == sizeof(::CALL_NOTIFICATION_EVENT) && sizeof(abi::Long) == sizeof(::ADDRESS_STATE));

WRAPUP_SAME_VALUE(abi::variant_true, VARIANT_TRUE);
WRAPUP_SAME_VALUE(abi::variant_false, VARIANT_FALSE);
WRAPUP_SAME_VALUE(abi::s_ok, S_OK);
WRAPUP_SAME_VALUE(abi::s_false, S_FALSE);
WRAPUP_SAME_VALUE(abi::te_callnotification, TE_CALLNOTIFICATION);
WRAPUP_SAME_VALUE(abi::te_callstate, TE_CALLSTATE);
WRAPUP_SAME_VALUE(abi::cne_owner, CNE_OWNER);
WRAPUP_SAME_VALUE(abi::cne_monitor, CNE_MONITOR);
WRAPUP_SAME_VALUE(abi::lineaddresstype_phonenumber, LINEADDRESSTYPE_PHONENUMBER);
WRAPUP_SAME_VALUE(abi::tapimediatype_audio, TAPIMEDIATYPE_AUDIO);
WRAPUP_SAME_VALUE(abi::cs_disconnected, CS_DISCONNECTED);
WRAPUP_SAME_VALUE(abi::cp_owner, CP_OWNER);
WRAPUP_SAME_VALUE(abi::cp_monitor, CP_MONITOR);

WRAPUP_SAME_VALUE(DisconnectCode::normal, DC_NORMAL);
WRAPUP_SAME_VALUE(DisconnectCode::no_answer, DC_NOANSWER);
WRAPUP_SAME_VALUE(DisconnectCode::rejected, DC_REJECTED);
WRAPUP_SAME_VALUE(Privilege::owner, CP_OWNER);
WRAPUP_SAME_VALUE(Privilege::monitor, CP_MONITOR);

WRAPUP_SAME_VALUE(CallState::idle, CS_IDLE);
WRAPUP_SAME_VALUE(CallState::in_progress, CS_INPROGRESS);
WRAPUP_SAME_VALUE(CallState::connected, CS_CONNECTED);
WRAPUP_SAME_VALUE(CallState::disconnected, CS_DISCONNECTED);
WRAPUP_SAME_VALUE(CallState::offering, CS_OFFERING);
WRAPUP_SAME_VALUE(CallState::hold, CS_HOLD);
WRAPUP_SAME_VALUE(CallState::queued, CS_QUEUED);

WRAPUP_SAME_VALUE(DisconnectCause::unknown, CEC_NONE);
WRAPUP_SAME_VALUE(DisconnectCause::normal, CEC_DISCONNECT_NORMAL);
WRAPUP_SAME_VALUE(DisconnectCause::busy, CEC_DISCONNECT_BUSY);
WRAPUP_SAME_VALUE(DisconnectCause::bad_address, CEC_DISCONNECT_BADADDRESS);
WRAPUP_SAME_VALUE(DisconnectCause::no_answer, CEC_DISCONNECT_NOANSWER);
WRAPUP_SAME_VALUE(DisconnectCause::cancelled, CEC_DISCONNECT_CANCELLED);
WRAPUP_SAME_VALUE(DisconnectCause::rejected, CEC_DISCONNECT_REJECTED);
WRAPUP_SAME_VALUE(DisconnectCause::failed, CEC_DISCONNECT_FAILED);
WRAPUP_SAME_VALUE(DisconnectCause::blocked, CEC_DISCONNECT_BLOCKED);

// What `Reader` asks for.
WRAPUP_SAME_VALUE(0, CIL_MEDIATYPESAVAILABLE);
WRAPUP_SAME_VALUE(1, CIL_BEARERMODE);
WRAPUP_SAME_VALUE(7, CIL_ORIGIN);
WRAPUP_SAME_VALUE(8, CIL_REASON);
WRAPUP_SAME_VALUE(11, CIL_CALLTREATMENT);
WRAPUP_SAME_VALUE(12, CIL_MINRATE);
WRAPUP_SAME_VALUE(13, CIL_MAXRATE);
WRAPUP_SAME_VALUE(14, CIL_COUNTRYCODE);
WRAPUP_SAME_VALUE(15, CIL_CALLID);
WRAPUP_SAME_VALUE(16, CIL_RELATEDCALLID);
WRAPUP_SAME_VALUE(17, CIL_COMPLETIONID);
WRAPUP_SAME_VALUE(18, CIL_NUMBEROFOWNERS);
WRAPUP_SAME_VALUE(19, CIL_NUMBEROFMONITORS);
WRAPUP_SAME_VALUE(20, CIL_TRUNK);
WRAPUP_SAME_VALUE(21, CIL_RATE);
WRAPUP_SAME_VALUE(0, CIS_CALLERIDNAME);
WRAPUP_SAME_VALUE(1, CIS_CALLERIDNUMBER);
WRAPUP_SAME_VALUE(2, CIS_CALLEDIDNAME);
WRAPUP_SAME_VALUE(4, CIS_CONNECTEDIDNAME);
WRAPUP_SAME_VALUE(6, CIS_REDIRECTIONIDNAME);
WRAPUP_SAME_VALUE(8, CIS_REDIRECTINGIDNAME);
WRAPUP_SAME_VALUE(10, CIS_CALLEDPARTYFRIENDLYNAME);
WRAPUP_SAME_VALUE(11, CIS_COMMENT);
WRAPUP_SAME_VALUE(12, CIS_DISPLAYABLEADDRESS);
WRAPUP_SAME_VALUE(13, CIS_CALLINGPARTYID);
WRAPUP_SAME_VALUE(0, CIB_USERUSERINFO);
WRAPUP_SAME_VALUE(1, CIB_DEVSPECIFICBUFFER);
WRAPUP_SAME_VALUE(2, CIB_CALLDATABUFFER);
WRAPUP_SAME_VALUE(3, CIB_CHARGINGINFOBUFFER);
WRAPUP_SAME_VALUE(4, CIB_HIGHLEVELCOMPATIBILITYBUFFER);
WRAPUP_SAME_VALUE(5, CIB_LOWLEVELCOMPATIBILITYBUFFER);

WRAPUP_SAME_VALUE(Error::not_implemented, E_NOTIMPL);
WRAPUP_SAME_VALUE(Error::no_interface, E_NOINTERFACE);
WRAPUP_SAME_VALUE(Error::pointer, E_POINTER);
WRAPUP_SAME_VALUE(Error::fail, E_FAIL);
WRAPUP_SAME_VALUE(Error::class_not_registered, REGDB_E_CLASSNOTREG);
WRAPUP_SAME_VALUE(Error::wrong_thread, RPC_E_WRONG_THREAD);
WRAPUP_SAME_VALUE(Error::out_of_memory, E_OUTOFMEMORY);
WRAPUP_SAME_VALUE(Error::invalid_argument, E_INVALIDARG);
WRAPUP_SAME_VALUE(Error::not_enough_memory, TAPI_E_NOTENOUGHMEMORY);
WRAPUP_SAME_VALUE(Error::no_items, TAPI_E_NOITEMS);
WRAPUP_SAME_VALUE(Error::not_supported, TAPI_E_NOTSUPPORTED);
WRAPUP_SAME_VALUE(Error::invalid_media_type, TAPI_E_INVALIDMEDIATYPE);
WRAPUP_SAME_VALUE(Error::operation_failed, TAPI_E_OPERATIONFAILED);
WRAPUP_SAME_VALUE(Error::allocated, TAPI_E_ALLOCATED);
WRAPUP_SAME_VALUE(Error::call_unavailable, TAPI_E_CALLUNAVAIL);
WRAPUP_SAME_VALUE(Error::in_use, TAPI_E_INUSE);
WRAPUP_SAME_VALUE(Error::invalid_address, TAPI_E_INVALADDRESS);
WRAPUP_SAME_VALUE(Error::invalid_address_state, TAPI_E_INVALADDRESSSTATE);
WRAPUP_SAME_VALUE(Error::invalid_call_privilege, TAPI_E_INVALCALLPRIVILEGE);
WRAPUP_SAME_VALUE(Error::invalid_call_state, TAPI_E_INVALCALLSTATE);
WRAPUP_SAME_VALUE(Error::no_device, TAPI_E_NODEVICE);
WRAPUP_SAME_VALUE(Error::not_owner, TAPI_E_NOTOWNER);
WRAPUP_SAME_VALUE(Error::not_registered, TAPI_E_NOTREGISTERED);
WRAPUP_SAME_VALUE(Error::reinit, TAPI_E_REINIT);
WRAPUP_SAME_VALUE(Error::address_blocked, TAPI_E_ADDRESSBLOCKED);
WRAPUP_SAME_VALUE(Error::dropped, TAPI_E_DROPPED);
WRAPUP_SAME_VALUE(Error::destination_busy, TAPI_E_DESTBUSY);
WRAPUP_SAME_VALUE(Error::destination_no_answer, TAPI_E_DESTNOANSWER);
WRAPUP_SAME_VALUE(Error::destination_unavailable, TAPI_E_DESTUNAVAIL);
WRAPUP_SAME_VALUE(Error::request_failed, TAPI_E_REQUESTFAILED);
WRAPUP_SAME_VALUE(Error::no_driver, TAPI_E_NODRIVER);
WRAPUP_SAME_VALUE(Error::timeout, TAPI_E_TIMEOUT);
WRAPUP_SAME_VALUE(Error::resource_unavailable, TAPI_E_RESOURCEUNAVAIL);
WRAPUP_SAME_VALUE(Error::not_initialized, TAPI_E_NOT_INITIALIZED);
#undef WRAPUP_SAME_VALUE

} // namespace wrapup::tapi3::detail
