// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wrapup::detail {

// A constant that is never destroyed: it is named without a guard, and may be used until the very end of the program.
template <class T>
union Immortal {
    constexpr Immortal() noexcept : object() {}
    ~Immortal() {}
    T object;
};

} // namespace wrapup::detail
