// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wrapup::tapi3 {

/// Somebody who takes part in a call, or has taken part.
struct Party {
    std::optional<std::string> number;
    std::optional<std::string> name;

    friend bool operator==(const Party&, const Party&) = default;
};

/// What TAPI knows of a call: values of our own, valid for ever. Strings are UTF-8. Each is absent where TAPI does not give it,
/// whatever the reason: which of them are left after the end is not documented.
///
/// *Source:* CALLINFO_LONG, CALLINFO_STRING, CALLINFO_BUFFER
struct CallInfo {
    using Number = std::optional<std::uint32_t>;
    using Text = std::optional<std::string>;
    using Bytes = std::optional<std::vector<std::uint8_t>>;

    Number media_types;     ///< CIL_MEDIATYPESAVAILABLE
    Number bearer_mode;     ///< CIL_BEARERMODE
    Number origin;          ///< CIL_ORIGIN
    Number reason;          ///< CIL_REASON
    Number treatment;       ///< CIL_CALLTREATMENT
    Number min_rate;        ///< CIL_MINRATE, bits per second
    Number max_rate;        ///< CIL_MAXRATE, bits per second
    Number rate;            ///< CIL_RATE, bits per second
    Number country_code;    ///< CIL_COUNTRYCODE
    Number call_id;         ///< CIL_CALLID
    Number related_call_id; ///< CIL_RELATEDCALLID
    Number completion_id;   ///< CIL_COMPLETIONID
    Number owners;          ///< CIL_NUMBEROFOWNERS
    Number monitors;        ///< CIL_NUMBEROFMONITORS
    Number trunk;           ///< CIL_TRUNK

    Party caller;             ///< CIS_CALLERIDNUMBER, CIS_CALLERIDNAME
    Party called;             ///< CIS_CALLEDIDNUMBER, CIS_CALLEDIDNAME
    Party connected;          ///< CIS_CONNECTEDIDNUMBER, CIS_CONNECTEDIDNAME
    Party redirection;        ///< CIS_REDIRECTIONIDNUMBER, CIS_REDIRECTIONIDNAME
    Party redirecting;        ///< CIS_REDIRECTINGIDNUMBER, CIS_REDIRECTINGIDNAME
    Text called_party;        ///< CIS_CALLEDPARTYFRIENDLYNAME
    Text comment;             ///< CIS_COMMENT
    Text displayable_address; ///< CIS_DISPLAYABLEADDRESS
    Text calling_party;       ///< CIS_CALLINGPARTYID

    Bytes user_user_info;           ///< CIB_USERUSERINFO
    Bytes device_specific;          ///< CIB_DEVSPECIFICBUFFER
    Bytes call_data;                ///< CIB_CALLDATABUFFER
    Bytes charging_info;            ///< CIB_CHARGINGINFOBUFFER
    Bytes high_level_compatibility; ///< CIB_HIGHLEVELCOMPATIBILITYBUFFER
    Bytes low_level_compatibility;  ///< CIB_LOWLEVELCOMPATIBILITYBUFFER

    friend bool operator==(const CallInfo&, const CallInfo&) = default;
};

} // namespace wrapup::tapi3
