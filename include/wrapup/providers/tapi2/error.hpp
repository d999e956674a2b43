// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/immortal.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace wrapup::tapi2 {

/// What TAPI objects to. A device may have errors of its own besides, from 0xC0000000. *Source:* LINEERR_ Constants
enum class Error : std::uint32_t {
    allocated = 0x80000001,                      ///< LINEERR_ALLOCATED
    bad_device_id = 0x80000002,                  ///< LINEERR_BADDEVICEID
    bearer_mode_unavailable = 0x80000003,        ///< LINEERR_BEARERMODEUNAVAIL
    call_unavailable = 0x80000005,               ///< LINEERR_CALLUNAVAIL
    completion_overrun = 0x80000006,             ///< LINEERR_COMPLETIONOVERRUN
    conference_full = 0x80000007,                ///< LINEERR_CONFERENCEFULL
    dial_billing = 0x80000008,                   ///< LINEERR_DIALBILLING
    dial_dial_tone = 0x80000009,                 ///< LINEERR_DIALDIALTONE
    dial_prompt = 0x8000000A,                    ///< LINEERR_DIALPROMPT
    dial_quiet = 0x8000000B,                     ///< LINEERR_DIALQUIET
    incompatible_api_version = 0x8000000C,       ///< LINEERR_INCOMPATIBLEAPIVERSION
    incompatible_extension_version = 0x8000000D, ///< LINEERR_INCOMPATIBLEEXTVERSION
    ini_file_corrupt = 0x8000000E,               ///< LINEERR_INIFILECORRUPT
    in_use = 0x8000000F,                         ///< LINEERR_INUSE
    invalid_address = 0x80000010,                ///< LINEERR_INVALADDRESS
    invalid_address_id = 0x80000011,             ///< LINEERR_INVALADDRESSID
    invalid_address_mode = 0x80000012,           ///< LINEERR_INVALADDRESSMODE
    invalid_address_state = 0x80000013,          ///< LINEERR_INVALADDRESSSTATE
    invalid_app_handle = 0x80000014,             ///< LINEERR_INVALAPPHANDLE
    invalid_app_name = 0x80000015,               ///< LINEERR_INVALAPPNAME
    invalid_bearer_mode = 0x80000016,            ///< LINEERR_INVALBEARERMODE
    invalid_call_completion_mode = 0x80000017,   ///< LINEERR_INVALCALLCOMPLMODE
    invalid_call_handle = 0x80000018,            ///< LINEERR_INVALCALLHANDLE
    invalid_call_params = 0x80000019,            ///< LINEERR_INVALCALLPARAMS
    invalid_call_privilege = 0x8000001A,         ///< LINEERR_INVALCALLPRIVILEGE
    invalid_call_select = 0x8000001B,            ///< LINEERR_INVALCALLSELECT
    invalid_call_state = 0x8000001C,             ///< LINEERR_INVALCALLSTATE
    invalid_call_state_list = 0x8000001D,        ///< LINEERR_INVALCALLSTATELIST
    invalid_card = 0x8000001E,                   ///< LINEERR_INVALCARD
    invalid_completion_id = 0x8000001F,          ///< LINEERR_INVALCOMPLETIONID
    invalid_conference_call_handle = 0x80000020, ///< LINEERR_INVALCONFCALLHANDLE
    invalid_consult_call_handle = 0x80000021,    ///< LINEERR_INVALCONSULTCALLHANDLE
    invalid_country_code = 0x80000022,           ///< LINEERR_INVALCOUNTRYCODE
    invalid_device_class = 0x80000023,           ///< LINEERR_INVALDEVICECLASS
    invalid_device_handle = 0x80000024,          ///< LINEERR_INVALDEVICEHANDLE
    invalid_dial_params = 0x80000025,            ///< LINEERR_INVALDIALPARAMS
    invalid_digit_list = 0x80000026,             ///< LINEERR_INVALDIGITLIST
    invalid_digit_mode = 0x80000027,             ///< LINEERR_INVALDIGITMODE
    invalid_digits = 0x80000028,                 ///< LINEERR_INVALDIGITS
    invalid_extension_version = 0x80000029,      ///< LINEERR_INVALEXTVERSION
    invalid_group_id = 0x8000002A,               ///< LINEERR_INVALGROUPID
    invalid_line_handle = 0x8000002B,            ///< LINEERR_INVALLINEHANDLE
    invalid_line_state = 0x8000002C,             ///< LINEERR_INVALLINESTATE
    invalid_location = 0x8000002D,               ///< LINEERR_INVALLOCATION
    invalid_media_list = 0x8000002E,             ///< LINEERR_INVALMEDIALIST
    invalid_media_mode = 0x8000002F,             ///< LINEERR_INVALMEDIAMODE
    invalid_message_id = 0x80000030,             ///< LINEERR_INVALMESSAGEID
    invalid_param = 0x80000032,                  ///< LINEERR_INVALPARAM
    invalid_park_id = 0x80000033,                ///< LINEERR_INVALPARKID
    invalid_park_mode = 0x80000034,              ///< LINEERR_INVALPARKMODE
    invalid_pointer = 0x80000035,                ///< LINEERR_INVALPOINTER
    invalid_privilege_select = 0x80000036,       ///< LINEERR_INVALPRIVSELECT
    invalid_rate = 0x80000037,                   ///< LINEERR_INVALRATE
    invalid_request_mode = 0x80000038,           ///< LINEERR_INVALREQUESTMODE
    invalid_terminal_id = 0x80000039,            ///< LINEERR_INVALTERMINALID
    invalid_terminal_mode = 0x8000003A,          ///< LINEERR_INVALTERMINALMODE
    invalid_timeout = 0x8000003B,                ///< LINEERR_INVALTIMEOUT
    invalid_tone = 0x8000003C,                   ///< LINEERR_INVALTONE
    invalid_tone_list = 0x8000003D,              ///< LINEERR_INVALTONELIST
    invalid_tone_mode = 0x8000003E,              ///< LINEERR_INVALTONEMODE
    invalid_transfer_mode = 0x8000003F,          ///< LINEERR_INVALTRANSFERMODE
    line_mapper_failed = 0x80000040,             ///< LINEERR_LINEMAPPERFAILED
    no_conference = 0x80000041,                  ///< LINEERR_NOCONFERENCE
    no_device = 0x80000042,                      ///< LINEERR_NODEVICE
    no_driver = 0x80000043,                      ///< LINEERR_NODRIVER
    no_memory = 0x80000044,                      ///< LINEERR_NOMEM
    no_request = 0x80000045,                     ///< LINEERR_NOREQUEST
    not_owner = 0x80000046,                      ///< LINEERR_NOTOWNER
    not_registered = 0x80000047,                 ///< LINEERR_NOTREGISTERED
    operation_failed = 0x80000048,               ///< LINEERR_OPERATIONFAILED
    operation_unavailable = 0x80000049,          ///< LINEERR_OPERATIONUNAVAIL
    rate_unavailable = 0x8000004A,               ///< LINEERR_RATEUNAVAIL
    resource_unavailable = 0x8000004B,           ///< LINEERR_RESOURCEUNAVAIL
    request_overrun = 0x8000004C,                ///< LINEERR_REQUESTOVERRUN
    structure_too_small = 0x8000004D,            ///< LINEERR_STRUCTURETOOSMALL
    target_not_found = 0x8000004E,               ///< LINEERR_TARGETNOTFOUND
    target_self = 0x8000004F,                    ///< LINEERR_TARGETSELF
    uninitialized = 0x80000050,                  ///< LINEERR_UNINITIALIZED
    user_user_info_too_big = 0x80000051,         ///< LINEERR_USERUSERINFOTOOBIG
    reinit = 0x80000052,                         ///< LINEERR_REINIT
    address_blocked = 0x80000053,                ///< LINEERR_ADDRESSBLOCKED
    billing_rejected = 0x80000054,               ///< LINEERR_BILLINGREJECTED
    invalid_feature = 0x80000055,                ///< LINEERR_INVALFEATURE
    no_multiple_instance = 0x80000056,           ///< LINEERR_NOMULTIPLEINSTANCE
    invalid_agent_id = 0x80000057,               ///< LINEERR_INVALAGENTID
    invalid_agent_group = 0x80000058,            ///< LINEERR_INVALAGENTGROUP
    invalid_password = 0x80000059,               ///< LINEERR_INVALPASSWORD
    invalid_agent_state = 0x8000005A,            ///< LINEERR_INVALAGENTSTATE
    invalid_agent_activity = 0x8000005B,         ///< LINEERR_INVALAGENTACTIVITY
    dial_voice_detect = 0x8000005C,              ///< LINEERR_DIALVOICEDETECT
    user_cancelled = 0x8000005D,                 ///< LINEERR_USERCANCELLED
    invalid_address_type = 0x8000005E,           ///< LINEERR_INVALADDRESSTYPE
    invalid_agent_session_state = 0x8000005F,    ///< LINEERR_INVALAGENTSESSIONSTATE
    disconnected = 0x80000060,                   ///< LINEERR_DISCONNECTED
    service_not_running = 0x80000061,            ///< LINEERR_SERVICE_NOT_RUNNING
};

