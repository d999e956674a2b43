// SPDX-License-Identifier: BSL-1.0
#include "memory.hpp"

#include <cstddef>
#include <new>
#include <utility>

namespace histories {
bool memory_gone = false;
}

// What the library takes a session's memory with. All other memory is what it always was.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    if (std::exchange(histories::memory_gone, false)) return nullptr;
    try {
        return ::operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
