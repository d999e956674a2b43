// SPDX-License-Identifier: BSL-1.0
#include <wrapup/detail/steps.hpp>

#include "support/catch.hpp"

#include <bit>
#include <cstdint>
#include <vector>

// Some steps are there twice: once for every state, and once for the states that most sessions are in, so that those take few
// instructions. Both must be the same step. And some are made without looking whether they have left anything to nobody.

namespace {

using namespace wrapup;
using detail::State;
namespace steps = detail::steps;

// Every combination of at most three flags and counts, with every phase, origin, and a few leases and references, but for what
// no session comes to.
template <class See>
unsigned for_each_state(See see) {
    constexpr std::uint64_t flags = (std::uint64_t{1} << 26) - 1 - 0x8F; // bits 4..6 and 8..25
    constexpr int most = 3;
    std::vector<std::uint64_t> combinations{0};
    std::uint64_t reached = 0;
    for (int size = 0; size < most; ++size)
        for (const std::uint64_t end = combinations.size(); reached < end; ++reached)
            for (auto left = flags & ~(std::bit_ceil(combinations[reached] + 1) - 1); left != 0; left &= left - 1)
                combinations.push_back(combinations[reached] | (left & -left));
    unsigned seen = 0;
    for (const auto combination : combinations)
        for (std::uint64_t phase_and_origin = 0; phase_and_origin < 16; ++phase_and_origin)
            for (const std::uint64_t leases : {0u, 1u, 3u})
                for (const std::uint64_t references : {1u, 2u}) {
                    const State s(combination | phase_and_origin | leases * State::one_lease |
                                  references * State::one_reference);
                    const bool active = s.phase() == Phase::active;
                    // An active session is nobody's ending yet; what the provider has accepted, or taken back, makes it
                    // more than active; the identifier is given back after the end, and reported is what has ended.
                    if (active &&
                        (s.origin() != Origin::user || s.accepted() > 0 || s.any(State::confirmed | 3u << 12)))
                        continue;
                    if (active && s.any(State::dropping | State::aborting | State::aborted | State::reported)) continue;
                    if (s.any(State::deallocating) && !(s.over() && s.any(State::given_up))) continue;
                    if (s.any(State::lost) && s.phase() == Phase::terminated) continue;
                    if (s.releasable()) continue;
                    ++seen;
                    see(s);
                }
    return seen;
}

} // namespace

TEST_CASE("Steps: an end reported to a session that is about nothing else is the end reported to any", "[steps]") {
    unsigned taken = 0;
    const unsigned states = for_each_state([&](State s) {
        for (const bool named : {false, true})
            for (const Origin origin : {Origin::user, Origin::remote, Origin::application, Origin::service}) {
                if (!named && origin != Origin::remote) continue;
                State quick = s;
                if (!steps::report_end(quick, named, origin)) continue;
                ++taken;
                State any = s;
                steps::Report report;
                const bool made = steps::report(any, {Event::terminated, named, origin, true}, report);
                if (!made || any != quick || report.late || !report.agrees || report.fills || !report.publishes)
                    FAIL("state " << s.bits());
            }
    });
    CHECK(states > 50'000);
    CHECK(taken > 1'000);
}

TEST_CASE("Steps: an end published to nobody is the end published", "[steps]") {
    unsigned taken = 0;
    for_each_state([&](State s) {
        State quick = s;
        if (s.phase() != Phase::terminating || s.leases() == 0 || !steps::publish_silently(quick)) return;
        ++taken;
        State any = s;
        steps::publish(any);
        if (any != quick || any.releasable() || any.unreferenced()) FAIL("state " << s.bits());
    });
    CHECK(taken > 1'000);
}

TEST_CASE("Steps: an end published to observers alone is the end published", "[steps]") {
    unsigned taken = 0;
    for_each_state([&](State s) {
        State quick = s;
        if (s.phase() != Phase::terminating || s.leases() == 0 || !steps::publish_aloud(quick)) return;
        ++taken;
        State any = s;
        steps::publish(any);
        if (any != quick || any.releasable() || any.unreferenced()) FAIL("state " << s.bits());
        any.drop_lease();
        if (any.releasable() || any.unreferenced()) FAIL("state " << s.bits());
    });
    CHECK(taken > 1'000);
}

TEST_CASE("Steps: what is said of a live session alone is not said of one whose end was reported", "[steps]") {
    unsigned live = 0;
    const unsigned states = for_each_state([&](State s) {
        State after = s;
        steps::Report report;
        const bool says = steps::report(after, {Event::lost, true, Origin::service, false, true}, report);
        if (says == s.ended() || (s.ended() && after != s)) FAIL("state " << s.bits());
        live += says;
    });
    CHECK(live > 1'000);
    CHECK(live < states);
}

TEST_CASE("Steps: a claim of which nobody is told is the claim, and what is late is not claimed", "[steps]") {
    unsigned taken = 0;
    for_each_state([&](State s) {
        State any = s;
        const bool claims = steps::claim(any, Origin::user, 0);
        if (claims == steps::late(s)) FAIL("state " << s.bits());
        State quick = s;
        if (steps::claim_silently(quick, Origin::user) != (claims && !s.any(State::traced))) FAIL("state " << s.bits());
        if (claims && !s.any(State::traced) && any != quick) FAIL("state " << s.bits());
        taken += claims;
    });
    CHECK(taken > 100);
}

TEST_CASE("Steps: a drop accepted before anything else happens is a drop accepted", "[steps]") {
    unsigned taken = 0;
    for_each_state([&](State s) {
        State quick = s;
        if (!steps::claim(quick, Origin::user, 0)) return;
        ++taken;
        State any = quick;
        steps::accept_drop(quick);
        const steps::Next next = steps::answer(any, State::dropping, false);
        if (next != steps::Next::nothing || any != quick || any.releasable() || any.unreferenced())
            FAIL("state " << s.bits());
    });
    CHECK(taken > 100);
}

TEST_CASE("Steps: a release that finds nobody else is a release", "[steps]") {
    unsigned taken = 0;
    for_each_state([&](State s) {
        State quick = s;
        if (!steps::give_back_at_once(quick)) return;
        ++taken;
        State any = s;
        const bool asks = steps::give_up(any);
        if (asks || !any.releasable()) FAIL("state " << s.bits());
        any.set(State::deallocating);
        if (any != quick) FAIL("state " << s.bits());
    });
    CHECK(taken > 100);
}

TEST_CASE("Steps: one that takes a hold leaves nothing to nobody", "[steps]") {
    unsigned taken = 0;
    const auto left_nothing = [&](State before, State after) {
        ++taken;
        if (after.releasable() || after.unreferenced()) FAIL("state " << before.bits());
    };
    for_each_state([&](State s) {
        State after = s;
        if (steps::claim(after, Origin::application, State::reasoned | State::filling_request)) left_nothing(s, after);
        after = s;
        if (steps::abort(after)) left_nothing(s, after);
        after = s;
        if (steps::lease(after, 100)) left_nothing(s, after);
        // A lease that comes back to the state that it was taken of.
        if (after != s) left_nothing(s, s);
        after = s;
        after.add_reference(100);
        left_nothing(s, after);
        after = s;
        after.set(State::observed);
        left_nothing(s, after);
    });
    CHECK(taken > 1'000);
}

TEST_CASE("Steps: the last reference is the one after which there is none", "[steps]") {
    unsigned last = 0;
    for_each_state([&](State s) {
        State after = s;
        after.drop_reference(100);
        if (s.holds_last_reference() != after.unreferenced()) FAIL("state " << s.bits());
        last += s.holds_last_reference();
    });
    CHECK(last > 1'000);
}
