// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/party.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace wrapup::tapi2 {

/// What TAPI knows of a call, in memory of its own: it does not change any more. Text is in UTF-8; what TAPI leaves out is
/// absent, and a number that it leaves out is 0. *Source:* LINECALLINFO
struct CallInfo {
    std::uint32_t call_id = 0;         ///< the switch's number for it; 0 where there is none
    std::uint32_t related_call_id = 0; ///< that of another call which it belongs to, as after a transfer

    std::uint32_t device = 0;             ///< the line device
    std::uint32_t address_id = 0;         ///< which of the line's addresses
    std::optional<std::uint32_t> trunk{}; ///< which of the trunks it came in or goes out by
    std::uint32_t bearer_mode = 0;        ///< LINEBEARERMODE_ bits
    std::uint32_t rate = 0;               ///< in bits per second
    std::uint32_t media_modes = 0;        ///< LINEMEDIAMODE_ bits

    std::uint32_t origin = 0;        ///< one of LINECALLORIGIN_
    std::uint32_t reason = 0;        ///< one of LINECALLREASON_
    std::uint32_t completion_id = 0; ///< which request to complete a call it answers
    std::uint32_t country_code = 0;  ///< of the called party
    std::uint32_t owners = 0;        ///< how many applications own it
    std::uint32_t monitors = 0;      ///< how many applications look on
    std::uint32_t app_specific = 0;  ///< what the application that owns it has noted

    std::optional<Party> caller{};
    std::optional<Party> called{};
    std::optional<Party> connected{};   ///< who is talked to
    std::optional<Party> redirection{}; ///< where it was redirected to
    std::optional<Party> redirecting{}; ///< who has redirected it

    std::optional<std::string> application{};         ///< the one that made, accepted or answered it
    std::optional<std::string> displayable_address{}; ///< what was called, for people
    std::optional<std::string> called_party{};        ///< who was called, for people
    std::optional<std::string> comment{};             ///< of the application that made it
    std::optional<std::string> display{};             ///< what the network would show on a telephone

    // Bytes, as they came:
    std::optional<std::string> user_user_info{};  ///< from the other party
    std::optional<std::string> charging_info{};   ///< what it costs, as the network says it
    std::optional<std::string> call_data{};       ///< what applications have attached to it
    std::optional<std::string> device_specific{}; ///< from the device

    friend bool operator==(const CallInfo&, const CallInfo&) = default;
};

} // namespace wrapup::tapi2
