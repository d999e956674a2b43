// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/fault.hpp>
#include <wrapup/testing/operation.hpp>

#include <initializer_list>

namespace wrapup::testing {

/// Some faults.
class FaultSet {
public:
    constexpr FaultSet() noexcept = default;
    constexpr FaultSet(std::initializer_list<Fault> faults) noexcept {
        for (const Fault fault : faults) bits_ |= bit(fault);
    }

    /// All but `none`.
    [[nodiscard]] static constexpr FaultSet all() noexcept { return FaultSet((1u << fault_count) - 2); }

    /// Those that can befall an operation; see `Fault`. A session without notices is over when its drop returns, so there
    /// only refusals and calls back make sense.
    [[nodiscard]] static constexpr FaultSet of(Operation operation, bool notifies) noexcept {
        using enum Fault;
        FaultSet calls_back{call_back, call_back_elsewhere};
        switch (operation) {
        case Operation::open: return calls_back | (notifies ? FaultSet{refuse, say_stale} : FaultSet{refuse});
        case Operation::watch: return calls_back | FaultSet{say_late, say_lost, say_after_death, say_stale};
        case Operation::snapshot: return calls_back;
        case Operation::deallocate:
            if (!notifies) return calls_back;
            return calls_back | FaultSet{say_twice, say_out_of_order, say_after_release};
        case Operation::drop:
        case Operation::abort:
            if (!notifies) return calls_back | FaultSet{refuse};
            return calls_back | FaultSet{refuse, hang, finish_at_once, finish_later} |
                   FaultSet{say_twice, say_out_of_order, say_stale};
        }
        return {};
    }

    [[nodiscard]] constexpr bool contains(Fault fault) const noexcept { return (bits_ & bit(fault)) != 0; }
    [[nodiscard]] constexpr unsigned size() const noexcept {
        unsigned count = 0;
        for (unsigned bits = bits_; bits != 0; bits &= bits - 1) ++count;
        return count;
    }
    /// The n-th of them, counted from 0. @pre n < size()
    [[nodiscard]] constexpr Fault nth(unsigned n) const noexcept {
        for (unsigned i = 0;; ++i)
            if ((bits_ >> i & 1) != 0 && n-- == 0) return static_cast<Fault>(i);
    }

    friend constexpr FaultSet operator|(FaultSet a, FaultSet b) noexcept { return FaultSet(a.bits_ | b.bits_); }
    friend constexpr FaultSet operator&(FaultSet a, FaultSet b) noexcept { return FaultSet(a.bits_ & b.bits_); }
    friend constexpr FaultSet operator-(FaultSet a, FaultSet b) noexcept { return FaultSet(a.bits_ & ~b.bits_); }
    friend constexpr bool operator==(FaultSet, FaultSet) noexcept = default;

private:
    constexpr explicit FaultSet(unsigned bits) noexcept : bits_(bits) {}
    static constexpr unsigned bit(Fault fault) noexcept { return 1u << static_cast<unsigned>(fault); }

    unsigned bits_ = 0;
};

} // namespace wrapup::testing
