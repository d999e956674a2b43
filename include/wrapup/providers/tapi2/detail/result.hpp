// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/error.hpp>

#include <system_error>

namespace wrapup::tapi2::detail {

// What a message carries, as what it is: 32 bits, whichever way they were widened.
constexpr abi::Dword dword(abi::DwordPtr parameter) noexcept { return static_cast<abi::Dword>(parameter); }
constexpr abi::Long result_of(abi::DwordPtr parameter) noexcept { return static_cast<abi::Long>(dword(parameter)); }

// The result of a function that has failed so.
constexpr abi::Long result_of(Error error) noexcept { return static_cast<abi::Long>(error); }

// Empty where the function has succeeded, or has made a request.
inline std::error_code error_of(abi::Long result) noexcept {
    return result < 0 ? std::error_code(result, category()) : std::error_code();
}

} // namespace wrapup::tapi2::detail
