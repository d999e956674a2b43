// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace wrapup::testing {

/// What can be wrong with a call of a provider, or with what it says because of it. The names tell what `Failing` does;
/// *passed on* means that the call reaches the provider that it wraps.
enum class Fault : std::uint8_t {
    none,
    // The call:
    refuse,              ///< open, drop, abort: an error, and not passed on
    hang,                ///< drop, abort: accepted, and never passed on
    finish_at_once,      ///< drop, abort: passed on, and the session is over before it returns
    finish_later,        ///< drop, abort: accepted; passed on, and over, when told by `Faults::deliver`
    call_back,           ///< any: what was registered with `Faults::on_call_back` runs inside the call
    call_back_elsewhere, ///< any: the same, on another thread, for which the call waits
    // What is said:
    say_late,          ///< watch: passed on when told by `Faults::deliver`; until then nobody hears anything
    say_twice,         ///< drop, abort, deallocate: as soon as the end is known, it is said again
    say_out_of_order,  ///< drop, abort, deallocate: after the end, that it begins, and that it is refused
    say_lost,          ///< watch: the notifier dies instead of being passed on, so the session is lost
    say_after_release, ///< deallocate: the end, once the identifier has been given back
    say_after_death,   ///< watch: as `say_lost`, and then everything that can be said
    say_stale ///< open, watch, drop, abort: everything that can be said, to the sessions that were released last
};

inline constexpr unsigned fault_count = 14;

[[nodiscard]] constexpr const char* to_string(Fault fault) noexcept {
    switch (fault) {
    case Fault::none: return "none";
    case Fault::refuse: return "refuse";
    case Fault::hang: return "hang";
    case Fault::finish_at_once: return "finish at once";
    case Fault::finish_later: return "finish later";
    case Fault::call_back: return "call back";
    case Fault::call_back_elsewhere: return "call back elsewhere";
    case Fault::say_late: return "say late";
    case Fault::say_twice: return "say twice";
    case Fault::say_out_of_order: return "say out of order";
    case Fault::say_lost: return "say lost";
    case Fault::say_after_release: return "say after release";
    case Fault::say_after_death: return "say after death";
    case Fault::say_stale: return "say stale";
    }
    return "unknown fault";
}

} // namespace wrapup::testing
