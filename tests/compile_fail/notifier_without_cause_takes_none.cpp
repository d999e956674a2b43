// SPDX-License-Identifier: BSL-1.0
// expect: no match
#include <wrapup/notifier.hpp>

void say(const wrapup::Notifier<void>& notifier) { notifier.terminated(1); }
