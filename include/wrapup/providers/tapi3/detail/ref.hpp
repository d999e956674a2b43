// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>

#include <cstdint>
#include <utility>

namespace wrapup::tapi3::detail {

// A reference that is counted by the object. It is given up on a thread of the apartment.
template <class Interface>
class Ref {
public:
    Ref() = default;
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref() {
        if (object_) object_->Release();
    }

    // Another reference to what somebody else holds.
    static Ref to(Interface* object) noexcept {
        Ref ref;
        if (object) object->AddRef();
        ref.object_ = object;
        return ref;
    }

    [[nodiscard]] Interface* get() const noexcept { return object_; }
    Interface* operator->() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }

    // Where a method puts a reference. @pre empty
    [[nodiscard]] Interface** out() noexcept { return &object_; }

    // Another interface of the object; empty where it has none.
    template <class Other>
    [[nodiscard]] Ref<Other> as() const noexcept {
        void* found = nullptr;
        Ref<Other> ref;
        if (object_ && object_->QueryInterface(Other::iid, &found) >= 0) *ref.out() = static_cast<Other*>(found);
        return ref;
    }

    // Which object it is: the value of the only pointer to it that is always the same; 0 for none.
    // *Source:* COM, "Rules for Implementing QueryInterface"
    [[nodiscard]] std::uintptr_t identity() const noexcept {
        const Ref<abi::IUnknown> unknown = as<abi::IUnknown>();
        return reinterpret_cast<std::uintptr_t>(unknown.get());
    }

private:
    Interface* object_ = nullptr;
};

} // namespace wrapup::tapi3::detail