namespace detail {

// What is known of an error: a sentence, and what POSIX calls the same, if it does. No sentence for one that is not listed.
struct Description {
    const char* sentence = nullptr;
    std::errc same{};
};

constexpr Description describe(Error error) noexcept {
    using enum Error;
    using enum std::errc;
    switch (error) {
    case allocated: return {"the device is held by another program", device_or_resource_busy};
    case bad_device_id: return {"there is no device of that number", no_such_device};
    case bearer_mode_unavailable: return {"the bearer mode is not available", operation_not_supported};
    case call_unavailable: return {"the address can have no more calls now", resource_unavailable_try_again};
    case completion_overrun: return {"too many completions of calls are outstanding"};
    case conference_full: return {"the conference can have no more parties"};
    case dial_billing: return {"the device cannot wait for a billing signal while it dials", operation_not_supported};
    case dial_dial_tone: return {"the device cannot wait for a dial tone while it dials", operation_not_supported};
    case dial_prompt: return {"the device cannot prompt while it dials", operation_not_supported};
    case dial_quiet: return {"the device cannot wait for silence while it dials", operation_not_supported};
    case incompatible_api_version:
        return {"the device and the application have no version of TAPI in common", not_supported};
    case incompatible_extension_version:
        return {"the device does not have that version of its extensions", not_supported};
    case ini_file_corrupt: return {"the telephony settings of the machine cannot be understood"};
    case in_use: return {"the device is in use", device_or_resource_busy};
    case invalid_address: return {"the address cannot be dialed", invalid_argument};
    case invalid_address_id: return {"the line has no address of that number", invalid_argument};
    case invalid_address_mode: return {"there is no such way to name an address", invalid_argument};
    case invalid_address_state: return {"there is no such state of an address", invalid_argument};
    case invalid_app_handle: return {"the application's handle is not valid", invalid_argument};
    case invalid_app_name: return {"the application's name is not valid", invalid_argument};
    case invalid_bearer_mode: return {"there is no such bearer mode", invalid_argument};
    case invalid_call_completion_mode: return {"there is no such way to complete a call", invalid_argument};
    case invalid_call_handle: return {"the call's handle is not valid", invalid_argument};
    case invalid_call_params: return {"the parameters of the call are not valid", invalid_argument};
    case invalid_call_privilege: return {"there is no such privilege to a call", invalid_argument};
    case invalid_call_select: return {"there is no such selection of calls", invalid_argument};
    case invalid_call_state: return {"the call's state does not allow it"};
    case invalid_call_state_list: return {"the list of call states is not valid", invalid_argument};
    case invalid_card: return {"there is no such calling card", invalid_argument};
    case invalid_completion_id: return {"there is no such completion of a call", invalid_argument};
    case invalid_conference_call_handle: return {"the handle is not that of a conference", invalid_argument};
    case invalid_consult_call_handle: return {"the handle is not that of a consultation", invalid_argument};
    case invalid_country_code: return {"there is no such country code", invalid_argument};
    case invalid_device_class: return {"the line has no device of that class", invalid_argument};
    case invalid_device_handle: return {"the device's handle is not valid", invalid_argument};
    case invalid_dial_params: return {"the parameters of dialing are not valid", invalid_argument};
    case invalid_digit_list: return {"the list of digits is not valid", invalid_argument};
    case invalid_digit_mode: return {"there is no such way to send digits", invalid_argument};
    case invalid_digits: return {"the digits are not valid", invalid_argument};
    case invalid_extension_version: return {"the version of the extensions is not valid", invalid_argument};
    case invalid_group_id: return {"there is no such group", invalid_argument};
    case invalid_line_handle: return {"the line's handle is not valid", invalid_argument};
    case invalid_line_state: return {"the line's state does not allow it"};
    case invalid_location: return {"there is no such location", invalid_argument};
    case invalid_media_list: return {"the list of media is not valid", invalid_argument};
    case invalid_media_mode: return {"the line does not have that medium", operation_not_supported};
    case invalid_message_id: return {"there is no such completion message", invalid_argument};
    case invalid_param: return {"a parameter is not valid", invalid_argument};
    case invalid_park_id: return {"there is no such place where a call is parked", invalid_argument};
    case invalid_park_mode: return {"there is no such way to park a call", invalid_argument};
    case invalid_pointer: return {"a pointer is not valid", bad_address};
    case invalid_privilege_select: return {"there is no such combination of privileges", invalid_argument};
    case invalid_rate: return {"the rate is not valid", invalid_argument};
    case invalid_request_mode: return {"there is no such kind of request", invalid_argument};
    case invalid_terminal_id: return {"there is no such terminal", invalid_argument};
    case invalid_terminal_mode: return {"the terminal does not have that mode", invalid_argument};
    case invalid_timeout: return {"the timeout is not one that the device can have", invalid_argument};
    case invalid_tone: return {"the device cannot make that tone", invalid_argument};
    case invalid_tone_list: return {"the list of tones is not valid", invalid_argument};
    case invalid_tone_mode: return {"there is no such kind of tone", invalid_argument};
    case invalid_transfer_mode: return {"there is no such way to transfer a call", invalid_argument};
    case line_mapper_failed: return {"no line can do what the call needs"};
    case no_conference: return {"the call is not part of a conference"};
    case no_device: return {"the device is not there any more", no_such_device};
    case no_driver: return {"a part of the device's driver is missing", no_such_device};
    case no_memory: return {"there is not enough memory", not_enough_memory};
    case no_request: return {"no request of that kind is pending"};
    case not_owner: return {"the application does not own the call", operation_not_permitted};
    case not_registered: return {"the application is not registered for requests of that kind"};
    case operation_failed: return {"the operation failed, for a reason that TAPI does not know"};
    case operation_unavailable: return {"the device cannot do that", operation_not_supported};
    case rate_unavailable: return {"there is not enough bandwidth for the rate", resource_unavailable_try_again};
    case resource_unavailable: return {"there are not enough resources", resource_unavailable_try_again};
    case request_overrun:
        return {"more requests are pending than the device can handle", resource_unavailable_try_again};
    case structure_too_small: return {"the structure is too small for its fixed part"};
    case target_not_found: return {"no application can take the call over"};
    case target_self: return {"the call would be handed over to the application that has it"};
    case uninitialized: return {"TAPI has not been initialized"};
    case user_user_info_too_big: return {"the user-user information is longer than the device can send", message_size};
    case reinit: return {"TAPI waits for all applications to shut down, to be configured anew"};
    case address_blocked: return {"the address is blocked", permission_denied};
    case billing_rejected: return {"the way of billing was rejected"};
    case invalid_feature: return {"the line does not have that feature", operation_not_supported};
    case no_multiple_instance: return {"the device's provider is installed twice"};
    case invalid_agent_id: return {"there is no such agent", invalid_argument};
    case invalid_agent_group: return {"there is no such group of agents", invalid_argument};
    case invalid_password: return {"the password is not right", permission_denied};
    case invalid_agent_state: return {"there is no such state of an agent", invalid_argument};
    case invalid_agent_activity: return {"there is no such activity of an agent", invalid_argument};
    case dial_voice_detect: return {"the device cannot wait for a voice while it dials", operation_not_supported};
    case user_cancelled: return {"the user has cancelled the call", operation_canceled};
    case invalid_address_type: return {"there is no such type of an address", invalid_argument};
    case invalid_agent_session_state: return {"there is no such state of an agent's session", invalid_argument};
    case disconnected: return {"the call has been disconnected", not_connected};
    case service_not_running: return {"the telephony service is not running"};
    }
    return {};
}

class ErrorCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "tapi2"; }
    std::string message(int value) const override {
        const auto number = static_cast<std::uint32_t>(value);
        if (const char* const known = describe(static_cast<Error>(number)).sentence) return known;
        std::string text = number < 0xC0000000 ? "unknown error of TAPI 0x" : "an error of the device's own, 0x";
        for (int digit = 28; digit >= 0; digit -= 4) text += "0123456789ABCDEF"[number >> digit & 0xF];
        return text;
    }
    std::error_condition default_error_condition(int value) const noexcept override {
        const std::errc same = describe(static_cast<Error>(value)).same;
        return same == std::errc() ? std::error_condition(value, *this) : make_error_condition(same);
    }
};

inline constinit wrapup::detail::Immortal<ErrorCategory> immortal_error_category{};

} // namespace detail

/// The category of `Error`. Where POSIX has an error for the same, as for `no_memory`, it compares equal to that.
[[nodiscard]] inline const std::error_category& category() noexcept { return detail::immortal_error_category.object; }

/// Makes `Error` usable wherever a `std::error_code` is.
[[nodiscard]] inline std::error_code make_error_code(Error error) noexcept {
    return {static_cast<int>(error), category()};
}

} // namespace wrapup::tapi2

template <>
struct std::is_error_code_enum<wrapup::tapi2::Error> : std::true_type {};
