// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/backend.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace wrapup::detail {

// The part of a backend with which a thread sleeps. One of a model checker brings it as a member.
template <class Backend>
struct WaitingBackend : Backend::Waiting {};

template <>
struct WaitingBackend<NativeBackend> {
    using Mutex = std::mutex;
    using ConditionVariable = std::condition_variable;
    using Clock = std::chrono::steady_clock;
};

} // namespace wrapup::detail
