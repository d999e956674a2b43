// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: for these arguments the provider needs `open(std::error_code&, args...)`
#include <wrapup/notifier.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
    int open(std::error_code&, const char* address);
};

auto line = wrapup::Session<Line>::open(Line(), "address");
