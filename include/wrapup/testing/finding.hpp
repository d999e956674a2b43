// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

namespace wrapup::testing {

/// How a check of a law has come out.
enum class Outcome : std::uint8_t {
    holds,         ///< it was tried, and it holds
    broken,        ///< it was tried, and it does not
    not_applicable ///< it was not tried: the provider is not able to, or the bench cannot make it happen
};

/// What a check of a law has found.
struct Finding {
    const char* law;      ///< its name: "drop.ends"
    const char* sentence; ///< what it says
    Outcome outcome;
    std::string detail; ///< what was seen instead, or why it was not tried; empty where it holds
};

[[nodiscard]] constexpr const char* to_string(Outcome outcome) noexcept {
    switch (outcome) {
    case Outcome::holds: return "holds";
    case Outcome::broken: return "broken";
    case Outcome::not_applicable: return "not applicable";
    }
    return "unknown outcome";
}

/// One line: "broken: drop.ends (an accepted drop ends the session): after 10 s it was not over".
[[nodiscard]] inline std::string to_string(const Finding& finding) {
    std::string line = std::string(to_string(finding.outcome)) + ": " + finding.law + " (" + finding.sentence + ")";
    return finding.detail.empty() ? line : line + ": " + finding.detail;
}

} // namespace wrapup::testing
