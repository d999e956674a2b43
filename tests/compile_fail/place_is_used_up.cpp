// SPDX-License-Identifier: BSL-1.0
// expect: Place
#include <wrapup/notifier_table.hpp>

void bind(wrapup::NotifierTable<int, int>& table, wrapup::Notifier<int> notifier) {
    auto place = table.reserve();
    table.bind(place, 1, std::move(notifier));
}
