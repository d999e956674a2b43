// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/process/signal.hpp>

#include <optional>
#include <string>

namespace wrapup::process {

/// How a process ended: it exited with a code, or a signal killed it.
class ExitStatus {
public:
    [[nodiscard]] static constexpr ExitStatus exited(int code) noexcept { return {code, Signal{}, false}; }
    [[nodiscard]] static constexpr ExitStatus signaled(Signal signal, bool core_dumped = false) noexcept {
        return {0, signal, core_dumped};
    }

    /// What it gave to `exit`, 0 to 255; nothing where a signal killed it.
    [[nodiscard]] constexpr std::optional<int> code() const noexcept {
        return signal_ == Signal{} ? std::optional(code_) : std::nullopt;
    }

    /// The signal that killed it; nothing where it exited.
    [[nodiscard]] constexpr std::optional<Signal> signal() const noexcept {
        return signal_ == Signal{} ? std::nullopt : std::optional(signal_);
    }

    /// Whether the kernel has written its memory out.
    [[nodiscard]] constexpr bool core_dumped() const noexcept { return core_dumped_; }

    friend constexpr bool operator==(const ExitStatus&, const ExitStatus&) noexcept = default;

private:
    constexpr ExitStatus(int code, Signal signal, bool core_dumped) noexcept
        : code_(code), signal_(signal), core_dumped_(core_dumped) {}

    int code_;
    Signal signal_; // no process is killed by signal 0
    bool core_dumped_;
};

/// For people: `exited with 3`, `killed by SIGKILL (9)`, `killed by SIGSEGV (11), core dumped`.
[[nodiscard]] inline std::string to_string(const ExitStatus& status) {
    if (const auto code = status.code()) return "exited with " + std::to_string(*code);
    std::string text = "killed by ";
    text.append(to_string(*status.signal())).append(" (").append(std::to_string(status.signal()->number)).append(")");
    if (status.core_dumped()) text += ", core dumped";
    return text;
}

} // namespace wrapup::process
