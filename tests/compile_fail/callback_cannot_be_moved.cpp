// SPDX-License-Identifier: BSL-1.0
// expect: deleted
#include <wrapup/termination_callback.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    void watch(int, wrapup::Notifier<void>) noexcept;
};

using Callback = wrapup::TerminationCallback<Line, void (*)()>;

Callback elsewhere(Callback& callback) { return static_cast<Callback&&>(callback); }
