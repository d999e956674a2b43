// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wrapup::tapi2 {

/// What is sent to the other party with the end of a call, where the network can: `call.disconnect(UserUserInfo("..."))`. A
/// protocol discriminator, where one is needed, is its first byte. How much may be sent is LINEDEVCAPS.dwUUIDropSize; more
/// is refused with `Error::user_user_info_too_big`. A copy shares the bytes. *Source:* lineDrop
class UserUserInfo {
public:
    UserUserInfo() = default;
    /// @throws std::bad_alloc
    explicit UserUserInfo(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_ ? std::string_view(*bytes_) : ""; }

    friend bool operator==(const UserUserInfo& a, const UserUserInfo& b) noexcept { return a.bytes() == b.bytes(); }

private:
    std::shared_ptr<const std::string> bytes_;
};

} // namespace wrapup::tapi2
