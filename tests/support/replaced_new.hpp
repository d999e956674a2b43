// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <new>

// Replaces the allocator of the program. Included by one file of it, which says where memory comes from.
namespace support {
void* allocate(std::size_t size) noexcept; // null: there is none
}

// NOLINTBEGIN(misc-definitions-in-headers): they may not be inline, and are defined once
// Not inlined: GCC 12 would see one half of a pair and find that it does not match the other.
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (void* memory = support::allocate(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return support::allocate(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
// NOLINTEND(misc-definitions-in-headers)
