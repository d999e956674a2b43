// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/providers/process/exit_status.hpp>
#include <wrapup/providers/process/instance.hpp>
#include <wrapup/providers/process/options.hpp>
#include <wrapup/providers/process/service.hpp>
#include <wrapup/providers/process/signal.hpp>
#include <wrapup/providers/process/spawn.hpp>
#include <wrapup/providers/process/usage.hpp>
#include <wrapup/session.hpp>

#include <sys/types.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

/// @file
/// A child process as a session, on Linux (5.4 and later).
///
///     wrapup::process::Service service;
///     auto child = wrapup::Session<wrapup::process::Provider>::open(service, std::array{"sleep", "60"});
///     if (!wrapup::wait_for(child, 5s)) child.drop();
///
/// The session ends when the process does, whoever has ended it. The process is not reaped then but when the session is
/// released: so long its number is its own, and its exit status and what it has used can be asked for.

namespace wrapup::process {

/// Ends child processes by signals, and reaps them.
///
/// `drop` sends `SIGTERM`, `disconnect(Signal)` another signal, `abort` sends `SIGKILL`. A signal is a request: a child may
/// ignore it, and may end for it by exiting, which counts as the answer. An end that came before our first signal, or by a
/// signal that we have not sent, is the other side's; the same signal from two senders cannot be told apart.
///
/// *Lifetime:* a value that refers to its service; where that is gone, its sessions are lost and `open` is an error.
/// *Thread safety:* all members from any thread. *Blocks:* `open` alone; the others make system calls that do not wait.
class Provider {
public:
    using Identifier = Instance;
    using Cause = ExitStatus;
    using Reason = Signal;
    using Statistics = Usage;

    Provider(Service& service) noexcept
        : children_(service.children_) {} // NOLINT(google-explicit-constructor): see `Session::open`

    /// Starts a program, without a shell. One without a slash in its name is looked for in `PATH`. It starts with no signal
    /// blocked, and inherits the descriptors that are not close-on-exec.
    ///
    /// `error` tells what the kernel has said: `no_such_file_or_directory`, `permission_denied` (not executable),
    /// `executable_format_error`, `too_many_files_open` (nothing was started then), `resource_unavailable_try_again` (too
    /// many processes); `invalid_argument` where there is no word in the command line or a NUL within one;
    /// `operation_canceled` where the service is gone, or going.
    ///
    /// *Blocks* until the program is loaded. @throws std::bad_alloc; nothing was started then.
    ///
    /// *Source:* posix_spawn(3)
    template <CommandLine Argv>
    Identifier open(std::error_code& error, Notifier<Cause> notifier, const Argv& argv, const Options& options = {}) {
        const detail::Strings arguments(argv);
        std::optional<detail::Strings> environment;
        if (options.environment) environment.emplace(*options.environment);
        return start(error, std::move(notifier), arguments, environment ? &*environment : nullptr, options);
    }

    /// The identifier for a child of this program that was started by other means, to be adopted by a `Session`, which then
    /// reaps it. Nobody else may wait for it from here on.
    ///
    /// `error` is `no_child_process` where it is not our child or was reaped, `too_many_files_open` where there is no
    /// descriptor left. @throws std::bad_alloc. Either way the child is left as it was.
    [[nodiscard]] Identifier adopt(std::error_code& error, pid_t pid) {
        error.clear();
        auto admission = children_->admit(error);
        if (!error && !is_child(pid)) error = make_error_code(std::errc::no_child_process);
        return error ? Identifier() : admission.complete(error, pid);
    }

    /// Reports the child's end to the notifier. @pre the identifier comes from `adopt`
    void watch(const Identifier& id, Notifier<Cause> notifier) noexcept { children_->watch(id, std::move(notifier)); }

    /// Asks the child to end. A child that is stopped is continued, since it would not hear. *Source:* pidfd_send_signal(2)
    [[nodiscard]] std::error_code drop(const Identifier& id) noexcept { return children_->end(id, Signal{SIGTERM}); }
    [[nodiscard]] std::error_code drop(const Identifier& id, Signal signal) noexcept {
        return children_->end(id, signal);
    }

    /// Kills the child.
    [[nodiscard]] std::error_code abort(const Identifier& id) noexcept { return children_->end(id, Signal{SIGKILL}); }

    /// Reaps the child. One that lives yet is reaped by the service as soon as it has ended.
    void deallocate(const Identifier& id) noexcept { children_->give_back(id); }

    /// How the child has ended; nothing while it runs, or where somebody else has reaped it. As often as one likes.
    /// *Source:* waitid(2), `WNOWAIT`
    [[nodiscard]] std::optional<ExitStatus> status(const Identifier& id) const noexcept {
        return children_->observe(id).status;
    }

    /// What the child has used; nothing while it runs, or where somebody else has reaped it.
    [[nodiscard]] std::optional<Usage> usage(const Identifier& id) const noexcept {
        const detail::Observation seen = children_->observe(id);
        return seen.status ? std::optional(seen.usage) : std::nullopt;
    }

    /// What the child has used, for the termination; it says nothing in a termination without a cause.
    [[nodiscard]] Statistics snapshot(const Identifier& id) const noexcept { return children_->observe(id).usage; }

    [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept {
        return std::chrono::steady_clock::now();
    }

private:
    Identifier start(std::error_code& error, Notifier<Cause> notifier, const detail::Strings& argv,
                     const detail::Strings* environment, const Options& options) {
        if (argv.empty() || !argv.whole() || (environment && !environment->whole()) ||
            (options.directory && options.directory->find('\0') != std::string::npos)) {
            error = make_error_code(std::errc::invalid_argument);
            return {};
        }
        auto admission = children_->admit(error);
        if (error) return {};
        pid_t pid = 0;
        error = detail::spawn(pid, argv, environment, options);
        if (error) return {};
        Identifier id = admission.complete(error, pid);
        if (error == std::errc::no_such_process) { // where SIGCHLD is ignored, the kernel does not keep it for us
            error.clear();
            id = admission.complete_vanished(pid);
        }
        if (error) kill_and_reap(pid);
        else children_->watch(id, std::move(notifier));
        return id;
    }

    // Both for a child of ours that is not reaped, so that its number is its own.
    static bool is_child(pid_t pid) noexcept {
        siginfo_t info{};
        return pid > 0 && ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
    }
    static void kill_and_reap(pid_t pid) noexcept {
        ::kill(pid, SIGKILL);
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    std::shared_ptr<detail::Children> children_;
};

} // namespace wrapup::process
