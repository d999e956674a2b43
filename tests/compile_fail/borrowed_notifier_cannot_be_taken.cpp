// SPDX-License-Identifier: BSL-1.0
// expect: Notifier
#include <wrapup/notifier.hpp>

// Its duty is the other's.
wrapup::Notifier<int> take(void* context) { return *wrapup::Notifier<int>::Borrowed(context); }
