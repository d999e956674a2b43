// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>

/// @file
/// The interfaces of TAPI 3 that the provider calls, as the binary interface of COM has them, and what they take: without a
/// header of Windows, so that what is done over them can be tested anywhere. <wrapup/providers/tapi3_system.hpp> compares them
/// with `<tapi3.h>`.
///
/// What the provider does not call is a place in the table of functions: `unused` and a number.
///
/// *Source:* Tapi3if.h, Control.h, Ocidl.h

#if defined(_WIN32)
#define WRAPUP_TAPI3_CALL __stdcall
#else
#define WRAPUP_TAPI3_CALL
#endif

namespace wrapup::tapi3::abi {

using HResult = std::int32_t;
using Long = std::int32_t;
using ULong = std::uint32_t;
using Bool = std::int16_t; // VARIANT_BOOL
using String = char16_t*;  // BSTR

inline constexpr Bool variant_false = 0, variant_true = -1;

inline constexpr HResult s_ok = 0, s_false = 1;
constexpr HResult error_code(std::uint32_t code) noexcept { return static_cast<HResult>(code); }
inline constexpr HResult e_notimpl = error_code(0x80004001), e_nointerface = error_code(0x80004002),
                         e_pointer = error_code(0x80004003), e_fail = error_code(0x80004005),
                         e_outofmemory = error_code(0x8007000E), e_invalidarg = error_code(0x80070057);

struct Guid {
    std::uint32_t data1;
    std::uint16_t data2, data3;
    std::uint8_t data4[8];

    friend bool operator==(const Guid&, const Guid&) = default;
};

inline constexpr Guid clsid_tapi{0x21D6D48E, 0xA88B, 0x11D0, {0x83, 0xDD, 0x00, 0xAA, 0x00, 0x3C, 0xCA, 0xBD}};

#define WRAPUP_TAPI3_UNUSED(number) virtual HResult WRAPUP_TAPI3_CALL unused##number() noexcept = 0

struct IUnknown {
    static constexpr Guid iid{0x00000000, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};

    virtual HResult WRAPUP_TAPI3_CALL QueryInterface(const Guid& interface_id, void** object) noexcept = 0;
    virtual ULong WRAPUP_TAPI3_CALL AddRef() noexcept = 0;
    virtual ULong WRAPUP_TAPI3_CALL Release() noexcept = 0;

protected:
    ~IUnknown() = default;
};

struct IDispatch : IUnknown {
    static constexpr Guid iid{0x00020400, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};

    WRAPUP_TAPI3_UNUSED(3);
    WRAPUP_TAPI3_UNUSED(4);
    WRAPUP_TAPI3_UNUSED(5);
    WRAPUP_TAPI3_UNUSED(6);

protected:
    ~IDispatch() = default;
};

// DISCONNECT_CODE, CALL_STATE, CALL_STATE_EVENT_CAUSE, CALL_PRIVILEGE, TAPI_EVENT, CALL_NOTIFICATION_EVENT
inline constexpr Long dc_normal = 0, dc_noanswer = 1, dc_rejected = 2;
inline constexpr Long cs_idle = 0, cs_inprogress = 1, cs_connected = 2, cs_disconnected = 3, cs_offering = 4,
                      cs_hold = 5, cs_queued = 6;
inline constexpr Long cp_owner = 0, cp_monitor = 1;
inline constexpr Long te_callnotification = 0x4, te_callstate = 0x8;
inline constexpr Long cne_owner = 0, cne_monitor = 1;
inline constexpr Long lineaddresstype_phonenumber = 0x1;
inline constexpr Long tapimediatype_audio = 0x8;

struct ITCallInfo : IDispatch {
    static constexpr Guid iid{0x350F85D1, 0x1227, 0x11D3, {0x83, 0xD4, 0x00, 0xC0, 0x4F, 0xB6, 0x80, 0x9F}};

