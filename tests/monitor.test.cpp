// SPDX-License-Identifier: BSL-1.0
#include <wrapup/monitor.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "support/scripted.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using wrapup::Controller;
using wrapup::errc;
using wrapup::Lease;
using wrapup::Monitor;
using wrapup::Origin;
using wrapup::Phase;
using wrapup::Session;
using wrapup::TerminationCallback;
using Call = Session<Scripted>;

TEST_CASE("Monitor: it looks, and outlives the session and its notifier", "[monitor]") {
    Script script;
    std::optional<Call> call(std::in_place, script.begin(1), script);
    Monitor monitor{*call};
    const auto copy = monitor;
    monitor = {};
    CHECK(monitor.phase() == Phase::released);
    CHECK(copy.phase() == Phase::active);
    CHECK(copy.query(&Scripted::is_alive));
    CHECK(copy.query<&Scripted::is_alive>());
    std::error_code error = refusal;
    CHECK(copy.try_query(error, &Scripted::is_alive));
    CHECK_FALSE(error);
    script.notifier().terminated(Origin::remote, "hung up");
    call.reset();
    script.notifier() = {};
    CHECK(script.alive() == 0);
    CHECK(copy.phase() == Phase::released);
    CHECK(*copy.termination()->cause == "hung up");
    CHECK(*copy.termination()->statistics == 100);
    CHECK_FALSE(copy.try_query(error, &Scripted::is_alive));
    CHECK(error == errc::released);
    CHECK_THROWS_AS(copy.query(&Scripted::is_alive), std::system_error);
}

TEST_CASE("Monitor: one of an empty session monitors nothing", "[monitor][empty]") {
    const Monitor<Scripted> none;
    const Monitor of_empty{Call()};
    for (const auto& monitor : {none, of_empty}) {
        CHECK(monitor.phase() == Phase::released);
        CHECK_FALSE(monitor.termination());
        std::error_code error;
        CHECK_FALSE(monitor.lease(error));
        CHECK(error == errc::released);
        CHECK(wrapup::wait_for(monitor, 1h));
    }
    const Controller<Scripted> nobody;
    CHECK(nobody.drop() == errc::released);
    CHECK(nobody.disconnect("nobody") == errc::released);
    CHECK(nobody.abort() == errc::released);
}

TEST_CASE("Monitor and Controller: copying and moving, full and empty, onto full and empty, and onto themselves",
          "[monitor][controller][move]") {
    Script script;
    Call one(script.begin(1), script), two(script.begin(2), script);
    const auto id = [](const auto& handle) { return handle.query([](int asked) { return asked; }); };
    const auto check = [&](auto a, auto b) {
        using Handle = decltype(a);
        CHECK(id(a) == 1);
        auto& self = a;
        a = self;
        CHECK(id(a) == 1);
        a = std::move(self);
        CHECK(id(a) == 1);
        Handle c = std::move(a);
        CHECK(a.phase() == Phase::released); // empty
        std::error_code error;
        CHECK_FALSE(a.lease(error));
        CHECK(error == errc::released);
        CHECK_THROWS_AS(id(a), std::system_error);
        a = std::move(b); // full onto empty
        CHECK(id(a) == 2);
        a = c; // full onto full
        CHECK(id(a) == 1);
        a = std::move(b); // empty onto full
        b = std::move(a); // empty onto empty
        a = std::move(a);
        CHECK(a.phase() == Phase::released);
        CHECK(b.phase() == Phase::released);
        CHECK(id(c) == 1);
    };
    check(Monitor{one}, Monitor{two});
    check(Controller{one}, Controller{two});
    auto controller = Controller{one};
    const auto moved = std::move(controller);
    CHECK(controller.drop() == errc::released);
    CHECK(controller.disconnect("nobody") == errc::released);
    CHECK(controller.abort() == errc::released);
    CHECK_FALSE(moved.drop());
    script.notifier() = {};
}

