// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/reason.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

// The Reason header: `SIP;cause=486;text="Busy", Q.850;cause=17`. *Source:* RFC 3326, 2; RFC 3261, 25.1
namespace wrapup::sofia::detail {

// Takes what stands before the separator off the text, and the separator. One within quotes separates nothing.
constexpr std::string_view take_element(std::string_view& text, char separator) noexcept {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (quoted && text[at] == '\\') ++at;
        else if (text[at] == '"') quoted = !quoted;
        else if (!quoted && text[at] == separator) break;
    }
    const std::string_view element = text.substr(0, at);
    text = at < text.size() ? text.substr(at + 1) : std::string_view();
    return element;
}

constexpr std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view space = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(space);
    return begin == text.npos ? std::string_view() : text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

// Tokens are the same in capitals.
constexpr bool same_token(std::string_view a, std::string_view b) noexcept {
    const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (small(a[i]) != small(b[i])) return false;
    return true;
}

// The first cause that is given for a protocol and is a number up to the largest; nothing where there is none.
inline std::optional<unsigned> cause_of(std::string_view header, std::string_view protocol, unsigned largest) noexcept {
    while (!header.empty()) {
        std::string_view value = take_element(header, ',');
        if (!same_token(trimmed(take_element(value, ';')), protocol)) continue;
        while (!value.empty()) {
            std::string_view parameter = take_element(value, ';');
            if (!same_token(trimmed(take_element(parameter, '=')), "cause")) continue;
            const std::string_view digits = trimmed(parameter);
            unsigned cause = 0;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cause);
            if (error == std::errc() && end == digits.data() + digits.size() && cause <= largest) return cause;
        }
    }
    return {};
}

// The cause of Q.850, where it is one: they have seven bits.
inline std::optional<std::uint8_t> q850_of(std::string_view header) noexcept {
    const auto cause = cause_of(header, "Q.850", 127);
    return cause ? std::optional(static_cast<std::uint8_t>(*cause)) : std::nullopt;
}

// As much as is said of a text, and no half of a character: a BYE with more would not fit into one datagram.
// *Source:* RFC 3261, 18.1.1: 1,300 bytes; RFC 3629, 3
constexpr std::string_view as_much_as_is_said(std::string_view text) noexcept {
    if (text.size() <= Reason::longest_text) return text;
    std::size_t end = Reason::longest_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end);
}

// A header cannot be left by what is quoted: no line ends in there, and neither the quotes.
inline std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        const auto byte = static_cast<unsigned char>(c);
        result += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    return result + '"';
}

// Nothing to say is an empty one. @throws std::bad_alloc
inline std::string format_reason(const Reason& reason) {
    std::string header;
    const std::string_view text = as_much_as_is_said(reason.text);
    const auto add = [&](std::string_view protocol, int cause) {
        if (!header.empty()) header += ", ";
        header.append(protocol).append(";cause=").append(std::to_string(cause));
        if (!text.empty()) header += ";text=" + quoted(text);
    };
    if (reason.status != 0) add("SIP", reason.status);
    if (reason.q850) add("Q.850", *reason.q850);
    if (header.empty() && !text.empty()) header = "SIP;text=" + quoted(text);
    return header;
}

} // namespace wrapup::sofia::detail