    WRAPUP_TAPI3_UNUSED(7);
    virtual HResult WRAPUP_TAPI3_CALL get_CallState(Long* state) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL get_Privilege(Long* privilege) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(10);
    virtual HResult WRAPUP_TAPI3_CALL get_CallInfoLong(Long which, Long* value) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(12);
    virtual HResult WRAPUP_TAPI3_CALL get_CallInfoString(Long which, String* value) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(14);
    WRAPUP_TAPI3_UNUSED(15);
    WRAPUP_TAPI3_UNUSED(16);
    virtual HResult WRAPUP_TAPI3_CALL GetCallInfoBuffer(Long which, ULong* size, std::uint8_t** bytes) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(18);
    WRAPUP_TAPI3_UNUSED(19);

protected:
    ~ITCallInfo() = default;
};

struct ITBasicCallControl : IDispatch {
    static constexpr Guid iid{0xB1EFC389, 0x9355, 0x11D0, {0x83, 0x5C, 0x00, 0xAA, 0x00, 0x3C, 0xCA, 0xBD}};

    virtual HResult WRAPUP_TAPI3_CALL Connect(Bool synchronous) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL Answer() noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL Disconnect(Long code) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(10);
    WRAPUP_TAPI3_UNUSED(11);
    WRAPUP_TAPI3_UNUSED(12);
    WRAPUP_TAPI3_UNUSED(13);
    WRAPUP_TAPI3_UNUSED(14);
    WRAPUP_TAPI3_UNUSED(15);
    WRAPUP_TAPI3_UNUSED(16);
    WRAPUP_TAPI3_UNUSED(17);
    WRAPUP_TAPI3_UNUSED(18);
    WRAPUP_TAPI3_UNUSED(19);
    WRAPUP_TAPI3_UNUSED(20);
    WRAPUP_TAPI3_UNUSED(21);
    WRAPUP_TAPI3_UNUSED(22);
    WRAPUP_TAPI3_UNUSED(23);
    WRAPUP_TAPI3_UNUSED(24);

protected:
    ~ITBasicCallControl() = default;
};

struct IEnumCall : IUnknown {
    virtual HResult WRAPUP_TAPI3_CALL Next(ULong wanted, ITCallInfo** calls, ULong* fetched) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(4);
    WRAPUP_TAPI3_UNUSED(5);
    WRAPUP_TAPI3_UNUSED(6);

protected:
    ~IEnumCall() = default;
};

struct ITAddress : IDispatch {
    static constexpr Guid iid{0xB1EFC386, 0x9355, 0x11D0, {0x83, 0x5C, 0x00, 0xAA, 0x00, 0x3C, 0xCA, 0xBD}};

    virtual HResult WRAPUP_TAPI3_CALL get_State(Long* state) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL get_AddressName(String* name) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(9);
    WRAPUP_TAPI3_UNUSED(10);
    virtual HResult WRAPUP_TAPI3_CALL CreateCall(String destination, Long address_type, Long media_types,
                                                 ITBasicCallControl** call) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(12);
    virtual HResult WRAPUP_TAPI3_CALL EnumerateCalls(IEnumCall** calls) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(14);
    WRAPUP_TAPI3_UNUSED(15);
    WRAPUP_TAPI3_UNUSED(16);
    WRAPUP_TAPI3_UNUSED(17);
    WRAPUP_TAPI3_UNUSED(18);
    WRAPUP_TAPI3_UNUSED(19);
    WRAPUP_TAPI3_UNUSED(20);
    WRAPUP_TAPI3_UNUSED(21);

protected:
    ~ITAddress() = default;
};

struct IEnumAddress : IUnknown {
    virtual HResult WRAPUP_TAPI3_CALL Next(ULong wanted, ITAddress** addresses, ULong* fetched) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(4);
    WRAPUP_TAPI3_UNUSED(5);
    WRAPUP_TAPI3_UNUSED(6);

protected:
    ~IEnumAddress() = default;
};

struct ITTAPI : IDispatch {
    static constexpr Guid iid{0xB1EFC382, 0x9355, 0x11D0, {0x83, 0x5C, 0x00, 0xAA, 0x00, 0x3C, 0xCA, 0xBD}};

