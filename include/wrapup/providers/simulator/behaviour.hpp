// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/simulator/clock.hpp>

#include <cstdint>
#include <system_error>

namespace wrapup::simulator {

/// When an accepted drop is confirmed.
enum class Confirmation : std::uint8_t {
    at_once,   ///< before `drop` has returned
    later,     ///< after `Behaviour::delay` on the exchange's clock
    when_told, ///< by `Exchange::confirm`
    never      ///< not even then: only `abort`, the other side or a loss ends the session
};

/// How a session behaves.
struct Behaviour {
    Confirmation confirmation = Confirmation::at_once;
    Clock::duration delay{};         ///< for `Confirmation::later`
    std::error_code refusal{};       ///< what a refused `drop` answers
    int refusals = 0;                ///< how many times `drop` is refused before it is accepted
    std::error_code abort_refusal{}; ///< what `abort` answers, if not empty
    std::error_code open_error{};    ///< what `open` answers, if not empty
};

} // namespace wrapup::simulator
