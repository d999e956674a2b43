// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <system_error>

// Included before everything else, this has wrapup say an int where it says `std::error_code`: what its two words and the call
// that makes an empty one cost.
namespace std {

class plain_error_code {
public:
    plain_error_code() = default;
    plain_error_code(int value, const error_category&) noexcept : value_(value) {}
    plain_error_code(error_code error) noexcept : value_(error.value()) {}
    template <class Enum>
        requires is_error_code_enum<Enum>::value
    plain_error_code(Enum error) noexcept : value_(static_cast<int>(error)) {}
    operator error_code() const noexcept { return {value_, generic_category()}; }
    explicit operator bool() const noexcept { return value_ != 0; }
    void clear() noexcept { value_ = 0; }

private:
    int value_ = 0;
};

} // namespace std

#define error_code plain_error_code
