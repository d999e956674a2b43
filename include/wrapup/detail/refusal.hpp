// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>

#include <cstdint>
#include <system_error>

namespace wrapup::detail {

// What is said to somebody who asks for the end, on its way to them: nothing, or why not. To make an empty `std::error_code`
// takes a call, so one is made only at the end of the way, where the compiler sees whether anybody looks at it.
class Refusal {
public:
    constexpr Refusal() noexcept = default;
    Refusal(std::error_code error) noexcept : value_(error.value()), category_(&error.category()) {}

    explicit operator bool() const noexcept { return value_ != 0; }
    operator std::error_code() const noexcept {
        return category_ ? std::error_code(static_cast<int>(value_), *category_) : std::error_code();
    }

private:
    std::intptr_t value_ = 0; // not an int, beside which there would be padding to be kept
    const std::error_category* category_ = nullptr;
};

} // namespace wrapup::detail
