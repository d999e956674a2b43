// SPDX-License-Identifier: BSL-1.0
// expect: Borrowed
#include <wrapup/notifier.hpp>

struct Kept {
    wrapup::Notifier<int>::Borrowed notifier;
    explicit Kept(const wrapup::Notifier<int>::Borrowed& borrowed) : notifier(borrowed) {}
};
Kept keep(void* context) { return Kept(wrapup::Notifier<int>::Borrowed(context)); }
