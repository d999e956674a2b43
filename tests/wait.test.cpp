// SPDX-License-Identifier: BSL-1.0
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "support/crowd.hpp"

#include <chrono>
#include <limits>
#include <thread>

using namespace support;
using namespace std::chrono_literals;
using wrapup::Monitor;
using wrapup::Session;
using wrapup::simulator::Behaviour;
using wrapup::simulator::Clock;
using wrapup::simulator::Confirmation;
using wrapup::simulator::Exchange;
using Simulated = Session<wrapup::simulator::Provider>;

namespace {

// Every time-out that means "look, do not wait", and none of them overflows on the way.
template <class Handle>
void check_looks(const Handle& handle, bool over) {
    using namespace std::chrono;
    CHECK(wrapup::wait_for(handle, 0s) == over);
    CHECK(wrapup::wait_for(handle, -1s) == over);
    CHECK(wrapup::wait_for(handle, nanoseconds::min()) == over);
    CHECK(wrapup::wait_for(handle, hours::min()) == over);
    CHECK(wrapup::wait_for(handle, duration<double>(-std::numeric_limits<double>::infinity())) == over);
    CHECK(wrapup::wait_for(handle, duration<double>(std::numeric_limits<double>::quiet_NaN())) == over);
    CHECK(wrapup::wait_until(handle, steady_clock::time_point::min()) == over);
    CHECK(wrapup::wait_until(handle, system_clock::time_point::min()) == over);
    CHECK(wrapup::wait_until(handle, time_point<system_clock, hours>::min()) == over);
    CHECK(wrapup::wait_until(handle, steady_clock::now() - 1h) == over);
    CHECK(wrapup::wait_until(handle, system_clock::now() - 1h) == over);
}

// Every time-out that means "for ever", on a session that somebody ends meanwhile.
template <class Wait>
void check_for_ever(Wait wait) {
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange);
    std::thread other([&] {
        std::this_thread::sleep_for(2ms);
        exchange.hang_up(call.id(), 1);
    });
    CHECK(wait(call));
    CHECK(call.termination());
    other.join();
}

} // namespace

TEST_CASE("wait_for: nothing, less than nothing and not a number are a look", "[wait]") {
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange);
    auto simulated = Simulated::open(exchange);
    check_looks(call, false);
    check_looks(Monitor{call}, false);
    check_looks(simulated, false);
    call.drop();
    simulated.drop();
    check_looks(call, true);
    check_looks(Monitor{call}, true);
    check_looks(simulated, true);
}

TEST_CASE("wait_for: what is too long for the clock is for ever", "[wait]") {
    using namespace std::chrono;
    check_for_ever([](auto& call) { return wrapup::wait_for(call, nanoseconds::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_for(call, hours::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_for(call, duration<double>(1e300)); });
    check_for_ever(
        [](auto& call) { return wrapup::wait_for(call, duration<float>(std::numeric_limits<float>::infinity())); });
    check_for_ever([](auto& call) { return wrapup::wait_until(call, steady_clock::time_point::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_until(call, system_clock::time_point::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_until(call, time_point<steady_clock, hours>::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_until(call, time_point<system_clock, hours>::max()); });
    check_for_ever([](auto& call) {
        wrapup::wait(call);
        return true;
    });
}

TEST_CASE("wait_for: it waits no less than it was asked to, and says that the session is not over", "[wait]") {
    using namespace std::chrono;
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange, Behaviour{.confirmation = Confirmation::never});
    call.drop();
    const auto steady = steady_clock::now();
    CHECK_FALSE(wrapup::wait_for(call, 10ms));
    CHECK_FALSE(wrapup::wait_for(call, duration<double>(0.01)));
    CHECK_FALSE(wrapup::wait_until(call, steady_clock::now() + 10ms));
    CHECK_FALSE(wrapup::wait_until(call, system_clock::now() + 10ms));
    CHECK(steady_clock::now() - steady >= 40ms);
    call.abort();
}

TEST_CASE("wait_for: a simulated time-out takes no time, and a confirmation after it does not count",
          "[wait][simulator]") {
    Exchange exchange;
    auto call = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 30s});
    call.drop();
    const auto began = std::chrono::steady_clock::now();
    CHECK_FALSE(wrapup::wait_for(call, 29s));
    CHECK(exchange.now() == Clock::time_point(29s));
    CHECK(wrapup::wait_for(call, 1h));
    CHECK(exchange.now() == Clock::time_point(30s));
    CHECK(std::chrono::steady_clock::now() - began < 10s);

    auto until = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 30s});
    until.drop();
    CHECK_FALSE(wrapup::wait_until(until, Clock::time_point(59s)));
    CHECK(wrapup::wait_until(until, Clock::time_point(60s)));
}

TEST_CASE("wait_until: by another clock than the simulator's, the simulator's moves by what is left",
          "[wait][simulator]") {
    Exchange exchange;
    auto call = Simulated::open(exchange);
    const auto began = std::chrono::steady_clock::now();
    CHECK_FALSE(wrapup::wait_until(call, std::chrono::system_clock::now() + 1h));
    CHECK_FALSE(wrapup::wait_until(call, std::chrono::steady_clock::now() + 1h));
    CHECK(exchange.now() > Clock::time_point(119min));
    CHECK(exchange.now() <= Clock::time_point(2h));
    CHECK(std::chrono::steady_clock::now() - began < 30s);
}

TEST_CASE("wait: an empty handle is not waited for, and a released one until it is over", "[wait][release]") {
    wrapup::wait(Session<Crowd>());
    CHECK(wrapup::wait_for(Monitor<Crowd>(), 1h));
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange, Behaviour{.confirmation = Confirmation::when_told});
    const auto id = call.id();
    call.release();
    CHECK_FALSE(wrapup::wait_for(call, 1ms));
    exchange.confirm(id);
    CHECK(wrapup::wait_for(call, 1h));
    CHECK(call.termination()->abandoned);
}

TEST_CASE("wait: many threads wait for one session", "[wait][threads]") {
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange);
    std::vector<std::thread> threads;
    std::atomic<int> woken{0};
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&, i] {
            if (i % 2) wrapup::wait(call);
            else if (!wrapup::wait_for(call, 1h)) return;
            woken += call.termination() != nullptr;
        });
    }
    std::this_thread::sleep_for(5ms);
    exchange.hang_up(call.id(), 1);
    for (auto& thread : threads) thread.join();
    CHECK(woken == 16);
}

TEST_CASE("wait: the simulator waits for what another thread does where nothing is due", "[wait][simulator][threads]") {
    Exchange exchange;
    auto call = Simulated::open(exchange);
    std::thread other([&] {
        std::this_thread::sleep_for(5ms);
        exchange.hang_up(call.id(), 1);
    });
    wrapup::wait(call);
    CHECK(call.termination()->origin == wrapup::Origin::remote);
    other.join();
}
