// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tapi2/constants.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace tapi2_double {

struct App;

inline constexpr Dword never_told = 0xFFFFFFFF;

/// Why a handle is void, and since when its owner can know: when message `told` of the application has been handled.
struct Death {
    const char* why;
    std::shared_ptr<App> app;
    Dword told = 0;
};

/// Handles of one kind, and those that were.
template <class T>
class Handles {
public:
    explicit Handles(Handle first) : first_(first), next_(first) {}

    /// The smallest free number, or a new one.
    Handle add(const std::shared_ptr<T>& what, bool reuse) {
        Handle handle = next_;
        if (reuse) {
            handle = first_;
            while (live_.contains(handle)) ++handle;
        }
        next_ = std::max(next_, handle + 1);
        dead_.erase(handle);
        live_.emplace(handle, what);
        return handle;
    }
    void remove(Handle handle, Death death) {
        live_.erase(handle);
        dead_.insert_or_assign(handle, std::move(death));
    }

    /// Or null.
    std::shared_ptr<T> find(Handle handle) const {
        const auto found = live_.find(handle);
        return found == live_.end() ? nullptr : found->second;
    }
    const Death* death(Handle handle) const {
        const auto found = dead_.find(handle);
        return found == dead_.end() ? nullptr : &found->second;
    }
    const std::map<Handle, std::shared_ptr<T>>& live() const { return live_; }

private:
    Handle first_, next_;
    std::map<Handle, std::shared_ptr<T>> live_;
    std::map<Handle, Death> dead_;
};

} // namespace tapi2_double
