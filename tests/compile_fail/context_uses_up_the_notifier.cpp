// SPDX-License-Identifier: BSL-1.0
// expect: to_context
#include <wrapup/notifier.hpp>

void* context(wrapup::Notifier<int>& notifier) { return notifier.to_context(); }
