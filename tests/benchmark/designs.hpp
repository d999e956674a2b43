// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "designs/intrusive_ptr.hpp"
#include "designs/shared_mutex.hpp"
#include "designs/shared_ptr_atomic.hpp"
#include "designs/shared_ptr_mutex.hpp"
#include "designs/wrapup.hpp"

#include <cstddef>
#include <tuple>
#include <utility>

namespace compared {

/// What is compared, and how it is called in the tables. CMakeLists.txt knows how many there are.
using Designs = std::tuple<Wrapup, SharedPtrAtomic<>, SharedPtrOneThread, SharedPtrMutex, IntrusivePtr, SharedMutex,
                           SharedPtrAtomic<WaitsForStop>, SharedPtrAtomic<WaitsForPromise>>;
constexpr const char* names[] = {"wrapup",
                                 "shared_ptr + atomic",
                                 "shared_ptr + atomic, one notifying thread",
                                 "shared_ptr + mutex",
                                 "intrusive_ptr + atomic",
                                 "shared_mutex",
                                 "shared_ptr + atomic + stop_source",
                                 "shared_ptr + atomic + promise"};
static_assert(std::size(names) == std::tuple_size_v<Designs>);

template <std::size_t which>
using Design = std::tuple_element_t<which, Designs>;

/// Opens a session, has it ended by the other side, the service be done with it, asks about it and releases it. Compiled in a file
/// of its own for each design, as it would be in a program.
template <std::size_t which>
int life();

/// The same, asked about by way of a monitor.
template <std::size_t which>
int monitored_life();

/// Calls `f` with the number of each.
template <class F>
void for_each_design(F f) {
    [&]<std::size_t... which>(std::index_sequence<which...>) {
        (f(std::integral_constant<std::size_t, which>()), ...);
    }(std::make_index_sequence<std::tuple_size_v<Designs>>());
}

} // namespace compared
