// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/process/kernel.hpp>

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <optional>
#include <system_error>

namespace wrapup::process::detail {

// How a child has ended, and whether that was somebody else's doing.
struct Ending {
    std::optional<ExitStatus> status; // absent where somebody else has reaped it
    bool by_others;
};

// A process that is not reaped yet, and the signals that we have sent it.
class Child {
public:
    Descriptor pidfd; // none, where the kernel had forgotten the process before it could be asked for one
    pid_t pid = 0;

    // Nothing while it runs. Where we have sent no signal, the end was not our doing; where it was killed by another signal
    // than ours, neither; and one that exits after ours has answered it.
    [[nodiscard]] std::optional<Ending> ending() const noexcept {
        const Observation seen = look(pidfd.number());
        if (!seen.over) return std::nullopt;
        const std::optional<Signal> killer = seen.status ? seen.status->signal() : std::nullopt;
        return Ending{seen.status, sent_ == 0 || (killer && (sent_ & bit(*killer)) == 0)};
    }

    std::error_code send(Signal signal) noexcept {
        if (signal.number < 1 || signal.number > 64) return make_error_code(std::errc::invalid_argument);
        if (const std::error_code refused = send_signal(pidfd.number(), signal)) return refused;
        sent_ |= bit(signal);
        // A process that is stopped takes no other signal than these two.
        if (signal != Signal{SIGKILL}) send_signal(pidfd.number(), Signal{SIGCONT});
        return {};
    }

private:
    static constexpr std::uint64_t bit(Signal signal) noexcept { return std::uint64_t{1} << (signal.number - 1); }

    std::uint64_t sent_ = 0; // one bit for each signal
};

} // namespace wrapup::process::detail