TEST_CASE("Controller: it ends the session for somebody else, and is a monitor", "[controller]") {
    Script script;
    Call call(script.begin(1), script);
    const Controller controller{call};
    CHECK_FALSE(wrapup::wait_for(controller, 0s));
    int ran = 0;
    const TerminationCallback callback{controller, [&] { ++ran; }};
    SECTION("drop") {
        CHECK_FALSE(controller.drop());
        script.notifier().terminated();
        CHECK(call.termination()->origin == Origin::user);
    }
    SECTION("disconnect") {
        CHECK_FALSE(controller.disconnect("maintenance"));
        script.notifier().terminated();
        CHECK(call.termination()->origin == Origin::application);
        CHECK(*call.termination()->reason == "maintenance");
    }
    SECTION("abort") {
        CHECK_FALSE(controller.abort());
        script.notifier().terminated();
        CHECK(call.termination()->origin == Origin::user);
    }
    wrapup::wait(controller);
    CHECK(ran == 1);
    Monitor<Scripted> monitor;
    monitor = controller;
    CHECK(monitor.termination() == call.termination());
    call.release();
    CHECK(controller.drop() == errc::released);
    CHECK(controller.abort() == errc::released);
}

TEST_CASE("Lease: moving it, full and empty, onto full and empty, and onto itself", "[lease][move]") {
    Script script;
    script.on_drop = [&](int id) {
        script.notifier(id).terminated();
        return std::error_code();
    };
    std::error_code error;
    const auto lease_of = [&](Call& call) { return Monitor{call}.lease(error); };
    Call one(script.begin(1), script), two(script.begin(2), script);
    auto a = lease_of(one), b = lease_of(two);
    one.release();
    two.release();
    CHECK(script.outstanding() == std::vector{1, 2});
    auto c = std::move(a);
    CHECK_FALSE(a);
    CHECK(c.id() == 1);
    auto& self = c;
    c = std::move(self);
    CHECK(c.id() == 1);
    b = std::move(c); // returns the second's
    CHECK(script.outstanding() == std::vector{1});
    CHECK(b.id() == 1);
    b = Lease<Scripted>();
    CHECK(script.alive() == 0);
    a = std::move(c);
    CHECK_FALSE(a);
    a = std::move(a);
    CHECK_FALSE(a);
}

TEST_CASE("Lease: there are as many as the control block can count, one more is an error, and verbs want none",
          "[lease]") {
    Script script;
    Call call(script.begin(1), script);
    const Monitor monitor{call};
    std::error_code error;
    std::vector<Lease<Scripted>> leases;
    for (;;) {
        auto lease = monitor.lease(error);
        if (!lease) break;
        leases.push_back(std::move(lease));
    }
    CHECK(error == errc::too_many_leases);
    CHECK(leases.size() == wrapup::detail::NativeBackend::max_leases);
    CHECK_THROWS_AS(call.query(&Scripted::is_alive), std::system_error);
    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.abort());
    script.notifier().terminated();
    call.release();
    CHECK(script.alive() == 1);
    // The last one to go deallocates, whichever it is: not the one before it, and once.
    std::rotate(leases.begin(), leases.begin() + 100, leases.end());
    while (leases.size() > 1) leases.pop_back();
    CHECK(script.alive() == 1);
    CHECK(leases.back().id() == 1);
    leases.clear();
    CHECK(script.alive() == 0);
    const Calls calls = script.calls();
    CHECK(std::count(calls.begin(), calls.end(), "deallocate 1") == 1);
    CHECK_FALSE(monitor.lease(error));
    CHECK(error == errc::released);
}

TEST_CASE("Lease: one that is returned at the limit makes room for one", "[lease][limits]") {
    Script script;
    Call call(script.begin(1), script);
    const Monitor monitor{call};
    std::error_code error;
    std::vector<Lease<Scripted>> leases;
    while (auto lease = monitor.lease(error)) leases.push_back(std::move(lease));
    for (int twice = 0; twice < 2; ++twice) {
        leases.pop_back();
        leases.push_back(monitor.lease(error));
        CHECK_FALSE(error);
        CHECK_FALSE(monitor.lease(error));
        CHECK(error == errc::too_many_leases);
    }
    script.notifier() = {};
}

TEST_CASE("Controller: an abort after the first, while the end is under way, and after the release",
          "[controller][abort]") {
    Script script;
    Call call(script.begin(1), script);
    const Controller controller{call};
    CHECK_FALSE(controller.abort());
    CHECK_FALSE(controller.abort());
    script.notifier().terminated();
    CHECK_FALSE(controller.abort());
    call.release();
    CHECK(controller.abort() == errc::released);
    CHECK(script.alive() == 0);
}
