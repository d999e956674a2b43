// SPDX-License-Identifier: BSL-1.0
// expect: deleted
#include <wrapup/monitor.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

wrapup::Lease<Line> twice(const wrapup::Lease<Line>& lease) { return lease; }
