// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's allocate must be `void* allocate(std::size_t size, std::size_t alignment) noexcept`, beside `free(void*, size, alignment) noexcept`
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void* allocate(std::size_t size, std::size_t alignment);
    void free(void* memory, std::size_t size, std::size_t alignment) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
