// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "explore/world.hpp"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>

// What an actor does in a scenario. Every pair of them that the rules allow, and every three, are scenarios.
namespace scenarios {

enum Need : std::uint16_t {
    nothing = 0,
    handle = 1,     // uses the owner's handle
    alone = 2,      // moves or destroys the owner's handle: nobody else may use it
    ends = 4,       // the session is over afterwards, or will be
    waits = 8,      // returns when somebody ends the session
    voids = 16,     // the identifier may be lost
    notifies = 32,  // uses the notifier
    disarms = 64,   // moves or destroys the notifier: nobody else may use it
    delivers = 128, // of a provider that fails: lets happen what was put off
    aside = 256     // does what another does too, or in so many steps that it takes long beside what calls go wrong
};

template <class Line>
struct Action {
    using W = World<Line>;
    const char* name;
    unsigned needs;
    void (*act)(W&, typename W::Actor&);
    void (*prepare)(W&, typename W::Actor&) = nullptr;
};

template <class Line>
std::span<const Action<Line>> actions() {
    using W = World<Line>;
    using A = typename W::Actor;
    static constexpr Action<Line> all[] = {
        {"drop", nothing,
         [](W&, A& actor) {
             const auto error = actor.controller.drop();
             ex::check(!error || error == refusal || error == wrapup::errc::released, "drop returns what it may");
         }},
        {"disconnect", aside,
         [](W&, A& actor) {
             const auto error = actor.controller.disconnect(Number(the_reason));
             ex::check(!error || error == refusal || error == wrapup::errc::released, "disconnect returns what it may");
         }},
        {"abort", nothing,
         [](W&, A& actor) {
             const auto error = actor.controller.abort();
             ex::check(!error || error == refusal || error == wrapup::errc::released, "abort returns what it may");
         }},
        {"drop_by_owner", handle | aside,
         [](W& world, A&) {
             const auto error = world.call->drop();
             ex::check(!error || error == refusal || error == wrapup::errc::released, "drop returns what it may");
         }},
        {"drop_that_releases", handle, [](W&, A& actor) { (void)actor.controller.drop(); },
         [](W& world, A&) { world.service.in_drop = [&world] { world.call->release(); }; }},
        {"drop_that_destroys", alone, [](W&, A& actor) { (void)actor.controller.drop(); },
         [](W& world, A&) { world.service.in_drop = [&world] { world.call.reset(); }; }},
        {"release", handle,
         [](W& world, A&) {
             world.call->release();
             ex::check(!*world.call && world.call->phase() == Phase::released, "a released session is empty");
         }},
        {"destroy", alone, [](W& world, A&) { world.call.reset(); }},
        {"move", alone,
         [](W& world, A&) {
             typename W::Call other(std::move(*world.call));
             ex::check(!*world.call, "a session that was moved from is empty");
             other = std::move(other);
             *world.call = std::move(other);
         }},
        {"assign_over", alone | aside, [](W& world, A&) { *world.call = typename W::Call(); }},
        {"terminating", notifies,
         [](W& world, A&) { world.service.remote()->terminating(Origin::remote, Number(of_the_remote)); }},
        {"terminated", notifies | ends,
         [](W& world, A&) { world.service.remote()->terminated(Origin::remote, Number(of_the_remote)); }},
        {"confirmed", notifies | ends, [](W& world, A&) { world.service.remote()->terminated(Number(of_an_answer)); }},
        {"ended_without_cause", notifies | ends | aside, [](W& world, A&) { world.service.remote()->terminated(); }},
        {"terminating_then_terminated", notifies | ends,
         [](W& world, A&) {
             world.service.remote()->terminating();
             world.service.remote()->terminated(Origin::service, Number(of_the_service));
         }},
        {"refused", notifies,
         [](W& world, A&) {
             ++world.service.retractions;
             world.service.remote()->refused(refusal);
         }},
        {"lost", notifies | ends | voids,
         [](W& world, A&) {
             const bool freeing = world.service.remote()->lost(Number(of_the_service));
             ex::check(freeing || world.service.deallocations == 0, "lost says that a deallocation was under way");
             world.service.voided = !freeing;
         }},
        {"notifier_gone", disarms | ends | voids, [](W& world, A&) { world.service.notifier = {}; }},
        {"notifier_moved", disarms | ends | aside,
         [](W& world, A&) {
             auto other = std::move(world.service.notifier);
             world.service.notifier = std::move(other);
             world.service.notifier.terminated(Number(of_the_service));
         }},
        {"monitor_copied", aside,
         [](W&, A& actor) {
             const auto copy = actor.monitor;
             ex::check(copy.phase() <= Phase::released, "a copy looks at the same session");
         }},
        {"monitor_gone", nothing, [](W&, A& actor) { actor.monitor = {}; }},
        {"lease", nothing,
         [](W& world, A& actor) {
             std::error_code error;
             if (const auto lease = actor.monitor.lease(error)) world.service.use(lease.id(), "a lease holds it");
             else ex::check(error.category() == wrapup::category(), "there is no lease for a reason");
         }},
        {"query", nothing,
         [](W&, A& actor) {
             std::error_code error;
             const int answer = actor.monitor.try_query(error, &Line::ask);
             ex::check(answer == the_identifier || error, "a query is answered, or says why not");
         }},
        {"query_that_releases", handle | aside,
         [](W&, A& actor) {
             std::error_code error;
             (void)actor.monitor.try_query(error, &Line::ask);
         },
         [](W& world, A&) { world.service.in_query = [&world] { world.call->release(); }; }},
        {"query_that_destroys", alone | aside,
         [](W&, A& actor) {
             std::error_code error;
             (void)actor.monitor.try_query(error, &Line::ask);
         },
         [](W& world, A&) { world.service.in_query = [&world] { world.call.reset(); }; }},
        {"look", nothing, [](W& world, A& actor) { world.look(actor.monitor); }},
        {"wait", waits | aside,
         [](W& world, A& actor) {
             wrapup::wait(actor.monitor);
             ex::check(actor.monitor.termination() != nullptr, "who has waited finds the termination");
             world.look(actor.monitor);
         }},
        {"wait_for", aside,
         [](W& world, A& actor) {
             const bool over = wrapup::wait_for(actor.monitor, std::chrono::seconds(1));
             ex::check(!over || actor.monitor.termination() != nullptr, "who was told so finds the termination");
             world.look(actor.monitor);
         }},
        {"callback", nothing, [](W& world, A& actor) { world.register_callback(actor); }},
        {"callback_for_a_moment", aside,
         [](W& world, A& actor) {
             world.register_callback(actor);
             world.remove_callback(actor);
         }},
        {"callback_removed", nothing, [](W& world, A& actor) { world.remove_callback(actor); },
         [](W& world, A& actor) { world.register_callback(actor); }},
        {"callback_that_releases", handle,
         [](W& world, A& actor) { world.register_callback(actor, [&world] { world.call->release(); }); }},
        {"callback_that_destroys", alone,
         [](W& world, A& actor) { world.register_callback(actor, [&world] { world.call.reset(); }); }},
        {"callback_that_removes_itself", nothing, [](W&, A& actor) { actor.monitor = {}; },
         [](W& world, A& actor) { world.register_callback(actor, [&actor] { actor.callback.reset(); }); }},
        {"deliver", notifies | delivers, [](W& world, A&) { world.service.deliver(); }},
    };
    return std::span(all).first(std::size(all) - (fails<Line> ? 0 : 1));
}

} // namespace scenarios
