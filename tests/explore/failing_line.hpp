// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/failing.hpp>
#include <wrapup/testing/fault_plan.hpp>

#include "explore/line.hpp"

#include <array>
#include <cstdint>
#include <utility>

// The provider, wrapped so that everything can go wrong with it. Which call does, and how, is picked, as everything is that
// can be one way or another.
namespace scenarios {

using wrapup::testing::Fault;
using wrapup::testing::fault_count;
using wrapup::testing::FaultPlan;
using wrapup::testing::FaultSet;

// How often each fault has struck, in all executions.
inline std::array<std::uint64_t, fault_count> struck{};

template <class B>
struct FailingService : Service<B> {
    using P = Line<B>;
    using Faults = wrapup::testing::Faults<P>;

    Service<B> former; // of a session that is released, and had the same identifier
    unsigned left = 0; // so many calls go wrong yet
    bool now = false;  // the next one does
    Faults faults;
    typename Faults::Reference session; // whose notices come, whatever was put off

    explicit FailingService(const Rules& rules) : Service<B>(rules), faults(plan(rules)), rules_(rules) {
        wrapup::Session<wrapup::testing::Failing<P>> old(Number(the_identifier), {P(&former), faults});
        former.notifier.terminated();
        old.release();
        if (rules.wrong != Rules::Wrong::once_begun) left = rules.faults;
        now = rules.wrong == Rules::Wrong::of_watch;
    }
    FailingService(const FailingService&) = delete;
    FailingService& operator=(const FailingService&) = delete;
    ~FailingService() {
        for (unsigned i = 0; i < fault_count; ++i) struck[i] += faults.struck(static_cast<Fault>(i));
    }

    [[nodiscard]] const auto& remote() const { return session; }
    [[nodiscard]] int withdrawn() const {
        return Service<B>::withdrawn() + static_cast<int>(faults.struck(Fault::refuse));
    }

    template <class CallBack>
    void begun(CallBack call_back) {
        faults.on_call_back = [call_back](auto, const Number&) { call_back(); };
        session = faults.reference(the_identifier);
        this->can_be_lost |= was_never_watched();
        if (rules_.wrong == Rules::Wrong::once_begun) left = rules_.faults;
    }
    void deliver() { faults.deliver(); }
    void end() {
        left = 0;
        deliver();
    }
    // It was lost before it had begun, and the identifier was given back.
    [[nodiscard]] bool was_never_watched() const {
        return faults.struck(Fault::say_lost) + faults.struck(Fault::say_after_death) > 0;
    }

private:
    FaultPlan plan(const Rules& rules) {
        const FaultSet of_watch{Fault::say_late, Fault::say_lost, Fault::say_after_death};
        FaultSet possible = rules.wrong == Rules::Wrong::of_watch ? of_watch : FaultSet::all();
        // What is put off until all else is over is put off for ever.
        if (!rules.delivers) possible = possible - FaultSet{Fault::say_late, Fault::finish_later};
        return FaultPlan::picked([this](unsigned n) { return pick(n); }).only(possible);
    }
    unsigned pick(unsigned n) {
        if (left == 0) return 0;
        const unsigned fault = std::exchange(now, false) ? 1 + ex::pick(n - 1) : ex::pick(n);
        if (fault != 0) --left;
        return fault;
    }

    const Rules rules_;
};

template <class B>
struct FailingLine : wrapup::testing::Failing<Line<B>> {
    using Backend = B;
    using Served = FailingService<B>;

    explicit FailingLine(Served* s) noexcept : wrapup::testing::Failing<Line<B>>(Line<B>(s), s->faults) {}

    int ask(const Number& id) const noexcept { return this->inner().ask(id); }
};

} // namespace scenarios
