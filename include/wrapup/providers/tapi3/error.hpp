// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <system_error>

namespace wrapup::tapi3 {

/// What TAPI 3 objects to, of what it may say where sessions begin and end. Any other HRESULT is an error too, without a
/// name. *Source:* Tapi3Err.h, and the pages of the methods
enum class Error : std::uint32_t {
    nothing_to_disconnect = 1,            ///< S_FALSE of Disconnect, where the call is not disconnected either
    not_implemented = 0x80004001,         ///< E_NOTIMPL
    no_interface = 0x80004002,            ///< E_NOINTERFACE
    pointer = 0x80004003,                 ///< E_POINTER
    fail = 0x80004005,                    ///< E_FAIL
    class_not_registered = 0x80040154,    ///< REGDB_E_CLASSNOTREG
    wrong_thread = 0x8001010E,            ///< RPC_E_WRONG_THREAD
    out_of_memory = 0x8007000E,           ///< E_OUTOFMEMORY
    invalid_argument = 0x80070057,        ///< E_INVALIDARG
    not_enough_memory = 0x80040001,       ///< TAPI_E_NOTENOUGHMEMORY
    no_items = 0x80040002,                ///< TAPI_E_NOITEMS
    not_supported = 0x80040003,           ///< TAPI_E_NOTSUPPORTED
    invalid_media_type = 0x80040004,      ///< TAPI_E_INVALIDMEDIATYPE
    operation_failed = 0x80040005,        ///< TAPI_E_OPERATIONFAILED
    allocated = 0x80040006,               ///< TAPI_E_ALLOCATED
    call_unavailable = 0x80040007,        ///< TAPI_E_CALLUNAVAIL
    in_use = 0x8004000B,                  ///< TAPI_E_INUSE
    invalid_address = 0x8004000C,         ///< TAPI_E_INVALADDRESS
    invalid_address_state = 0x8004000D,   ///< TAPI_E_INVALADDRESSSTATE
    invalid_call_privilege = 0x8004000F,  ///< TAPI_E_INVALCALLPRIVILEGE
    invalid_call_state = 0x80040010,      ///< TAPI_E_INVALCALLSTATE
    no_device = 0x80040021,               ///< TAPI_E_NODEVICE
    not_owner = 0x80040023,               ///< TAPI_E_NOTOWNER
    not_registered = 0x80040024,          ///< TAPI_E_NOTREGISTERED
    reinit = 0x80040029,                  ///< TAPI_E_REINIT
    address_blocked = 0x8004002A,         ///< TAPI_E_ADDRESSBLOCKED
    dropped = 0x80040031,                 ///< TAPI_E_DROPPED
    destination_busy = 0x80040034,        ///< TAPI_E_DESTBUSY
    destination_no_answer = 0x80040035,   ///< TAPI_E_DESTNOANSWER
    destination_unavailable = 0x80040036, ///< TAPI_E_DESTUNAVAIL
    request_failed = 0x80040037,          ///< TAPI_E_REQUESTFAILED
    no_driver = 0x8004003D,               ///< TAPI_E_NODRIVER
    timeout = 0x80040044,                 ///< TAPI_E_TIMEOUT
    resource_unavailable = 0x80040052,    ///< TAPI_E_RESOURCEUNAVAIL
    not_initialized = 0x80040059,         ///< TAPI_E_NOT_INITIALIZED
};

namespace detail {

struct ErrorText {
    const char* sentence;
    std::errc same; // as
};

constexpr ErrorText describe(Error error) noexcept {
    switch (error) {
    case Error::nothing_to_disconnect: return {"there is nothing that could be disconnected", {}};
    case Error::not_implemented: return {"not implemented", std::errc::function_not_supported};
    case Error::no_interface: return {"the object has no such interface", {}};
    case Error::pointer: return {"a pointer is not valid", std::errc::bad_address};
    case Error::fail: return {"the operation failed, and TAPI says no more", {}};
    case Error::class_not_registered: return {"TAPI 3 is not installed on this machine", std::errc::not_supported};
    case Error::wrong_thread: return {"the interface belongs to another apartment", {}};
    case Error::out_of_memory: return {"there is not enough memory", std::errc::not_enough_memory};
    case Error::invalid_argument: return {"an argument is not valid", std::errc::invalid_argument};
    case Error::not_enough_memory: return {"there is not enough memory", std::errc::not_enough_memory};
    case Error::no_items: return {"there are no items", {}};
    case Error::not_supported: return {"the address does not support it", std::errc::not_supported};
    case Error::invalid_media_type: return {"the address does not support the media type", {}};
    case Error::operation_failed: return {"the operation failed, for a reason that TAPI does not tell", {}};
    case Error::allocated: return {"the device is used by another application", std::errc::device_or_resource_busy};
    case Error::call_unavailable:
        return {"no more calls can be made on the address", std::errc::resource_unavailable_try_again};
    case Error::in_use: return {"the line is in use", std::errc::device_or_resource_busy};
    case Error::invalid_address: return {"the address cannot be dialled", {}};
    case Error::invalid_address_state: return {"the address is in a state that does not allow it", {}};
    case Error::invalid_call_privilege: return {"the privilege is not valid", {}};
    case Error::invalid_call_state: return {"the state of the call does not allow it", {}};
    case Error::no_device: return {"there is no device for it", std::errc::no_such_device};
    case Error::not_owner: return {"the application does not own the call", std::errc::operation_not_permitted};
    case Error::not_registered: return {"the registration is not known", {}};
    case Error::reinit: return {"all applications have to shut down TAPI before it can be initialized again", {}};
    case Error::address_blocked: return {"the address is blocked", {}};
    case Error::dropped: return {"the call was dropped", {}};
    case Error::destination_busy: return {"the destination is busy", {}};
    case Error::destination_no_answer: return {"the destination does not answer", {}};
    case Error::destination_unavailable: return {"the destination is not available", {}};
    case Error::request_failed: return {"the request failed", {}};
    case Error::no_driver: return {"the telephone service provider was not found", std::errc::no_such_device};
    case Error::timeout:
        return {"TAPI has waited two minutes, and the operation is not complete", std::errc::timed_out};
    case Error::resource_unavailable: return {"a resource is not available", std::errc::resource_unavailable_try_again};
    case Error::not_initialized: return {"TAPI is not initialized", {}};
    }
    return {nullptr, {}};
}

class ErrorCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "tapi3"; }
    std::string message(int value) const override {
        const auto number = static_cast<std::uint32_t>(value);
        if (const char* const known = describe(static_cast<Error>(number)).sentence) return known;
        std::string text = "HRESULT 0x";
        for (int digit = 28; digit >= 0; digit -= 4) text += "0123456789ABCDEF"[number >> digit & 0xF];
        return text;
    }
    std::error_condition default_error_condition(int value) const noexcept override {
        const std::errc same = describe(static_cast<Error>(value)).same;
        return same == std::errc() ? std::error_condition(value, *this) : make_error_condition(same);
    }
};

inline const ErrorCategory error_category{};

} // namespace detail

/// The category of `Error`.
[[nodiscard]] inline const std::error_category& category() noexcept { return detail::error_category; }

[[nodiscard]] inline std::error_code make_error_code(Error error) noexcept {
    return {static_cast<int>(error), category()};
}

} // namespace wrapup::tapi3

template <>
struct std::is_error_code_enum<wrapup::tapi3::Error> : std::true_type {};
