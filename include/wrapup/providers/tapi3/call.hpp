// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>

namespace wrapup::tapi3 {

namespace detail {
struct Record;
}
namespace abi {
struct ITCallInfo;
}

/// TAPI's name for a session is the pointer to its call object's ITCallInfo: this is it, as a value that holds no reference.
/// The provider holds one until the session is released, so the pointer is valid as long as the identifier.
///
/// *Source:* TAPI, "Terminate a Session"
class Call {
public:
    /// None.
    Call() = default;

    /// For what else TAPI can do with the call. On Windows it is an `::ITCallInfo*`, of the multithreaded apartment.
    [[nodiscard]] abi::ITCallInfo* get() const noexcept { return info_; }

    friend bool operator==(const Call&, const Call&) = default;

private:
    friend struct detail::Record;
    explicit Call(abi::ITCallInfo* info) noexcept : info_(info) {}

    abi::ITCallInfo* info_ = nullptr;
};

} // namespace wrapup::tapi3

template <>
struct std::hash<wrapup::tapi3::Call> {
    std::size_t operator()(const wrapup::tapi3::Call& call) const noexcept {
        return std::hash<wrapup::tapi3::abi::ITCallInfo*>()(call.get());
    }
};
