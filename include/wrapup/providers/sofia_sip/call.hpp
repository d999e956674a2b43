// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace wrapup::sofia {

namespace detail {
class Book;
class Attendant;
} // namespace detail

/// The name of one call of one service, the identifier of its session. Counted by the service, and not used again: one whose
/// handle is gone never names another.
class Call {
public:
    /// None.
    Call() = default;

    /// A number for logs; 0 is nobody's.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

    friend bool operator==(const Call&, const Call&) = default;

private:
    friend class detail::Book;
    friend class detail::Attendant;
    explicit Call(std::uint64_t number) noexcept : number_(number) {}

    std::uint64_t number_ = 0;
};

} // namespace wrapup::sofia

template <>
struct std::hash<wrapup::sofia::Call> {
    std::size_t operator()(const wrapup::sofia::Call& call) const noexcept {
        return std::hash<std::uint64_t>()(call.number());
    }
};
