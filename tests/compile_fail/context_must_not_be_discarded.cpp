// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard
#include <wrapup/notifier.hpp>

#pragma GCC diagnostic error "-Wunused-result" // with the warning as an error, in GCC and in Clang

// Nobody could say what happens, and the session would wait for ever.
void forget(wrapup::Notifier<int> notifier) { std::move(notifier).to_context(); }
