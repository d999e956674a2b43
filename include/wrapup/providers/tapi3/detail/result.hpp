// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/error.hpp>

#include <cstdint>
#include <system_error>

namespace wrapup::tapi3::detail {

constexpr abi::HResult result_of(Error error) noexcept { return static_cast<abi::HResult>(error); }

inline std::error_code error_of(abi::HResult result) noexcept {
    return result < 0 ? make_error_code(static_cast<Error>(static_cast<std::uint32_t>(result))) : std::error_code();
}

// @throws std::system_error
inline void require(abi::HResult result) {
    if (result < 0) wrapup::detail::fail(error_of(result));
}

} // namespace wrapup::tapi3::detail
