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
//   bits  0..1 phase   2..3 origin   4..9 and 14..25 flags   10..11 accepted   12..13 retracted   26..40 leases
//        41..63 references
class State {
public:
    enum Flag : std::uint64_t {
        // Before publication, a slot of the termination (and at first the identifier) belongs to whoever holds its bit.
        filling_request = 1u << 4, // identifier or reason are being written
        filling_cause = 1u << 5,   // the cause is being written
        reported = 1u << 6,        // the end was reported: whoever did publishes, or the last who fills

        awaited = 1u << 7, // somebody waits for the call of an observer to return

        // How far our own requests have come. How many the provider has accepted is a count beside them, and so is how many
        // acceptances it has taken back before they were made; see `accept` and `retract`.
        dropping = 1u << 8,   // the call of the provider's `drop` has not returned
        aborting = 1u << 9,   // the call of the provider's `abort` has not returned
        aborted = 1u << 14,   // an abort is in progress or accepted: no other is made
        confirmed = 1u << 15, // the provider has reported an end or its beginning: no refusal can take that back
        reasoned = 1u << 16,  // the standing request gave a reason

        // What the termination will say.
        contested = 1u << 17,
        abandoned = 1u << 18,

        // The identifier and those who are interested in it.
        given_up = 1u << 19,     // the owner has released
        rescued = 1u << 20,      // after a refused drop, the abort in the owner's stead was tried
        lost = 1u << 21,         // the service has voided the identifier
        deallocating = 1u << 22, // somebody gives the identifier back: the one whose step made that possible
        observed = 1u << 23,     // an observer has registered

        // What the provider can do.
        traced = 1u << 24,
        abortable = 1u << 25
    };

    static constexpr std::uint64_t one_lease = std::uint64_t{1} << 26;
    static constexpr std::uint64_t one_reference = std::uint64_t{1} << 41;

    constexpr State() noexcept = default;
    constexpr explicit State(std::uint64_t bits) noexcept : bits_(bits) {}

    [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr Phase phase() const noexcept { return static_cast<Phase>(bits_ & 3); }
    [[nodiscard]] constexpr Origin origin() const noexcept { return static_cast<Origin>(bits_ >> 2 & 3); }
    [[nodiscard]] constexpr std::uint64_t leases() const noexcept { return bits_ >> 26 & 0x7FFF; }
    [[nodiscard]] constexpr std::uint64_t references() const noexcept { return bits_ >> 41; }
    [[nodiscard]] constexpr bool any(std::uint64_t flags) const noexcept { return (bits_ & flags) != 0; }

    constexpr void set(std::uint64_t flags) noexcept { bits_ |= flags; }
    constexpr void clear(std::uint64_t flags) noexcept { bits_ &= ~flags; }
    constexpr void set(Phase phase) noexcept {
        bits_ = (bits_ & ~std::uint64_t{3}) | static_cast<std::uint64_t>(phase);
    }
    // To the next phase.
    constexpr void advance() noexcept { ++bits_; }
    // Says whose ending it is, of which it has not been said: an active session's origin is `user`, which is 0.
    constexpr void name(Origin origin) noexcept { bits_ |= static_cast<std::uint64_t>(origin) << 2; }
    constexpr void set(Origin origin) noexcept {
        bits_ = (bits_ & ~std::uint64_t{3 << 2}) | static_cast<std::uint64_t>(origin) << 2;
    }
    constexpr void add_lease() noexcept { bits_ += one_lease; }
    constexpr void drop_lease() noexcept { bits_ -= one_lease; }

    // A count of references that is half full is never counted down again: the block leaks, and is never freed too early.
    constexpr void add_reference(std::uint64_t most) noexcept {
        if (references() < most) bits_ += one_reference;
    }
    constexpr void drop_reference(std::uint64_t most) noexcept {
        if (references() <= most / 2) bits_ -= one_reference;
    }

    [[nodiscard]] constexpr bool over() const noexcept { return phase() >= Phase::terminated; }

    // The end has been reported, if not yet published.
    [[nodiscard]] constexpr bool ended() const noexcept { return over() || any(reported); }

    // How many of our requests the provider has accepted and not taken back.
    [[nodiscard]] constexpr std::uint64_t accepted() const noexcept { return bits_ >> 10 & 3; }
    // How many calls of ours are in progress.
    [[nodiscard]] constexpr std::uint64_t calls() const noexcept { return (bits_ >> 8 & 1) + (bits_ >> 9 & 1); }

    // A call has returned, and the provider has accepted it, or had said before that it would not.
    constexpr void accept() noexcept {
        if (retracted() > 0) bits_ -= one_retracted;
        else bits_ += one_accepted;
    }
    constexpr void accept_first() noexcept { bits_ += one_accepted; }
    // The provider takes back one acceptance: one that was made, or else one that a call in progress will return with.
    // Which request it means makes no difference to how many stand. Returns whether there was anything to take back.
    constexpr bool retract() noexcept {
        if (accepted() > 0) bits_ -= one_accepted;
        else if (retracted() < calls()) bits_ += one_retracted;
        else return false;
        return true;
    }
    // A call has returned with a refusal: what was taken back beforehand can only have meant another.
    constexpr void refuse() noexcept {
        while (retracted() > calls()) bits_ -= one_retracted;
    }

    // Something stands, or may yet turn out to stand, that will end the session.
    [[nodiscard]] constexpr bool ending() const noexcept {
        return over() || any(confirmed) || accepted() > 0 || calls() > 0;
    }

    // The request that stands is ours, and the provider has neither accepted it nor reported anything.
    [[nodiscard]] constexpr bool unanswered() const noexcept {
        return calls() > 0 && accepted() == 0 && !any(confirmed);
    }

    // Nobody holds the identifier any more, and nobody has begun to give it back.
    [[nodiscard]] constexpr bool releasable() const noexcept {
        return phase() == Phase::terminated && any(given_up) && leases() == 0 && !any(deallocating);
    }

    // Nobody will look at the block again.
    [[nodiscard]] constexpr bool unreferenced() const noexcept {
        return references() == 0 && leases() == 0 && !any(deallocating);
    }

    // There is one reference, and nothing else that the block would have to live for.
    [[nodiscard]] constexpr bool holds_last_reference() const noexcept {
        return (bits_ & (~(one_lease - 1) | deallocating)) == one_reference;
    }

    // Back to `active`, with nothing left of the requests that were refused. No call is in progress, and none was accepted.
    constexpr void withdraw() noexcept {
        clear(aborted | reasoned | contested);
        set(Phase::active);
        set(Origin::user);
    }

    friend constexpr bool operator==(State, State) noexcept = default;

private:
    static constexpr std::uint64_t one_accepted = 1u << 10;
    static constexpr std::uint64_t one_retracted = 1u << 12;

    [[nodiscard]] constexpr std::uint64_t retracted() const noexcept { return bits_ >> 12 & 3; }

    std::uint64_t bits_ = 0;
};

} // namespace wrapup::detail
