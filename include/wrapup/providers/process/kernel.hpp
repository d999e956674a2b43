// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/process/exit_status.hpp>
#include <wrapup/providers/process/usage.hpp>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

#if !defined(__linux__)
#error "wrapup: processes as sessions need the process descriptors of Linux"
#endif

// The system calls about processes that the C library does not have, or not as they are.
namespace wrapup::process::detail {

inline std::error_code system_error(int number) noexcept { return {number, std::generic_category()}; }

// A descriptor, closed at the end of its life.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] int number() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }

private:
    int number_ = -1;
};

// Close-on-exec by itself. Source: pidfd_open(2), Linux 5.3
inline Descriptor pidfd_open(pid_t pid) noexcept {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

inline std::error_code send_signal(int pidfd, Signal signal) noexcept {
    const bool sent = ::syscall(SYS_pidfd_send_signal, pidfd, signal.number, nullptr, 0) == 0;
    return sent ? std::error_code() : system_error(errno);
}

// What the kernel knows of a child.
struct Observation {
    bool over = false;
    std::optional<ExitStatus> status; // also absent of one that is over, where somebody else has reaped it
    Usage usage;
};

// waitid(2) for one child and no other. With the flags `WNOHANG | WNOWAIT` a look that changes nothing, with `WNOHANG` the
// child is reaped if it can be, without flags it is waited for and reaped.
inline Observation wait_for_exit(int pidfd, int flags) noexcept {
    // Its fifth argument gives the resource usage also of a child that is not reaped; the C library's wrapper has none.
    // The kernel's own layout, which is not that of `struct rusage` where the C library's time_t is wider than `long`.
    struct {
        long user_seconds, user_microseconds, system_seconds, system_microseconds, peak_kibibytes, rest[13];
    } usage{};
    siginfo_t info{};
    constexpr int by_pidfd = 3; // P_PIDFD, Linux 5.4; an enumerator in some C libraries, a macro in others
    long result;
    do result = ::syscall(SYS_waitid, by_pidfd, pidfd, &info, WEXITED | flags, &usage);
    while (result != 0 && errno == EINTR);

    Observation seen;
    seen.over = result != 0 || info.si_pid != 0;
    if (result != 0 || info.si_pid == 0) return seen; // an error means that it is not our child any more
    seen.status = info.si_code == CLD_EXITED ? ExitStatus::exited(info.si_status)
                                             : ExitStatus::signaled(Signal{info.si_status}, info.si_code == CLD_DUMPED);
    using std::chrono::microseconds, std::chrono::seconds;
    seen.usage.user = seconds(usage.user_seconds) + microseconds(usage.user_microseconds);
    seen.usage.system = seconds(usage.system_seconds) + microseconds(usage.system_microseconds);
    seen.usage.peak_memory = static_cast<std::uint64_t>(usage.peak_kibibytes) * 1024;
    return seen;
}

inline Observation look(int pidfd) noexcept { return wait_for_exit(pidfd, WNOHANG | WNOWAIT); }

} // namespace wrapup::process::detail
