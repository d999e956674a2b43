// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/monitor.hpp>
#include <wrapup/notifier.hpp>

#include "../service.hpp"

#include <utility>

namespace compared {

struct Wrapup {
    struct Provider {
        using Identifier = int;

        void drop(int id) noexcept { Service::drop(id); }
        void deallocate(int id) noexcept { Service::deallocate(id); }
        void watch(int, wrapup::Notifier<void> notifier) noexcept { line = std::move(notifier); }
        [[nodiscard]] int duration(int id) const noexcept { return Service::duration(id); }
    };

    using Notifier = wrapup::Notifier<void>;
    inline static Notifier line;

    class Owner : public wrapup::Session<Provider> {
    public:
        explicit Owner(int id) : Session(id) {}
        [[nodiscard]] bool active() const noexcept { return phase() == wrapup::Phase::active; }
        [[nodiscard]] int query() const { return Session::query<&Provider::duration>(); }
    };

    class Monitor : public wrapup::Monitor<Provider> {
    public:
        explicit Monitor(const Owner& owner) noexcept : wrapup::Monitor<Provider>(owner) {}
        [[nodiscard]] bool active() const noexcept { return phase() == wrapup::Phase::active; }
        [[nodiscard]] int query() const { return wrapup::Monitor<Provider>::query<&Provider::duration>(); }
    };
};

} // namespace compared
