// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/engine.hpp>

#include <type_traits>
#include <utility>

namespace wrapup::testing::explorer {

/// Plain memory that threads share: a value that is used as if it were a `T`, and whose use is a violation where it races
/// with another, comes before its construction or after its destruction.
///
/// It may be an identifier, a cause, a reason, statistics or a point in time of a provider that is explored.
template <class T>
class Plain {
public:
    Plain() noexcept(std::is_nothrow_default_constructible_v<T>) : value_() { begin(); }
    Plain(T value) noexcept // NOLINT(google-explicit-constructor): it stands for one
        : value_(std::move(value)) {
        begin();
    }
    Plain(const Plain& other) noexcept : value_(other.get()) { begin(); }
    Plain& operator=(const Plain& other) noexcept {
        set(other.get());
        return *this;
    }
    Plain& operator=(T value) noexcept {
        set(std::move(value));
        return *this;
    }
    ~Plain() {
        if (Engine* const engine = Engine::current()) engine->destroy(shadow_);
    }

    [[nodiscard]] const T& get() const noexcept {
        if (Engine* const engine = Engine::current()) engine->read(shadow_);
        return value_;
    }
    void set(T value) noexcept {
        if (Engine* const engine = Engine::current()) engine->write(shadow_);
        value_ = std::move(value);
    }

    operator const T&() const noexcept { return get(); } // NOLINT(google-explicit-constructor): it stands for one
    const T& operator->() const noexcept
        requires std::is_pointer_v<T>
    {
        return get();
    }
    Plain& operator++() noexcept {
        set(static_cast<T>(get() + 1));
        return *this;
    }
    Plain& operator--() noexcept {
        set(static_cast<T>(get() - 1));
        return *this;
    }

    friend bool operator==(const Plain& a, const Plain& b) noexcept { return a.get() == b.get(); }
    friend bool operator==(const Plain& a, const T& b) noexcept { return a.get() == b; }

private:
    void begin() noexcept {
        if (Engine* const engine = Engine::current()) engine->construct(shadow_);
    }

    T value_;
    mutable Shadow shadow_;
};

} // namespace wrapup::testing::explorer
