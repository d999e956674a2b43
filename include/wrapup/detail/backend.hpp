// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/locked_word.hpp>
#include <wrapup/detail/native_atomic.hpp>
#include <wrapup/detail/word_mutex.hpp>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib> // std::size_t, where it costs nothing: <new> and <system_error> bring it
#include <new>

namespace wrapup::detail {

// What the concurrency of a session is built from on a real machine: it costs nothing beside what it names. All of the core
// takes it as a parameter, so that the text that ships is the text that a model checker runs, with atomics, memory and
// threads of its own (<wrapup/testing/explorer.hpp>), and smaller limits, so that they are reached.
//
// What blocks a thread is apart from it, in waiting_backend.hpp, since it takes heavy headers.
struct NativeBackend {
    template <class T>
    using Atomic = NativeAtomic<T>;

    // One that changes again at once where somebody waits for it to: it is looked at until then, and never notified.
    template <class T>
    using Spinning = SpinningAtomic<T>;

    // Memory that threads share and that something else orders. What is too large for that says when it is used.
    template <class T>
    using Plain = T;
    static void reads(const void*) noexcept {}
    static void writes(const void*) noexcept {}

    using Mutex = WordMutex<NativeBackend>;
    using LockedWord = detail::LockedWord<NativeBackend>;

    // Names the calling thread, without what <thread> costs, and by the same name in every shared library of the program,
    // which a variable of our own would not.
    static const void* this_thread() noexcept {
#if defined(__x86_64__) && defined(__linux__)
        // What every thread's own memory begins with is its address: to read it takes no call.
        const void* self;
        asm("mov {%%fs:0, %0|%0, fs:0}" : "=r"(self)); // in either dialect
        return self;
#else
        return &errno;
#endif
    }

    // Null where there is no memory.
    template <std::size_t size, std::size_t alignment>
    static void* allocate() noexcept {
        if constexpr (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
            return ::operator new(size, std::align_val_t{alignment}, std::nothrow);
        else return ::operator new(size, std::nothrow);
    }
    template <std::size_t size, std::size_t alignment>
    static void deallocate(void* memory) noexcept {
        if constexpr (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
            ::operator delete(memory, std::align_val_t{alignment});
        else ::operator delete(memory);
    }

    static constexpr std::memory_order relaxed = std::memory_order_relaxed;
    static constexpr std::memory_order acquire = std::memory_order_acquire;
    static constexpr std::memory_order release = std::memory_order_release;
    static constexpr std::memory_order acq_rel = std::memory_order_acq_rel;

    // How many leases users may hold at once. The count goes further: the library takes some of its own, one for a drop,
    // one for an abort, one for each notice.
    static constexpr std::uint64_t max_leases = 0x7FFF - 1024;
    // Where the count of references stands still for ever: the block is then never freed, rather than too early.
    static constexpr std::uint64_t max_references = 0x7FFFFF;
};

} // namespace wrapup::detail
