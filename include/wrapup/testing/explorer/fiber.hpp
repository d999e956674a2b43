// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cxxabi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define WRAPUP_TESTING_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WRAPUP_TESTING_ASAN
#endif
#endif
#if defined(WRAPUP_TESTING_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif
#if defined(__clang__)
#define WRAPUP_TESTING_OPAQUE [[gnu::noinline]]
#else
#define WRAPUP_TESTING_OPAQUE [[gnu::noipa]]
#endif

#if defined(_LIBCPP_VERSION)
// Of the C++ ABI (2.2.2, Caught Exception Stack); libc++ has it, and does not declare it.
namespace __cxxabiv1 {
struct __cxa_eh_globals;
extern "C" __cxa_eh_globals* __cxa_get_globals() noexcept; // NOLINT(bugprone-reserved-identifier)
} // namespace __cxxabiv1
#endif

namespace wrapup::testing::explorer {

/// A stack of its own, on which a function runs; of all those of a system thread one at a time.
///
/// With GCC or Clang. On an x86-64 a few instructions switch; elsewhere POSIX's `swapcontext`, with a system call that takes
/// more time than all else that an execution does.
///
/// Exceptions may be thrown and caught on each of them, and a handler may be left by a switch. A stack of `stack_size` must do:
/// who goes beyond it is told so, and the program is aborted, at the next switch or at the end, or has crashed before.
///
/// *Lifetime:* its stack goes with it, and nothing that is on it is destroyed.
class Fiber {
public:
#if defined(WRAPUP_TESTING_ASAN)
    static constexpr std::size_t stack_size = std::size_t{512} * 1024;
#else
    static constexpr std::size_t stack_size = std::size_t{128} * 1024;
#endif

    /// The system thread's own stack.
    Fiber() = default;
    /// Where `enter(argument)` runs from the first `switch_to` on. It must not return.
    Fiber(void (*enter)(void*), void* argument) : enter_(enter), argument_(argument), stack_(new Stack) { prepare(); }
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// As it was at first: what is on the stack is forgotten. It must not be what runs.
    void restart() {
#if defined(WRAPUP_TESTING_ASAN)
        __asan_unpoison_memory_region(stack_.get(), sizeof(Stack));
#endif
        exceptions_ = {};
        prepare();
    }

    /// It does not go on any more, and is kept: what it refers to is no leak.
#if defined(WRAPUP_TESTING_ASAN)
    [[gnu::no_sanitize_address]] void abandon() noexcept {
        if (!stack_ || !fake_stack_) return;
        // Frames that are not on the stack itself are referred to from there, and are unknown to the leak detector.
        for (const unsigned char* word = stack_->bytes; word != std::end(stack_->bytes); word += sizeof(void*)) {
            void* begin = nullptr;
            void* end = nullptr;
            void* const address = *reinterpret_cast<void* const*>(word);
            if (__asan_addr_is_in_fake_stack(fake_stack_, address, &begin, &end))
                __lsan_register_root_region(
                    begin, static_cast<std::size_t>(static_cast<char*>(end) - static_cast<char*>(begin)));
        }
    }
#else
    void abandon() noexcept {}
#endif

    /// Aborts the program where more of the stack was used than there is.
    void check_stack() const noexcept {
        if (stack_) stack_->check(Stack::words);
    }

    /// Goes on there; and here, when somebody switches back.
    void switch_to(Fiber& other) noexcept {
        if (stack_) stack_->check(8);
        exchange_exceptions(other);
        coming_from = this;
        going_to = &other;
#if defined(WRAPUP_TESTING_ASAN)
        if (other.stack_) __sanitizer_start_switch_fiber(&fake_stack_, other.stack_.get(), sizeof(Stack));
        else __sanitizer_start_switch_fiber(&fake_stack_, other.bottom_, other.size_);
#endif
        jump(other);
#if defined(WRAPUP_TESTING_ASAN)
        __sanitizer_finish_switch_fiber(fake_stack_, &coming_from->bottom_, &coming_from->size_);
#endif
    }

private:
    struct Stack {
        static constexpr std::uint64_t untouched = 0x57AC4E4D57AC4E4D;

