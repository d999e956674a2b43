// SPDX-License-Identifier: BSL-1.0

// Memory off a shelf, so that what an allocator does is in no figure. Counted are the blocks and the bytes that are taken.
#include "shelf.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace compared {

namespace {

constexpr std::size_t places = 64;
constexpr std::size_t width = 512;
alignas(64) unsigned char memory[places][width];

Taken all;

void* take(std::size_t size) noexcept {
    if (size > width) std::abort();
    all.bytes += size;
    return memory[all.blocks++ % places];
}

} // namespace

Taken taken() noexcept { return all; }

} // namespace compared

void* operator new(std::size_t size) { return compared::take(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return compared::take(size); }
void operator delete(void*) noexcept {}
void operator delete(void*, std::size_t) noexcept {}
