// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#if defined(_WIN32)
#include <windows.h>
#include <objbase.h>
#include <oleauto.h>
#endif

/// @file
/// Strings and memory that change hands, and apartments, as COM has them.

namespace tapi3_double {

#if defined(_WIN32)

inline char16_t* new_string(std::u16string_view text) noexcept {
    return reinterpret_cast<char16_t*>(
        ::SysAllocStringLen(reinterpret_cast<const OLECHAR*>(text.data()), static_cast<UINT>(text.size())));
}
inline std::u16string_view view_of(char16_t* string) noexcept {
    return {string, ::SysStringLen(reinterpret_cast<BSTR>(string))};
}
inline void delete_string(char16_t* string) noexcept { ::SysFreeString(reinterpret_cast<BSTR>(string)); }
inline void* new_memory(std::size_t size) noexcept { return ::CoTaskMemAlloc(size); }
inline void delete_memory(void* memory) noexcept { ::CoTaskMemFree(memory); }

// Whether this thread has joined the multithreaded apartment, and is not there by chance.
inline bool in_apartment(int) noexcept {
    APTTYPE type{};
    APTTYPEQUALIFIER qualifier{};
    return ::CoGetApartmentType(&type, &qualifier) == S_OK && type == APTTYPE_MTA &&
           qualifier != APTTYPEQUALIFIER_IMPLICIT_MTA;
}

#else

// A BSTR: its size in bytes stands before it, and a NUL behind it.
inline char16_t* new_string(std::u16string_view text) noexcept {
    const auto size = static_cast<std::uint32_t>(text.size() * sizeof(char16_t));
    auto* const memory = static_cast<char*>(std::calloc(1, sizeof size + size + sizeof(char16_t)));
    if (!memory) return nullptr;
    std::memcpy(memory, &size, sizeof size);
    std::memcpy(memory + sizeof size, text.data(), size);
    return reinterpret_cast<char16_t*>(memory + sizeof size);
}
inline std::u16string_view view_of(char16_t* string) noexcept {
    std::uint32_t size = 0;
    if (string) std::memcpy(&size, reinterpret_cast<char*>(string) - sizeof size, sizeof size);
    return {string, size / sizeof(char16_t)};
}
inline void delete_string(char16_t* string) noexcept {
    if (string) std::free(reinterpret_cast<char*>(string) - sizeof(std::uint32_t));
}
inline void* new_memory(std::size_t size) noexcept { return std::malloc(size); }
inline void delete_memory(void* memory) noexcept { std::free(memory); }

inline bool in_apartment(int entered) noexcept { return entered > 0; }

#endif

} // namespace tapi3_double
