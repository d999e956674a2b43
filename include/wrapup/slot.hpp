// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <new>
#include <type_traits>
#include <utility>

namespace wrapup {

/// A part of a termination that may be absent: the reason that was given, the cause that was reported, the counters
/// that were taken. Read it as one reads a `std::optional`, whose header alone costs a compiler more than all that
/// `session.hpp` adds to `<system_error>`.
///
/// It is written by the library alone; a copy of it is an ordinary value.
template <class T>
class Slot {
    static_assert(std::is_nothrow_move_constructible_v<T>, "what a termination keeps must be nothrow movable");

public:
    using value_type = T;

    constexpr Slot() noexcept : nothing_{} {}
    Slot(const Slot& other) noexcept(std::is_nothrow_copy_constructible_v<T>)
        requires std::is_copy_constructible_v<T>
        : nothing_{} {
        if (other.full_) emplace(other.value_);
    }
    Slot(Slot&& other) noexcept : nothing_{} {
        if (other.full_) emplace(std::move(other.value_));
    }
    Slot& operator=(Slot other) noexcept {
        reset();
        if (other.full_) emplace(std::move(other.value_));
        return *this;
    }
    ~Slot() { reset(); }

    /// Whether there is a value.
    [[nodiscard]] constexpr bool has_value() const noexcept { return full_; }
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return full_; }

    /// The value. @pre `has_value()`
    [[nodiscard]] constexpr const T& operator*() const noexcept { return value_; }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return __builtin_addressof(value_); }

    /// The value, or the one given where there is none.
    template <class U>
    [[nodiscard]] constexpr T value_or(U&& otherwise) const {
        return full_ ? value_ : static_cast<T>(std::forward<U>(otherwise));
    }

    /// An empty slot equals no value.
    [[nodiscard]] friend constexpr bool operator==(const Slot& slot, const T& value) {
        return slot.full_ && slot.value_ == value;
    }

    /// Puts a value in, in the place of the one that may be there.
    template <class... Args>
    void emplace(Args&&... args) noexcept(std::is_nothrow_constructible_v<T, Args...>) {
        reset();
        ::new (static_cast<void*>(&nothing_)) T(std::forward<Args>(args)...);
        full_ = true;
    }

    /// Makes it empty.
    void reset() noexcept {
        if (full_) value_.~T();
        full_ = false;
    }

private:
    union {
        char nothing_;
        T value_;
    };
    bool full_ = false;
};

} // namespace wrapup
