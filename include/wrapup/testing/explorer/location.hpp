// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/choices.hpp>
#include <wrapup/testing/explorer/vector_clock.hpp>

#include <cstdint>
#include <vector>

namespace wrapup::testing::explorer {

/// What an atomic remembers of a value that was stored in it, where loads may read an old one.
struct Stored {
    std::uint64_t value;
    VectorClock released; // what a thread that acquires it sees
    VectorClock known;    // from which point in the life of each thread on nothing older is read by it
};

/// Something that threads synchronize on: an atomic, a mutex, a condition variable, the clock.
struct Location {
    static constexpr int nobody = -1;

    const char* kind = "";
    std::uint32_t number = 0; // in the order of construction; zero where it is used outside of an execution
    bool alive = false;
    int owner = nobody;          // of a mutex
    Threads sleepers = 0;        // who waits to be notified
    VectorClock accessed;        // the last operation of each thread
    VectorClock released;        // what the next one that acquires sees
    std::vector<Stored> history; // of an atomic where old values are read, the last one behind
};

/// Plain memory: who wrote it last, and who has read it since.
struct Shadow {
    VectorClock written;
    VectorClock read;
    bool alive = false;
};

/// What a thread is about to do, as far as it matters for others: on which locations, whether it changes them, and what it
/// has to wait for.
struct Operation {
    enum class Needs : std::uint8_t { nothing, mutex, notification, notification_or_time, others_to_finish };

    const char* name = "";
    Location* location = nullptr;
    Location* other = nullptr; // a second one, or none
    bool changes = false;
    Needs needs = Needs::nothing;
};

} // namespace wrapup::testing::explorer
