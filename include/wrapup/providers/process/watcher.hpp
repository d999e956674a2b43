// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/providers/process/kernel.hpp>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

namespace wrapup::process::detail {

// Tells which of many descriptors have become readable, by a number that goes with each, and 0 with none. Adding can fail,
// arming what was added cannot.
//
// Edge-triggered: a child that has ended stays readable as long as its identifier is kept, and one that a debugger holds is
// readable before it can be waited for.
class Watcher {
public:
    // @throws std::system_error
    Watcher() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), stop_(::eventfd(0, EFD_CLOEXEC)) {
        epoll_event event{EPOLLIN, {.u64 = 0}};
        if (!epoll_ || !stop_ || ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, stop_.number(), &event) != 0)
            wrapup::detail::fail(system_error(errno));
    }

    [[nodiscard]] std::error_code add(const Descriptor& one, std::uint64_t number) noexcept {
        return change(EPOLL_CTL_ADD, one, number, 0);
    }
    // What is readable already is told at once.
    void arm(const Descriptor& one, std::uint64_t number) noexcept { change(EPOLL_CTL_MOD, one, number, EPOLLIN); }
    void remove(const Descriptor& one) noexcept { change(EPOLL_CTL_DEL, one, 0, 0); }

    // A descriptor that stands for another to come.
    [[nodiscard]] Descriptor placeholder() const noexcept {
        return Descriptor(::fcntl(stop_.number(), F_DUPFD_CLOEXEC, 0));
    }

    template <class Readable>
    void run(Readable readable) noexcept {
        epoll_event events[64];
        for (;;) {
            const int count = ::epoll_wait(epoll_.number(), events, 64, -1);
            for (int i = 0; i < count; ++i) {
                if (events[i].data.u64 == 0) return;
                readable(events[i].data.u64);
            }
        }
    }
    void stop() noexcept { ::eventfd_write(stop_.number(), 1); }

private:
    std::error_code change(int operation, const Descriptor& one, std::uint64_t number, std::uint32_t what) noexcept {
        epoll_event event{what | EPOLLET, {.u64 = number}};
        const bool changed = ::epoll_ctl(epoll_.number(), operation, one.number(), &event) == 0;
        return changed ? std::error_code() : system_error(errno);
    }

    const Descriptor epoll_;
    const Descriptor stop_;
};

} // namespace wrapup::process::detail
