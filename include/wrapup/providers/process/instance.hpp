// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace wrapup::process {

namespace detail {
class Children;
}

/// The name of one run of one process, the identifier of a child's session. Process and descriptor numbers are used again;
/// an instance is not: one whose process was reaped never names another.
class Instance {
public:
    /// Names no process.
    Instance() = default;

    /// The process's number. It stays the child's until the session is released, also after the child's end.
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    /// The descriptor that refers to the process, for system calls of one's own: while a lease is held on the session, and
    /// neither to be closed nor waited on with what reaps. -1 where the kernel had forgotten the child before it could be
    /// asked for one, since the program ignores `SIGCHLD`. *Source:* pidfd_open(2)
    [[nodiscard]] int pidfd() const noexcept { return pidfd_; }

    friend bool operator==(const Instance&, const Instance&) noexcept = default;

private:
    friend class detail::Children;

    Instance(pid_t pid, int pidfd, std::uint64_t serial) noexcept : serial_(serial), pid_(pid), pidfd_(pidfd) {}

    std::uint64_t serial_ = 0; // counted by the service; 0 is nobody's
    pid_t pid_ = 0;
    int pidfd_ = -1;
};

} // namespace wrapup::process
