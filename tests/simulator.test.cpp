// SPDX-License-Identifier: BSL-1.0
#include <wrapup/monitor.hpp>
#include <wrapup/providers/simulator.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"

#include <optional>

using namespace std::chrono_literals;
using namespace wrapup;
using namespace wrapup::simulator;
using Simulated = Session<Provider>;

namespace {

const auto busy = make_error_code(std::errc::device_or_resource_busy);

} // namespace

TEST_CASE("Simulator: a session confirms at once, later, when told, or never", "[simulator]") {
    Exchange exchange;
    auto at_once = Simulated::open(exchange);
    auto later = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 5s});
    auto told = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::when_told});
    auto never = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::never});
    for (auto* call : {&at_once, &later, &told, &never}) CHECK_FALSE(call->drop());
    CHECK(at_once.phase() == Phase::terminated);
    exchange.advance(4s);
    CHECK(later.phase() == Phase::terminating);
    exchange.advance(1s);
    CHECK(later.phase() == Phase::terminated);
    CHECK(told.phase() == Phase::terminating);
    CHECK(exchange.confirm(told.id()));
    CHECK(told.phase() == Phase::terminated);
    CHECK_FALSE(exchange.confirm(never.id()));
    CHECK(never.phase() == Phase::terminating);
    CHECK_FALSE(never.abort());
    CHECK(never.phase() == Phase::terminated);
    for (auto* call : {&at_once, &later, &told, &never}) {
        CHECK(call->termination()->origin == Origin::user);
        call->release();
    }
    CHECK(exchange.alive() == 0);
    CHECK(exchange.deallocations() == 4);
}

TEST_CASE("Simulator: the other side ends a session, now, in time, or in two steps", "[simulator]") {
    Exchange exchange;
    auto call = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::never});
    SECTION("now") { CHECK(exchange.hang_up(call.id(), 16)); }
    SECTION("in time") {
        exchange.hang_up_after(call.id(), 3s, 16);
        CHECK_FALSE(wrapup::wait_for(call, 2s));
        CHECK(wrapup::wait_for(call, 2s));
        CHECK(exchange.now() == Clock::time_point(3s));
    }
    SECTION("in two steps") {
        exchange.begin_hang_up(call.id(), 16);
        CHECK(call.phase() == Phase::terminating);
        CHECK(exchange.hang_up(call.id(), 16));
    }
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(*call.termination()->cause == 16);
    const auto id = call.id();
    call.release();
    CHECK_FALSE(exchange.hang_up(id, 17));
}

TEST_CASE("Simulator: it refuses, at once or later", "[simulator]") {
    Exchange exchange;
    auto call = Simulated::open(
        exchange,
        Behaviour{.confirmation = Confirmation::when_told, .refusal = busy, .refusals = 2, .abort_refusal = busy});
    CHECK(call.drop() == busy);
    CHECK(call.disconnect(1) == busy);
    CHECK(call.abort() == busy);
    CHECK_FALSE(call.drop());
    exchange.refuse(call.id(), busy);
    CHECK(call.phase() == Phase::active);
    CHECK_FALSE(call.drop());
    exchange.confirm(call.id());
    CHECK(call.termination()->statistics->drops == 4);
    std::error_code error;
    CHECK_FALSE(Simulated::open(error, exchange, Behaviour{.open_error = busy}));
    CHECK(error == busy);
}

TEST_CASE(
    "Simulator: what was due of a drop that is refused later does not happen, and the next drop has its own delay",
    "[simulator]") {
    Exchange exchange;
    auto call = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 2s});
    CHECK_FALSE(call.drop());
    exchange.advance(1s);
    exchange.refuse(call.id(), busy);
    exchange.advance(10s);
    CHECK(call.phase() == Phase::active);
    CHECK_FALSE(call.drop());
    exchange.advance(1s);
    CHECK(call.phase() == Phase::terminating);
    exchange.advance(1s);
    CHECK(call.termination()->origin == Origin::user);
}

