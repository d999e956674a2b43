// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/call_info.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/call_status.hpp>
#include <wrapup/providers/tapi2/detail/result.hpp>
#include <wrapup/providers/tapi2/detail/variable.hpp>
#include <wrapup/providers/tapi2/functions.hpp>
#include <wrapup/providers/tapi2/party.hpp>
#include <wrapup/providers/tapi2/privilege.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

// What TAPI knows of a call, read into values of our own.
namespace wrapup::tapi2::detail {

// Every structure of variable size begins with the size it has, would need, and has used.
inline constexpr std::size_t head_size = 3 * sizeof(abi::Dword);

// Absent where it is none, or none that every std::chrono::system_clock can say.
inline std::optional<std::chrono::system_clock::time_point> point_in_time(abi::SystemTime time) noexcept {
    using namespace std::chrono;
    const year_month_day date(year(time.wYear), month(time.wMonth), day(time.wDay));
    if (!date.ok() || time.wYear < 1970 || time.wYear > 2261 || time.wHour > 23 || time.wMinute > 59 ||
        time.wSecond > 59 || time.wMilliseconds > 999)
        return {};
    return sys_days(date) + hours(time.wHour) + minutes(time.wMinute) + seconds(time.wSecond) +
           milliseconds(time.wMilliseconds);
}

// Nothing, and no error, where the function has succeeded and said nothing. Takes no memory.
inline std::optional<CallStatus> read_call_status(Functions& functions, abi::Handle call,
                                                  std::error_code& error) noexcept {
    abi::CallStatus written{};
    written.dwTotalSize = sizeof written;
    error = error_of(functions.lineGetCallStatus(call, &written));
    const std::size_t used = (std::min)(std::size_t{written.dwUsedSize}, sizeof written);
    if (error || used <= head_size) return {};

    Variable variable(std::as_bytes(std::span(&written, 1)).first(used), offsetof(abi::CallStatus, dwCallFeatures2));
    variable.add({written.dev_specific});
    static_cast<void>(variable.extend(sizeof written));
    abi::CallStatus raw{};
    variable.copy_to(raw);

    CallStatus status;
    status.state = call_state(raw.dwCallState);
    status.raw_state = raw.dwCallState;
    status.mode = raw.dwCallStateMode;
    status.privilege = static_cast<Privilege>(raw.dwCallPrivilege);
    status.features = raw.dwCallFeatures;
    status.features2 = raw.dwCallFeatures2;
    status.entered = point_in_time(raw.tStateEntryTime);
    return status;
}

// As much as TAPI has written of a LINECALLINFO. @throws std::bad_alloc
inline std::vector<std::byte> fetch_call_info(Functions& functions, abi::Handle call, std::error_code& error) {
    // TAPI leaves out what does not fit, and says how much would. That may grow until it is asked again, so there is twice the
    // room each time; a driver that is not content with that much has what did not fit left out.
    constexpr abi::Dword most = 1 << 20;
    std::vector<std::byte> memory;
    for (abi::Dword room = 1024;;) {
        memory.assign(room, std::byte{});
        std::memcpy(memory.data(), &room, sizeof room);
        error = error_of(functions.lineGetCallInfoW(call, reinterpret_cast<abi::CallInfo*>(memory.data())));
        if (error) return {};
        abi::Dword head[3];
        std::memcpy(head, memory.data(), sizeof head);
        const auto [total, needed, used] = head;
        if (needed <= room || room == most) {
            memory.resize((std::min)(used, room));
            return memory;
        }
        room = (std::min)((std::max)(needed, 2 * room), most);
    }
}

inline std::optional<Party> read_party(const Variable& variable, abi::PartyId raw, abi::Dword address_type) {
    auto address = variable.text({raw.size, raw.offset});
    auto name = variable.text({raw.name_size, raw.name_offset});
    if (raw.flags == 0 && !address && !name) return {};
    Party party;
    party.flags = raw.flags;
    party.address_type = address_type;
    if (address) party.address = std::move(*address);
    if (name) party.name = std::move(*name);
    return party;
}

// Nothing, and no error, where the function has succeeded and said nothing. @throws std::bad_alloc
inline std::optional<CallInfo> read_call_info(Functions& functions, abi::Handle call, std::error_code& error) {
    const std::vector<std::byte> written = fetch_call_info(functions, call, error);
    if (written.size() <= head_size) return {};

    constexpr abi::Dword unknown_trunk = 0xFFFFFFFF;
    abi::CallInfo raw{};
    raw.dwTrunk = unknown_trunk;
    // The fixed part of 1.4, of 2.0, and of 3.0.
    Variable variable(written, offsetof(abi::CallInfo, dwCallTreatment));
    variable.copy_to(raw);
    for (const abi::PartyId& party : {raw.caller, raw.called, raw.connected, raw.redirection, raw.redirecting})
        variable.add({{party.size, party.offset}, {party.name_size, party.name_offset}});
    variable.add({raw.app_name, raw.displayable_address, raw.called_party, raw.comment, raw.display, raw.user_user_info,
                  raw.high_level_comp, raw.low_level_comp, raw.charging_info, raw.terminal_modes, raw.dev_specific});
    if (variable.extend(offsetof(abi::CallInfo, dwCallerIDAddressType))) {
        variable.copy_to(raw);
        variable.add({raw.call_data, raw.sending_flowspec, raw.receiving_flowspec});
        if (variable.extend(sizeof raw)) variable.copy_to(raw);
    }

    CallInfo info;
    info.call_id = raw.dwCallID;
    info.related_call_id = raw.dwRelatedCallID;
    info.device = raw.dwLineDeviceID;
    info.address_id = raw.dwAddressID;
    if (raw.dwTrunk != unknown_trunk) info.trunk = abi::Dword{raw.dwTrunk};
    info.bearer_mode = raw.dwBearerMode;
    info.rate = raw.dwRate;
    info.media_modes = raw.dwMediaMode;
    info.origin = raw.dwOrigin;
    info.reason = raw.dwReason;
    info.completion_id = raw.dwCompletionID;
    info.country_code = raw.dwCountryCode;
    info.owners = raw.dwNumOwners;
    info.monitors = raw.dwNumMonitors;
    info.app_specific = raw.dwAppSpecific;
    info.caller = read_party(variable, raw.caller, raw.dwCallerIDAddressType);
    info.called = read_party(variable, raw.called, raw.dwCalledIDAddressType);
    info.connected = read_party(variable, raw.connected, raw.dwConnectedIDAddressType);
    info.redirection = read_party(variable, raw.redirection, raw.dwRedirectionIDAddressType);
    info.redirecting = read_party(variable, raw.redirecting, raw.dwRedirectingIDAddressType);
    info.application = variable.text(raw.app_name);
    info.displayable_address = variable.text(raw.displayable_address);
    info.called_party = variable.text(raw.called_party);
    info.comment = variable.text(raw.comment);
    info.display = variable.text(raw.display);
    info.user_user_info = variable.bytes(raw.user_user_info);
    info.charging_info = variable.bytes(raw.charging_info);
    info.call_data = variable.bytes(raw.call_data);
    info.device_specific = variable.bytes(raw.dev_specific);
    return info;
}

} // namespace wrapup::tapi2::detail
