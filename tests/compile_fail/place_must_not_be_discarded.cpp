// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard
#include <wrapup/notifier_table.hpp>

#pragma GCC diagnostic error "-Wunused-result" // with the warning as an error, in GCC and in Clang

// It would be given back at once.
void reserve(wrapup::NotifierTable<int, int>& table) { table.reserve(); }