TEST_CASE("Simulator: one session is lost, and then all of them", "[simulator][lost]") {
    Exchange exchange;
    auto first = Simulated::open(exchange), second = Simulated::open(exchange), ended = Simulated::open(exchange);
    ended.drop();
    exchange.lose(first.id());
    CHECK(first.termination()->origin == Origin::service);
    CHECK(exchange.alive() == 2);
    exchange.shut_down();
    CHECK(second.termination()->origin == Origin::service);
    CHECK(ended.termination()->origin == Origin::user);
    CHECK(ended.phase() == Phase::released);
    CHECK(exchange.alive() == 0);
    CHECK(exchange.deallocations() == 0);
    std::error_code error;
    CHECK_FALSE(Simulated::open(error, exchange));
    CHECK(error == std::errc::not_connected);
    CHECK_THROWS_AS(exchange.ring(), std::system_error);
}

TEST_CASE("Simulator: an exchange that is destroyed first loses its sessions, and their records stay",
          "[simulator][lost]") {
    std::optional<Exchange> exchange(std::in_place);
    auto live = Simulated::open(*exchange), ended = Simulated::open(*exchange);
    exchange->hang_up(ended.id(), 16);
    exchange.reset();
    CHECK(live.termination()->origin == Origin::service);
    CHECK(*ended.termination()->cause == 16);
}

TEST_CASE("Simulator: an incoming session is adopted, also when it has ended meanwhile", "[simulator]") {
    Exchange exchange;
    const auto ringing = exchange.ring(), gone = exchange.ring();
    exchange.hang_up(gone, 16);
    Simulated call(ringing, exchange), missed(gone, exchange);
    CHECK(call.phase() == Phase::active);
    CHECK(missed.termination()->origin == Origin::remote);
    CHECK(*missed.termination()->cause == 16);
}

TEST_CASE("Simulator: numbers are given out again at once, serials never, and nothing is mistaken", "[simulator]") {
    Exchange exchange;
    auto first = Simulated::open(exchange);
    const auto old = first.id();
    first.drop();
    first.release();
    auto second = Simulated::open(exchange);
    CHECK(second.id().number == old.number);
    CHECK(second.id().serial != old.serial);
    CHECK_FALSE(exchange.hang_up(old, 16));
    CHECK(second.phase() == Phase::active);
    CHECK(exchange.outstanding() == std::vector{second.id()});
}

TEST_CASE("Simulator: duration and times are those of its clock", "[simulator]") {
    Exchange exchange;
    exchange.advance(10s);
    auto call = Simulated::open(exchange);
    exchange.advance(5s);
    CHECK(call.query<&Provider::duration>() == 5s);
    call.drop();
    exchange.advance(100s);
    CHECK(call.query<&Provider::duration>() == 5s);
    CHECK(call.query(&Provider::is_valid));
    call.release();
    CHECK(call.termination()->statistics->duration == 5s);
    CHECK(call.termination()->began == Clock::time_point(10s));
    CHECK(call.termination()->ended == Clock::time_point(15s));
}

TEST_CASE("Simulator: the same calls give the same course of events", "[simulator]") {
    const auto run = [] {
        std::vector<int> order;
        Exchange exchange;
        std::vector<Simulated> calls;
        for (int i = 0; i < 20; ++i) {
            calls.push_back(Simulated::open(exchange));
            exchange.hang_up_after(calls.back().id(), std::chrono::milliseconds(i * 37 % 11), i);
        }
        std::vector<std::unique_ptr<TerminationCallback<Provider, std::function<void(const Termination<Provider>&)>>>>
            callbacks;
        for (auto& call : calls)
            callbacks.push_back(
                std::make_unique<TerminationCallback<Provider, std::function<void(const Termination<Provider>&)>>>(
                    call, [&](const auto& termination) { order.push_back(*termination.cause); }));
        exchange.advance(1s);
        return order;
    };
    const auto order = run();
    CHECK(order.size() == 20);
    CHECK(order == run());
}
