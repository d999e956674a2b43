// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::tapi2 {

namespace detail {
class Calls;
}

/// A call of a `Line`: the provider's own name for it, since TAPI names a call that is made only once it has answered, and
/// may give the name of one that is deallocated to the next. It never comes again.
class Call {
public:
    /// None.
    Call() = default;

    /// What can be printed of it: the line's calls are numbered from 1.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

    friend bool operator==(const Call&, const Call&) = default;

private:
    friend class detail::Calls;
    explicit Call(std::uint64_t number) noexcept : number_(number) {}

    std::uint64_t number_ = 0;
};

} // namespace wrapup::tapi2
