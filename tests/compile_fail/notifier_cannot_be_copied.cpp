// SPDX-License-Identifier: BSL-1.0
// expect: deleted
#include <wrapup/notifier.hpp>

wrapup::Notifier<void> twice(const wrapup::Notifier<void>& notifier) { return notifier; }
