// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace histories {

// Splitmix64, by Sebastiano Vigna: the same numbers on every machine, and any seed is a good one.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t x = state_;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
        x = (x ^ x >> 27) * 0x94d049bb133111eb;
        return x ^ x >> 31;
    }
    // Below `limit`, which is small.
    unsigned below(unsigned limit) noexcept { return static_cast<unsigned>((next() >> 32) * limit >> 32); }
    bool one_in(unsigned times) noexcept { return below(times) == 0; }

private:
    std::uint64_t state_;
};

} // namespace histories
