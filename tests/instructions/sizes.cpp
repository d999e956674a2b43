// SPDX-License-Identifier: BSL-1.0

// How large sessions are, and what they take from the heap: a line for each figure.
#include <wrapup/monitor.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/termination_callback.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

namespace {

std::size_t blocks = 0;
std::size_t bytes = 0;

} // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++blocks;
    bytes += size;
    return std::malloc(size);
}
void* operator new(std::size_t size) {
    if (void* const memory = ::operator new(size, std::nothrow)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

template <class Id>
struct Inline {
    using Identifier = Id;
    void drop(Id) noexcept {}
    void deallocate(Id) noexcept {}
};

wrapup::Notifier<void> line;

struct Notifying : Inline<int> {
    void watch(int, wrapup::Notifier<void> notifier) noexcept { line = std::move(notifier); }
    [[nodiscard]] int duration(int id) const noexcept { return id; }
};

struct Nothing {
    void operator()() const noexcept {}
};

void print(const char* kind, const char* name, std::size_t figure) { std::printf("%s %s %zu\n", kind, name, figure); }

// How much more there is of `counter` after `f`.
template <class F>
std::size_t more(const std::size_t& counter, F f) {
    const std::size_t before = counter;
    f();
    return counter - before;
}

} // namespace

int main() {
    print("bytes", "inline_session_int", sizeof(wrapup::Session<Inline<int>>));
    print("bytes", "inline_session_pointer", sizeof(wrapup::Session<Inline<void*>>));
    print("bytes", "notifying_session", sizeof(wrapup::Session<Notifying>));
    print("bytes", "monitor", sizeof(wrapup::Monitor<Notifying>));
    print("bytes", "notifier", sizeof(wrapup::Notifier<void>));
    print("bytes", "callback", sizeof(wrapup::TerminationCallback<Notifying, Nothing>));
    print("bytes", "heap", more(bytes, [] { const wrapup::Session<Notifying> call(1); }));

    print("allocations", "inline_life", more(blocks, [] {
              wrapup::Session<Inline<int>> call(1);
              call.drop();
          }));
    print("allocations", "opening", more(blocks, [] { const wrapup::Session<Notifying> call(1); }));
    wrapup::Session<Notifying> call(1);
    print("allocations", "from_then_on", more(blocks, [&] {
              const wrapup::Monitor monitor{call};
              const wrapup::TerminationCallback callback{call, Nothing()};
              call.drop();
              line.terminated();
              static_cast<void>(monitor.query<&Notifying::duration>());
              call.release();
          }));
    line = {};
}
