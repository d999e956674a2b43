// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// @file
/// Messages of SIP as text, for a peer that is played by hand.

namespace support {

inline constexpr std::string_view sdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";

/// Ends the head of a message.
[[nodiscard]] inline std::string with_body(std::string head, bool body) {
    if (body) head += "Content-Type: application/sdp\r\n";
    head += "Content-Length: " + std::to_string(body ? sdp.size() : 0) + "\r\n\r\n";
    if (body) head += sdp;
    return head;
}

[[nodiscard]] inline std::uint16_t port_of(const std::string& uri) {
    return static_cast<std::uint16_t>(std::stoi(uri.substr(uri.rfind(':') + 1)));
}

/// The value of a header field, and nothing where it is not there.
[[nodiscard]] inline std::string field(const std::string& message, const std::string& name) {
    const std::size_t at = message.find("\r\n" + name + ": ");
    if (at == message.npos) return {};
    const std::size_t begin = at + name.size() + 4;
    return message.substr(begin, message.find("\r\n", begin) - begin);
}

} // namespace support
