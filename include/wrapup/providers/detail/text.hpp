// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// UTF-8, which the library's users are given, and UTF-16, which TAPI has. What is ill-formed becomes U+FFFD, once for each
// "maximal subpart", as The Unicode Standard recommends (3.9, U+FFFD Substitution of Maximal Subparts).
namespace wrapup::detail {

inline constexpr char32_t replacement = U'\xFFFD';

// Takes a character off the text from `at` on.
constexpr char32_t take(std::string_view text, std::size_t& at) noexcept {
    const auto next = [&] { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    const char32_t lead = next();
    ++at;
    if (lead < 0x80) return lead;
    if (lead < 0xC2 || lead > 0xF4) return replacement;
    // What may follow first: without what could be said shorter, surrogates, and what lies beyond U+10FFFF.
    char32_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    char32_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t character = lead & (0x3Fu >> more);
    for (; more > 0; --more, ++at, low = 0x80, high = 0xBF) {
        const char32_t byte = next();
        if (byte < low || byte > high) return replacement;
        character = character << 6 | (byte & 0x3F);
    }
    return character;
}

constexpr char32_t take(std::u16string_view text, std::size_t& at) noexcept {
    const char32_t unit = text[at++];
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    const char32_t second = at < text.size() ? text[at] : 0u;
    if (unit > 0xDBFF || second < 0xDC00 || second > 0xDFFF) return replacement;
    ++at;
    return 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
}

// @throws std::bad_alloc
inline std::string from_utf16(std::u16string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t character = take(text, at);
        const auto add = [&](char32_t byte) { result += static_cast<char>(static_cast<unsigned char>(byte)); };
        if (character < 0x80) {
            add(character);
            continue;
        }
        const int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
        add((0x780u >> more & 0xF0) | character >> 6 * more);
        for (int shift = 6 * (more - 1); shift >= 0; shift -= 6) add(0x80 | (character >> shift & 0x3F));
    }
    return result;
}

// @throws std::bad_alloc
inline std::u16string to_utf16(std::string_view text) {
    std::u16string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t character = take(text, at);
        if (character < 0x10000) {
            result += static_cast<char16_t>(character);
            continue;
        }
        result += static_cast<char16_t>(0xD7C0 + (character >> 10));
        result += static_cast<char16_t>(0xDC00 + (character & 0x3FF));
    }
    return result;
}

} // namespace wrapup::detail
