// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/origin.hpp>
#include <wrapup/phase.hpp>

#include <cstdint>

namespace wrapup::detail {

// The one word that decides about a notifying session: its phase, its origin, flags, and how many leases and references
// there are. A value; the control block holds it in an atomic and changes it by compare-and-exchange only, so that every
// step sees all of it.
//
//   bits  0..1 phase   2..3 origin   4..25 flags   26..40 leases   41..63 references
class State {
public:
    enum Flag : std::uint64_t {
        // Before publication, a slot of the termination (and at first the identifier) belongs to whoever holds its bit.
        filling_request = 1u << 4,  // identifier or reason are being written
        filling_cause = 1u << 5,    // the cause is being written
        reported = 1u << 6,         // the end was reported meanwhile: the last who fills publishes
        publishing = 1u << 7,       // somebody completes the termination

        // How far our own requests have come.
        dropping = 1u << 8,         // the call of the provider's `drop` has not returned
        aborting = 1u << 9,         // the call of the provider's `abort` has not returned
        accepted = 1u << 10,        // the provider has accepted one of them
        aborted = 1u << 11,         // an abort is in progress or accepted: no other is made
        drop_retracted = 1u << 12,  // the provider said `refused` before its `drop` has returned
        abort_retracted = 1u << 13, // the same for `abort`
        confirmed = 1u << 14,       // the provider has reported an end or its beginning: no refusal can take that back
        reasoned = 1u << 15,        // the standing request gave a reason

        // What the termination will say.
        contested = 1u << 16,
        abandoned = 1u << 17,

        // The identifier and those who are interested in it.
        given_up = 1u << 18,     // the owner has released
        rescued = 1u << 19,      // after a refused drop, the abort in the owner's stead was tried
        lost = 1u << 20,         // the service has voided the identifier
        deallocating = 1u << 21, // somebody gives the identifier back: the one whose step made that possible
        observed = 1u << 22,     // an observer has registered

        // What the provider can do.
        traced = 1u << 23,
        abortable = 1u << 24
    };

    static constexpr std::uint64_t one_lease = std::uint64_t{1} << 26;
    static constexpr std::uint64_t one_reference = std::uint64_t{1} << 41;
    static constexpr std::uint64_t max_leases = 0x7FFF;
    static constexpr std::uint64_t max_references = 0x7FFFFF;

    constexpr State() noexcept = default;
    constexpr explicit State(std::uint64_t bits) noexcept : bits_(bits) {}

    [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr Phase phase() const noexcept { return static_cast<Phase>(bits_ & 3); }
    [[nodiscard]] constexpr Origin origin() const noexcept { return static_cast<Origin>(bits_ >> 2 & 3); }
    [[nodiscard]] constexpr std::uint64_t leases() const noexcept { return bits_ >> 26 & max_leases; }
    [[nodiscard]] constexpr std::uint64_t references() const noexcept { return bits_ >> 41; }
    [[nodiscard]] constexpr bool any(std::uint64_t flags) const noexcept { return (bits_ & flags) != 0; }

    constexpr void set(std::uint64_t flags) noexcept { bits_ |= flags; }
    constexpr void clear(std::uint64_t flags) noexcept { bits_ &= ~flags; }
    constexpr void set(Phase phase) noexcept { bits_ = (bits_ & ~std::uint64_t{3}) | static_cast<std::uint64_t>(phase); }
    constexpr void set(Origin origin) noexcept {
        bits_ = (bits_ & ~std::uint64_t{3 << 2}) | static_cast<std::uint64_t>(origin) << 2;
    }
    constexpr void add_lease() noexcept { bits_ += one_lease; }
    constexpr void drop_lease() noexcept { bits_ -= one_lease; }

    // A count of references that is half full is never counted down again: the block leaks, and is never freed too early.
    constexpr void add_reference() noexcept {
        if (references() < max_references) bits_ += one_reference;
    }
    constexpr void drop_reference() noexcept {
        if (references() <= max_references / 2) bits_ -= one_reference;
    }

    [[nodiscard]] constexpr bool over() const noexcept { return phase() >= Phase::terminated; }

    // The request that stands is ours, and the provider has neither accepted it nor reported anything.
    [[nodiscard]] constexpr bool unanswered() const noexcept {
        return any(dropping | aborting) && !any(accepted | confirmed);
    }

    // Nobody holds the identifier any more, and nobody has begun to give it back.
    [[nodiscard]] constexpr bool releasable() const noexcept {
        return phase() == Phase::terminated && any(given_up) && leases() == 0 && !any(deallocating);
    }

    // Nobody will look at the block again.
    [[nodiscard]] constexpr bool unreferenced() const noexcept {
        return references() == 0 && leases() == 0 && !any(deallocating);
    }

    // Back to `active`, with nothing left of the requests that were refused.
    constexpr void withdraw() noexcept {
        clear(dropping | aborting | accepted | aborted | drop_retracted | abort_retracted | reasoned | contested);
        set(Phase::active);
        set(Origin::user);
    }

    friend constexpr bool operator==(State, State) noexcept = default;

private:
    std::uint64_t bits_ = 0;
};

} // namespace wrapup::detail
