// SPDX-License-Identifier: BSL-1.0
// <windows.h> defines these two as macros where nobody keeps it from it. No header for programs there minds; this is compiled,
// and not run.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#define max(a, b) (((a) > (b)) ? (a) : (b))
#define min(a, b) (((a) < (b)) ? (a) : (b))

#include <wrapup/providers/simulator.hpp>
#include <wrapup/providers/tapi2.hpp>

#include "core_headers.hpp"

// What is compiled only where it is used.
template bool wrapup::wait_for(const wrapup::Session<wrapup::tapi2::Provider>&, std::chrono::duration<double>);
template bool wrapup::wait_until(const wrapup::Session<wrapup::simulator::Provider>&,
                                 std::chrono::system_clock::time_point);
