// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

namespace wrapup::tapi2 {

/// A party to a call, as far as the network tells. *Source:* LINECALLINFO, LINECALLPARTYID_ Constants
struct Party {
    std::uint32_t flags = 0;        ///< LINECALLPARTYID_ bits: what of it is known, or why it is not
    std::uint32_t address_type = 0; ///< one of LINEADDRESSTYPE_; 0 where TAPI does not say, as before 3.0
    std::string address{};          ///< its number; empty where it is not known
    std::string name{};             ///< empty where it is not known

    friend bool operator==(const Party&, const Party&) = default;
};

} // namespace wrapup::tapi2