    virtual HResult WRAPUP_TAPI3_CALL Initialize() noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL Shutdown() noexcept = 0;
    WRAPUP_TAPI3_UNUSED(9);
    virtual HResult WRAPUP_TAPI3_CALL EnumerateAddresses(IEnumAddress** addresses) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL RegisterCallNotifications(ITAddress* address, Bool monitor, Bool owner,
                                                                Long media_types, Long callback_instance,
                                                                Long* registration) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL UnregisterNotifications(Long registration) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(13);
    WRAPUP_TAPI3_UNUSED(14);
    WRAPUP_TAPI3_UNUSED(15);
    WRAPUP_TAPI3_UNUSED(16);
    WRAPUP_TAPI3_UNUSED(17);
    WRAPUP_TAPI3_UNUSED(18);
    WRAPUP_TAPI3_UNUSED(19);
    WRAPUP_TAPI3_UNUSED(20);
    virtual HResult WRAPUP_TAPI3_CALL put_EventFilter(Long mask) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(22);

protected:
    ~ITTAPI() = default;
};

struct ITCallStateEvent : IDispatch {
    static constexpr Guid iid{0x62F47097, 0x95C9, 0x11D0, {0x83, 0x5D, 0x00, 0xAA, 0x00, 0x3C, 0xCA, 0xBD}};

    virtual HResult WRAPUP_TAPI3_CALL get_Call(ITCallInfo** call) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL get_State(Long* state) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL get_Cause(Long* cause) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(10);

protected:
    ~ITCallStateEvent() = default;
};

struct ITCallNotificationEvent : IDispatch {
    static constexpr Guid iid{0x895801DF, 0x3DD6, 0x11D1, {0x8F, 0x30, 0x00, 0xC0, 0x4F, 0xB6, 0x80, 0x9F}};

    virtual HResult WRAPUP_TAPI3_CALL get_Call(ITCallInfo** call) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL get_Event(Long* event) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(9);

protected:
    ~ITCallNotificationEvent() = default;
};

struct ITTAPIEventNotification : IUnknown {
    static constexpr Guid iid{0xEDDB9426, 0x3B91, 0x11D1, {0x8F, 0x30, 0x00, 0xC0, 0x4F, 0xB6, 0x80, 0x9F}};

    virtual HResult WRAPUP_TAPI3_CALL Event(Long event, IDispatch* object) noexcept = 0;

protected:
    ~ITTAPIEventNotification() = default;
};

struct IConnectionPoint : IUnknown {
    static constexpr Guid iid{0xB196B286, 0xBAB4, 0x101A, {0xB6, 0x9C, 0x00, 0xAA, 0x00, 0x34, 0x1D, 0x07}};

    WRAPUP_TAPI3_UNUSED(3);
    WRAPUP_TAPI3_UNUSED(4);
    virtual HResult WRAPUP_TAPI3_CALL Advise(IUnknown* sink, ULong* cookie) noexcept = 0;
    virtual HResult WRAPUP_TAPI3_CALL Unadvise(ULong cookie) noexcept = 0;
    WRAPUP_TAPI3_UNUSED(7);

protected:
    ~IConnectionPoint() = default;
};

struct IConnectionPointContainer : IUnknown {
    static constexpr Guid iid{0xB196B284, 0xBAB4, 0x101A, {0xB6, 0x9C, 0x00, 0xAA, 0x00, 0x34, 0x1D, 0x07}};

    WRAPUP_TAPI3_UNUSED(3);
    virtual HResult WRAPUP_TAPI3_CALL FindConnectionPoint(const Guid& interface_id,
                                                          IConnectionPoint** point) noexcept = 0;

protected:
    ~IConnectionPointContainer() = default;
};

#undef WRAPUP_TAPI3_UNUSED

} // namespace wrapup::tapi3::abi
