// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/fault.hpp>
#include <wrapup/testing/fault_set.hpp>
#include <wrapup/testing/operation.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

namespace wrapup::testing {

/// Decides which call is befallen by which fault: as a script says, by chance, or as somebody picks.
///
///     FaultPlan{{Operation::drop, 1, Fault::refuse}, {Operation::abort, FaultPlan::every, Fault::hang}}
///     FaultPlan::random(seed, 3)          // every third call or so
///     FaultPlan::picked([&](unsigned n) { return explorer.pick(n); })
///
/// *Thread safety:* deciding, from any thread; a callable that picks must bear it. It allocates nothing when it decides.
class FaultPlan {
public:
    static constexpr unsigned every = 0;

    /// The n-th call of an operation, counted from 1, or `every` one.
    struct Step {
        Operation operation;
        unsigned nth;
        Fault fault;
    };

    /// Nothing is wrong.
    FaultPlan() = default;

    /// The first step that fits a call decides about it.
    FaultPlan(std::initializer_list<Step> steps) : steps_(steps) {}

    /// One call in so many, and by a fault that is chance too. Which depends on nothing but the seed, the operation and how
    /// manieth of its calls it is: not on how threads interleave. @pre one_in > 0
    [[nodiscard]] static FaultPlan random(std::uint64_t seed, unsigned one_in) {
        FaultPlan plan;
        plan.seed_ = seed;
        plan.one_in_ = one_in;
        return plan;
    }

    /// `pick(n)` returns a number below n. 0 is no fault, so that the first choice of each is that nothing is wrong.
    [[nodiscard]] static FaultPlan picked(std::function<unsigned(unsigned n)> pick) {
        FaultPlan plan;
        plan.pick_ = std::move(pick);
        return plan;
    }

    /// The same plan, but with none other than these.
    [[nodiscard]] FaultPlan only(FaultSet faults) && {
        allowed_ = faults;
        return std::move(*this);
    }

    /// The fault for the n-th call of an operation that these can befall.
    [[nodiscard]] Fault operator()(Operation operation, unsigned nth, FaultSet possible) const {
        possible = possible & allowed_;
        if (possible == FaultSet()) return Fault::none;
        if (pick_) {
            const unsigned n = pick_(possible.size() + 1);
            return n == 0 ? Fault::none : possible.nth(n - 1);
        }
        if (one_in_ != 0) {
            const std::uint64_t chance = mix(seed_ ^ mix(nth * std::uint64_t{operation_count} + index(operation)));
            return chance % one_in_ != 0 ? Fault::none
                                         : possible.nth(static_cast<unsigned>(chance / one_in_ % possible.size()));
        }
        for (const Step& step : steps_)
            if (step.operation == operation && (step.nth == every || step.nth == nth))
                return possible.contains(step.fault) ? step.fault : Fault::none;
        return Fault::none;
    }

private:
    static constexpr unsigned index(Operation operation) noexcept { return static_cast<unsigned>(operation); }

    // The finalizer of SplitMix64.
    static constexpr std::uint64_t mix(std::uint64_t x) noexcept {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }

    std::vector<Step> steps_;
    std::function<unsigned(unsigned)> pick_;
    FaultSet allowed_ = FaultSet::all();
    std::uint64_t seed_ = 0;
    unsigned one_in_ = 0;
};

} // namespace wrapup::testing
