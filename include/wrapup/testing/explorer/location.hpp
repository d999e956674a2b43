// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/choices.hpp>
#include <wrapup/testing/explorer/vector_clock.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace wrapup::testing::explorer {

/// What an atomic remembers of a value that was stored in it, where loads may read an old one.
struct Stored {
    std::uint64_t value;
    VectorClock released; // what a thread that acquires it sees
    VectorClock known;    // from which point in the life of each thread on nothing older is read by it
};

/// The execution in which something is alive; or one of these.
using Life = std::uint64_t;
inline constexpr Life unborn = 0; ///< so is memory that nothing was constructed in
inline constexpr Life ended = std::numeric_limits<Life>::max();

/// Something that threads synchronize on: an atomic, a mutex, a condition variable, the clock.
struct Location {
    static constexpr int nobody = -1;
    static constexpr int anybody = -2; // it has yet to be unlocked by whoever comes first

    const char* kind = "";
    std::uint32_t number = 0; // in the order of construction
    Life life = unborn;
    int owner = nobody;          // of a mutex
    Threads sleepers = 0;        // who waits to be notified
    unsigned maker = 0;          // the thread that has constructed it,
    Epoch made = 0;              // and when
    VectorClock accessed;        // the last operation of each thread
    VectorClock released;        // what the next one that acquires sees
    std::vector<Stored> history; // of an atomic where old values are read, the last one behind
};

/// As it is called in a trace.
inline std::string name_of(const Location& location) {
    return std::string(location.kind) + " #" + std::to_string(location.number);
}

/// Plain memory: who wrote it last, and who has read it since.
struct Shadow {
    VectorClock written;
    VectorClock read;
    Life life = unborn;
};

/// What a thread is about to do, as far as it matters for others: on which locations, whether it changes them, and what it
/// has to wait for.
struct Operation {
    enum class Needs : std::uint8_t { nothing, mutex, notification, notification_or_time, threads_to_finish };

    const char* name = "";
    Location* location = nullptr;
    Location* other = nullptr; // a second one, or none
    bool changes = false;
    bool value_stays = false; // what it changes is who waits
    bool reads_old = false;   // it is a load, and may return an old value
    Needs needs = Needs::nothing;

    /// Whether it made a difference if this one, which was made first, came after the other one.
    [[nodiscard]] bool conflicts_with(const Operation& with) const noexcept {
        if (reads_old) return false; // it can return afterwards what it has returned
        if (!changes && (!with.changes || with.value_stays)) return false;
        if (!with.changes && value_stays) return false;
        return (location && (location == with.location || location == with.other)) ||
               (other && (other == with.location || other == with.other));
    }
};

} // namespace wrapup::testing::explorer