        // It grows downwards, and comes upon these last. The topmost are looked at often.
        static constexpr std::size_t words = 512;
        alignas(16) std::array<std::uint64_t, words> end;
        unsigned char bytes[stack_size];

        Stack() noexcept { end.fill(untouched); } // NOLINT(*-member-init): the rest is as it comes
        void check(std::size_t topmost) const noexcept {
            for (std::size_t i = words - topmost; i < words; ++i) {
                if (end[i] == untouched) continue;
                std::fputs("wrapup: a logical thread has used more stack than there is for it\n", stderr);
                std::abort();
            }
        }
    };

    // What the C++ runtime keeps of the exceptions in flight, for each system thread, belongs to the stack that they are on.
    struct Exceptions {
        void* caught = nullptr;
        unsigned uncaught = 0;
    };
    void exchange_exceptions(const Fiber& other) noexcept {
        void* const current = abi::__cxa_get_globals();
        std::memcpy(&exceptions_, current, sizeof(Exceptions));
        std::memcpy(current, &other.exceptions_, sizeof(Exceptions));
    }

    static void begin() {
        Fiber& self = *going_to;
#if defined(WRAPUP_TESTING_ASAN)
        __sanitizer_finish_switch_fiber(self.fake_stack_, &coming_from->bottom_, &coming_from->size_);
#endif
        self.enter_(self.argument_);
    }

#if defined(__x86_64__)
    // As if `begin` had been called with nowhere to return to.
    void prepare() noexcept {
        auto** top = reinterpret_cast<void**>(stack_->bytes + sizeof(stack_->bytes));
        *--top = nullptr;
        *--top = reinterpret_cast<void*>(&begin);
        stack_pointer_ = static_cast<void*>(top);
    }

    // What a called function has to preserve is kept on the stack, or declared as overwritten; all else is the caller's to
    // keep, since this is called: GCC must not look inside for what it may keep in vector registers meanwhile. The 128 bytes
    // below the stack pointer are the compiler's.
    WRAPUP_TESTING_OPAQUE void jump(Fiber& other) noexcept {
        void** from = &stack_pointer_;
        void** to = &other.stack_pointer_;
        asm volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "pushq %%rbp\n\t"
                     "pushq %%rbx\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "movq %%rsp, (%0)\n\t"
                     "movq (%1), %%rsp\n\t"
                     "popq %%rax\n\t"
                     "jmp *%%rax\n"
                     "1:\n\t"
                     "popq %%rbx\n\t"
                     "popq %%rbp\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+D"(from), "+S"(to)
                     :
                     : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
    }

    void* stack_pointer_ = nullptr;
#else
    void prepare() {
        getcontext(&context_);
        context_.uc_stack.ss_sp = stack_->bytes;
        context_.uc_stack.ss_size = sizeof(stack_->bytes);
        context_.uc_link = nullptr;
        makecontext(&context_, &begin, 0);
    }
    void jump(Fiber& other) noexcept { swapcontext(&context_, &other.context_); }

    ucontext_t context_{};
#endif

    static inline thread_local constinit Fiber* coming_from = nullptr;
    static inline thread_local constinit Fiber* going_to = nullptr;

    void (*enter_)(void*) = nullptr;
    void* argument_ = nullptr;
    Exceptions exceptions_;
    std::unique_ptr<Stack> stack_; // from the heap: a leak detector looks through the stacks that are left as they are
#if defined(WRAPUP_TESTING_ASAN)
    void* fake_stack_ =
        nullptr; // where the sanitizer has put what would be on the stack, so that it sees its use afterwards
    const void* bottom_ = nullptr;
    std::size_t size_ = 0;
#endif
};

} // namespace wrapup::testing::explorer

#undef WRAPUP_TESTING_OPAQUE
#undef WRAPUP_TESTING_ASAN
