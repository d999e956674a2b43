// SPDX-License-Identifier: BSL-1.0
// The rules that a provider of TAPI 3 obeys, 33 to 42: a test each, named after its number.
#include <wrapup/monitor.hpp>
#include <wrapup/termination_callback.hpp>

#include "tapi3/desk.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using namespace tapi3_double;
using tapi3::CallState;
using tapi3::DisconnectCause;
using tapi3::DisconnectCode;
using tapi3::Error;
using tapi3::Provider;
using wrapup::Origin;
using wrapup::Phase;

namespace {

Script returning(Error error) {
    Script script;
    script.returns = static_cast<HResult>(error);
    return script;
}

Script returning_false() {
    Script script;
    script.returns = abi::s_false;
    return script;
}

Script blocking(Script script = {}) {
    script.blocks = true;
    return script;
}

// Where a thread is kept until it is let go on.
struct Gate {
    std::atomic<bool> held{false}, open{false};
    void pass() {
        held = true;
        while (!open) std::this_thread::sleep_for(1ms);
    }
    [[nodiscard]] bool is_held() const {
        return Tapi3Desk::eventually([this] { return held.load(); });
    }
};

// A call that is adopted on a thread of its own, which is kept between TAPI's knowing the call's state and saying it.
struct KeptAdoption {
    Gate gate;
    std::atomic<bool> armed{true};
    Tapi3Desk desk;
    Provider provider{desk.telephony()};
    abi::ITBasicCallControl* const object = desk.exchange().make();
    std::optional<Tapi3Session> call;
    std::thread thread{[this] {
        std::error_code error;
        const auto id = provider.adopt(error, object);
        call.emplace(id, provider);
    }};

    explicit KeptAdoption(const tapi3::Options& options = Tapi3Desk::fast())
        : desk(options, [this](Exchange& exchange) {
              exchange.on_state_read = [this] {
                  if (armed.exchange(false)) gate.pass();
              };
          }) {
        CHECK(gate.is_held());
    }
    Tapi3Session finish() {
        gate.open = true;
        thread.join();
        Exchange::release(object);
        return std::move(*call);
    }
};

// Whether a verb returns, and succeeds, while everything else stands still, as it does until `goes_on`.
template <class Verb, class GoesOn>
bool returns(Verb verb, GoesOn goes_on) {
    std::atomic<bool> back{false};
    bool succeeded = false;
    std::thread thread([&] {
        succeeded = verb();
        back = true;
    });
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!back && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
    const bool in_time = back;
    goes_on();
    thread.join();
    return in_time && succeeded;
}

} // namespace

TEST_CASE("tapi3: a call is made, dropped, and over when the event says so", "[tapi3]") {
    Tapi3Desk desk(Tapi3Desk::unhurried());
    auto call = desk.dial();
    CHECK(!call.drop());
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::user);
    REQUIRE(call.termination()->cause);
    CHECK(call.termination()->cause->disconnected == DisconnectCause::normal);
    CHECK(call.query(&Provider::state) == CallState::disconnected);
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.telephony().outstanding().empty(); }));
    CHECK(desk.exchange().books().disconnects == 1);
}

TEST_CASE("tapi3: a call that comes in is offered as a session, and answered", "[tapi3]") {
    Tapi3Desk desk;
    auto call = desk.take();
    CHECK(call.query(&Provider::privilege) == tapi3::Privilege::owner);
    CHECK(!call.query(&Provider::answer));
    CHECK(Tapi3Desk::eventually([&] { return Tapi3Desk::state(call) == CallState::connected; }));
    desk.exchange().hangs_up(desk.number());
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(call.termination()->statistics->connected.has_value());
}

TEST_CASE("tapi3: TAPI is told what was asked for", "[tapi3]") {
    for (const bool monitors : {false, true}) {
        auto options = Tapi3Desk::fast();
        options.address = monitors ? 1 : 0;
        options.media_types = 0x28;
        options.monitors = monitors;
        Tapi3Desk desk(options);
        const auto registration = desk.exchange().registration();
        CHECK(registration.address == static_cast<int>(options.address));
        CHECK(registration.monitors == monitors);
        CHECK(registration.owner);
        CHECK(registration.media_types == 0x28);
        auto call = Tapi3Session::open(desk.telephony(), "B\xC3\xBCro 5");
        const auto made = desk.exchange().made(1);
        CHECK(made.destination == u"B\u00FCro 5");
        CHECK(made.address_type == 1); // LINEADDRESSTYPE_PHONENUMBER
        CHECK(made.media_types == 0x28);
        CHECK(made.address == static_cast<int>(options.address));
        CHECK(!made.connects_synchronously);
    }
}

TEST_CASE("tapi3: the other party is told why", "[tapi3]") {
    Tapi3Desk desk;
    int number = 0;
    for (const auto code : {DisconnectCode::normal, DisconnectCode::no_answer, DisconnectCode::rejected}) {
        auto call = desk.dial();
        CHECK(!call.disconnect(code));
        REQUIRE(Tapi3Desk::over(call));
        CHECK(desk.exchange().code_of(++number) == static_cast<Long>(code));
    }
    {
        auto call = desk.dial();
        CHECK(!call.drop());
        REQUIRE(Tapi3Desk::over(call));
    }
    CHECK(desk.exchange().code_of(++number) == 0);
    desk.dial().release();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().code_of(number + 1) == 0; }));
    CHECK(static_cast<Long>(DisconnectCode::no_answer) == 1); // DC_NOANSWER
    CHECK(static_cast<Long>(DisconnectCode::rejected) == 2);  // DC_REJECTED
}

TEST_CASE("tapi3: a call that is over before Connect returns is heard of", "[tapi3]") {
    std::atomic<bool> heard{false};
    auto options = Tapi3Desk::fast();
    options.on_state = [&](tapi3::Call, CallState state) { heard = state == CallState::disconnected; };
    Tapi3Desk desk(options, [&](Exchange& exchange) {
        exchange.on_connect = [&](int number) {
            exchange.hangs_up(number, 3);
            CHECK(Tapi3Desk::eventually([&] { return heard.load(); }));
        };
    });
    auto call = Tapi3Session::open(desk.telephony(), "100");
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->cause->disconnected == DisconnectCause::bad_address);
}

TEST_CASE("rule 33: S_FALSE of Disconnect is not success", "[tapi3][rule 33]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    Script script;
    script.returns = wrapup::tapi3::abi::s_false;
    desk.exchange().next(script);
    CHECK(!call.drop());
    CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
    CHECK(!call.termination());
    CHECK(!call.drop()); // once more, and it succeeds
    CHECK(Tapi3Desk::over(call));
}

TEST_CASE("rule 33: TAPI_E_TIMEOUT is not the end, and the call can be dropped again", "[tapi3][rule 33]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    desk.exchange().next(returning(Error::timeout));
    CHECK(!call.drop());
    CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
    CHECK(!call.drop());
    CHECK(Tapi3Desk::over(call));
    CHECK(desk.exchange().books().disconnects == 2);
}

TEST_CASE("rule 33: another error is a refusal, and who waits hears of it", "[tapi3][rule 33]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    desk.exchange().next(returning(Error::operation_failed));
    CHECK(!call.disconnect(DisconnectCode::rejected));
    CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
    desk.exchange().hangs_up(desk.number(), 6);
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(call.termination()->cause->disconnected == DisconnectCause::rejected);
}

TEST_CASE("rule 33: a Disconnect that comes after the end answers what it likes", "[tapi3][rule 33]") {
    for (const Error error : {Error::invalid_call_state, Error::operation_failed, Error::dropped}) {
        Tapi3Desk desk;
        auto call = desk.dial();
        desk.exchange().set_state(desk.number(), wrapup::tapi3::abi::cs_disconnected, 0, false); // its event is missed
        desk.exchange().settle();
        desk.exchange().next(returning(error));
        CHECK(!call.drop());
        REQUIRE(Tapi3Desk::over(call));
        CHECK(call.termination()->cause->disconnected == DisconnectCause::unknown);
    }
}

TEST_CASE("rule 33: whose end it was is known when Disconnect returns", "[tapi3][rule 33][rule 36]") {
    struct Answer {
        HResult returns;
        Origin origin;
        int last_cause; // of an end that came before it
    };
    const Answer answers[] = {{abi::s_false, Origin::remote, 6},
                              {static_cast<HResult>(Error::invalid_call_state), Origin::remote, 2},
                              {static_cast<HResult>(Error::timeout), Origin::user, 6},
                              {abi::s_ok, Origin::user, 1}};
    for (const Answer& answer : answers) {
        auto options = Tapi3Desk::fast();
        options.patience = 10s;
        std::atomic<int> told{0};
        options.on_state = [&](tapi3::Call, CallState state) { told += state == CallState::disconnected; };
        Tapi3Desk desk(options);
        auto call = desk.dial();
        Script script = blocking();
        script.returns = answer.returns;
        desk.exchange().next(script);
        CHECK(!call.drop());
        REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
        desk.exchange().hangs_up(desk.number(), answer.last_cause);
        desk.exchange().tell(desk.number(), abi::cs_disconnected, 7); // once more
        REQUIRE(Tapi3Desk::eventually([&] { return told > 0; }));
        CHECK(Tapi3Desk::state(call) == CallState::disconnected);
        CHECK(!call.termination());
        desk.exchange().unblock();
        REQUIRE(Tapi3Desk::over(call));
        CHECK((call.termination()->origin == answer.origin ||
               (answer.origin == Origin::remote && call.termination()->contested)));
        CHECK(call.termination()->contested == (answer.origin == Origin::remote));
        CHECK(static_cast<int>(call.termination()->cause->disconnected) == answer.last_cause);
        desk.exchange().settle();
        CHECK(told == 1);
        CHECK(desk.exchange().books().disconnects == 1);
    }
}

TEST_CASE("rule 33: where the call does not say its state either, it is not taken for over", "[tapi3][rule 33]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    desk.exchange().next(returning(Error::operation_failed));
    desk.exchange().next_states_fail(1);
    CHECK(!call.drop());
    CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
    CHECK(desk.exchange().failing_states() == 0);
    CHECK(!call.drop());
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::user);
    CHECK(!call.termination()->contested);
}

TEST_CASE("rule 33: and where it does not return, soon", "[tapi3][rule 33][rule 34]") {
    for (const bool closes : {false, true}) {
        auto options = Tapi3Desk::fast();
        if (closes) options.patience = 10s;
        Tapi3Desk desk(options);
        auto call = desk.dial();
        desk.exchange().next(blocking());
        CHECK(!call.drop());
        CHECK(!call.abort());
        REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
        desk.exchange().hangs_up(desk.number(), 3);
        desk.exchange().settle();
        std::thread closing([&] {
            if (closes) desk.close();
        });
        REQUIRE(Tapi3Desk::over(call));
        CHECK(call.termination()->origin == Origin::user);
        CHECK(call.termination()->cause->disconnected == DisconnectCause::bad_address);
        desk.exchange().unblock();
        closing.join();
        CHECK(desk.exchange().books().disconnects == 1); // it is over, and nothing is aborted
    }
}

TEST_CASE("rule 33: a second Disconnect that finds the work of the first does not make it another's",
          "[tapi3][rule 33][rule 36]") {
    Tapi3Desk desk(Tapi3Desk::unhurried());
    auto call = desk.dial();
    Script silent;
    silent.when = When::before_return;
    silent.tells = false;
    desk.exchange().next(silent);
    CHECK(!call.drop());
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().state_of(desk.number()) == abi::cs_disconnected; }));
    std::this_thread::sleep_for(20ms);
    CHECK(!call.abort());
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 2; }));
    desk.exchange().tell(desk.number(), abi::cs_disconnected, 1);
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::user);
    CHECK(!call.termination()->contested);
}

TEST_CASE("rule 33: nor does it make ours what another had done before the first", "[tapi3][rule 33][rule 36]") {
    Tapi3Desk desk(Tapi3Desk::unhurried());
    auto call = desk.dial();
    desk.exchange().set_state(desk.number(), abi::cs_disconnected, 1, false);
    desk.exchange().settle();
    CHECK(!call.drop());
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    std::this_thread::sleep_for(20ms);
    CHECK(!call.abort());
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 2; }));
    desk.exchange().tell(desk.number(), abi::cs_disconnected, 1);
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->contested);
    CHECK(desk.exchange().books().disconnects_after_the_end == 2);
}

TEST_CASE("rule 33: an abort that is refused leaves the drop that was accepted", "[tapi3][rule 33]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    const int number = desk.number();
    Script script;
    script.when = When::on_release;
    desk.exchange().next(script);
    CHECK(!call.drop());
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    std::this_thread::sleep_for(20ms);
    auto busy = desk.keep_all_workers();
    CHECK(!call.abort()); // and there is nobody to do it
    desk.exchange().release_pending();
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::user);
    CHECK(!call.termination()->contested);
    desk.exchange().unblock();
    for (auto& other : busy) CHECK(Tapi3Desk::over(other));
    CHECK(desk.exchange().state_of(number) == abi::cs_disconnected);
}

TEST_CASE("rule 34: a Disconnect that blocks keeps nobody waiting", "[tapi3][rule 34]") {
    Tapi3Desk desk;
    auto blocked = desk.dial();
    const int first = desk.number();
    auto other = desk.dial();
    Script script;
    script.blocks = true;
    desk.exchange().next(script);
    CHECK(!blocked.drop());
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    CHECK(!blocked.termination());
    CHECK(!blocked.drop()); // the same request
    CHECK(blocked.query(&Provider::call_info));
    CHECK(!other.drop());
    CHECK(Tapi3Desk::over(other));
    CHECK(desk.exchange().state_of(first) == wrapup::tapi3::abi::cs_connected);
    desk.exchange().unblock();
    CHECK(Tapi3Desk::over(blocked));
    CHECK(desk.exchange().books().disconnects == 2);
}

TEST_CASE("rule 34: a drop from where events are handled is not made there", "[tapi3][rule 34]") {
    auto options = Tapi3Desk::fast();
    std::atomic<bool> answered{false};
    std::atomic<std::thread::id> handling{};
    options.on_call = [&](Tapi3Session call) {
        handling = std::this_thread::get_id();
        CHECK(!call.disconnect(DisconnectCode::rejected));
        answered = true;
        call.release();
    };
    Tapi3Desk desk(options);
    desk.exchange().offer();
    CHECK(Tapi3Desk::eventually([&] { return answered && desk.telephony().outstanding().empty(); }));
    CHECK(desk.exchange().books().disconnects == 1);
    CHECK(!desk.exchange().disconnects_on(handling));
}

TEST_CASE("rule 34: a drop that finds the call over waits for no thread", "[tapi3][rule 34]") {
    for (const bool aborts : {false, true}) {
        auto options = Tapi3Desk::fast();
        std::atomic<bool> held{false}, go_on{false};
        options.on_state = [&](tapi3::Call, CallState state) {
            held = state == CallState::disconnected;
            while (held && !go_on) std::this_thread::sleep_for(1ms);
        };
        Tapi3Desk desk(options);
        desk.exchange().set_number(15, 77);
        auto call = desk.dial();
        const int number = desk.number();
        auto busy = desk.keep_all_workers();
        desk.exchange().hangs_up(number);
        REQUIRE(Tapi3Desk::eventually([&] { return held.load(); })); // and nobody has been told of the end
        CHECK(returns([&] { return !(aborts ? call.abort() : call.drop()) && call.termination() != nullptr; },
                      [&] {
                          go_on = true;
                          desk.exchange().unblock();
                      }));
        REQUIRE(Tapi3Desk::over(call));
        CHECK(call.termination()->origin == Origin::remote);
        REQUIRE(call.termination()->statistics->info);
        CHECK(call.termination()->statistics->info->call_id == 77u);
    }
}

TEST_CASE("rule 34: nor does leaving a call that is only looked at", "[tapi3][rule 34]") {
    for (const bool releases : {false, true}) {
        auto options = Tapi3Desk::fast();
        options.monitors = true;
        Tapi3Desk desk(options);
        desk.exchange().set_number(15, 77);
        auto call = desk.take(abi::cp_monitor);
        const wrapup::Monitor<Provider> monitor(call);
        auto busy = desk.keep_all_workers();
        const auto leave = [&] {
            if (!releases) return !call.abort() && !call.abort();
            call.release();
            return true;
        };
        CHECK(returns(leave, [&] { desk.exchange().unblock(); }));
        REQUIRE(Tapi3Desk::eventually([&] { return monitor.termination() != nullptr; }));
        CHECK(monitor.termination()->statistics->info->call_id == 77u);
        CHECK(desk.exchange().books().disconnects == static_cast<int>(busy.size()));
    }
}

TEST_CASE("rule 35: the object is held until a late event, and the cause is that of the event", "[tapi3][rule 35]") {
    auto options = Tapi3Desk::fast();
    options.patience = 10s;
    Tapi3Desk desk(options);
    auto call = desk.dial();
    Script script;
    script.when = When::on_release;
    desk.exchange().next(script);
    CHECK(!call.drop());
    const wrapup::Monitor<Provider> monitor(call);
    call.release(); // given up, and still held
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    CHECK(desk.exchange().books().held == 1);
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().release_pending() > 0; }));
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
    REQUIRE(monitor.termination());
    CHECK(monitor.termination()->cause->disconnected == DisconnectCause::normal);
}

TEST_CASE("rule 35: where the event is missed the call is asked, and its cause is unknown",
          "[tapi3][rule 35][rule 42]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    Script script;
    script.tells = false;
    desk.exchange().next(script);
    CHECK(!call.drop());
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::user);
    CHECK(call.termination()->cause->disconnected == DisconnectCause::unknown);
}

TEST_CASE("rule 35: an event that has come in time is not missed because others are handled first",
          "[tapi3][rule 35]") {
    auto options = Tapi3Desk::fast();
    Gate gate;
    options.on_state = [&](tapi3::Call, CallState state) {
        if (state == CallState::hold) gate.pass();
    };
    Tapi3Desk desk(options);
    auto call = desk.dial();
    const int number = desk.number();
    auto other = desk.dial();
    desk.exchange().set_state(desk.number(), abi::cs_hold);
    REQUIRE(gate.is_held());
    Script script = blocking();
    script.ends = false;
    desk.exchange().next(script);
    CHECK(!call.drop());
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    desk.exchange().hangs_up(number, 4);
    desk.exchange().settle();
    desk.exchange().unblock();          // from when on the event is waited for
    std::this_thread::sleep_for(200ms); // the handler takes longer than an event is waited for
    gate.open = true;
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->cause->disconnected == DisconnectCause::no_answer);
}

TEST_CASE("rule 35: an event is waited for where the call is asked just when it has ended", "[tapi3][rule 35]") {
    Tapi3Desk desk(Tapi3Desk::fast(), [](Exchange& exchange) {
        exchange.on_state_read = [&exchange] {
            if (exchange.state_of(1) == abi::cs_disconnected) exchange.tell(1, abi::cs_disconnected, 2);
        };
    });
    auto call = desk.take(); // an event of which may have been lost before it was known
    REQUIRE(desk.number() == 1);
    desk.exchange().set_state(1, abi::cs_disconnected, 2, false);
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(call.termination()->cause->disconnected == DisconnectCause::busy);
}

TEST_CASE("rule 35: a call that never ends is held until the service goes", "[tapi3][rule 35]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    Script script;
    script.ends = false;
    desk.exchange().usually(script);
    CHECK(!call.drop());
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    std::this_thread::sleep_for(200ms); // it has been asked by now
    CHECK(desk.telephony().outstanding().size() == 1);
    desk.close();
    CHECK(desk.exchange().books().held == 0);
}

TEST_CASE("rule 35: an event that says nothing is one that was missed", "[tapi3][rule 35]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    const int number = desk.number();
    desk.exchange().settle();
    desk.exchange().next_events_fail(3);
    desk.exchange().hangs_up(number);
    desk.exchange().offer(); // of which two events tell
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().failing_events() == 0; }));
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->cause->disconnected == DisconnectCause::unknown);
    CHECK(Tapi3Desk::eventually([&] { return desk.next().has_value(); })); // and given back at once
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 1; }));
}

TEST_CASE("rule 35: and what is asked for instead is asked for until it is answered", "[tapi3][rule 35]") {
    auto options = Tapi3Desk::fast();
    options.monitors = true;
    Tapi3Desk desk(options);
    auto* const others = desk.exchange().make(); // which is answered
    const int others_number = desk.number();
    auto call = desk.dial();
    desk.exchange().settle();
    desk.exchange().next_enumerations_fail(1);
    desk.exchange().next_events_fail(3);
    desk.exchange().hangs_up(desk.number());
    desk.exchange().offer(abi::cp_monitor); // of which two events tell
    REQUIRE(Tapi3Desk::over(call));
    std::optional<Tapi3Session> found;
    REQUIRE(Tapi3Desk::eventually([&] { return (found = desk.next()).has_value(); }));
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().failing_events() == 0; }));
    CHECK(desk.exchange().failing_enumerations() == 0);
    CHECK(found->query(&Provider::privilege) == tapi3::Privilege::monitor);
    CHECK(Tapi3Desk::state(*found) == CallState::offering);
    CHECK(!desk.next());
    CHECK(desk.telephony().outstanding().size() == 2);
    desk.exchange().hangs_up(others_number);
    desk.exchange().settle();
    Exchange::release(others);
}

TEST_CASE("rule 35: so is the state of a call", "[tapi3][rule 35]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    desk.exchange().settle();
    desk.exchange().next_states_fail(2);
    desk.exchange().next_events_fail(1);
    desk.exchange().hangs_up(desk.number());
    REQUIRE(Tapi3Desk::over(call));
    CHECK(desk.exchange().failing_states() == 0);
}

TEST_CASE("rule 36: what the other party has ended is not disconnected", "[tapi3][rule 36]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    desk.exchange().hangs_up(desk.number(), 2);
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(call.termination()->cause->disconnected == DisconnectCause::busy);
    CHECK(!call.drop());
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
    CHECK(desk.exchange().books().disconnects == 0);
}

TEST_CASE("rule 36: nor is what has ended before there was a thread to disconnect it", "[tapi3][rule 36]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    const int number = desk.number();
    auto busy = desk.keep_all_workers();
    CHECK(!call.drop()); // and there is nobody to do it
    desk.exchange().hangs_up(number);
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->contested); // it had been asked for, and was not our doing
    desk.exchange().unblock();
    for (auto& other : busy) CHECK(Tapi3Desk::over(other));
    CHECK(desk.exchange().books().disconnects == static_cast<int>(busy.size()));
}

TEST_CASE("rule 36: what is said after the end is not heard", "[tapi3][rule 36]") {
    Tapi3Desk desk;
    auto call = Tapi3Session::open(desk.telephony(), "100");
    desk.exchange().hangs_up(desk.number());
    desk.exchange().tell(desk.number(), abi::cs_connected, 0);
    REQUIRE(Tapi3Desk::over(call));
    desk.exchange().settle();
    desk.exchange().tell(desk.number(), abi::cs_connected, 0);
    desk.exchange().settle();
    auto other = desk.dial(); // so that has been handled
    CHECK(call.query(&Provider::state) == CallState::disconnected);
    CHECK(!call.query(&Provider::snapshot).connected);
    CHECK(!other.drop());
    CHECK(Tapi3Desk::over(other));
}

TEST_CASE("rule 36: idle is before a call, not its end", "[tapi3][rule 36]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    desk.exchange().tell(desk.number(), wrapup::tapi3::abi::cs_idle, 0);
    CHECK(Tapi3Desk::eventually([&] { return Tapi3Desk::state(call) == CallState::idle; }));
    CHECK(call.phase() == Phase::active);
    CHECK(!call.drop());
    CHECK(Tapi3Desk::over(call));
}

TEST_CASE("rule 37: nothing is left, whatever fails at the beginning", "[tapi3][rule 37]") {
    for (int step = 0; step < 6; ++step) {
        INFO(step);
        Exchange exchange;
        Com com(exchange);
        exchange.fails_at(step, static_cast<HResult>(Error::operation_failed));
        tapi3::Options options;
        options.on_call = [](Tapi3Session) {};
        std::error_code why;
        try {
            const tapi3::Telephony telephony(com, options);
        } catch (const std::system_error& error) {
            why = error.code();
        }
        CHECK(why == Error::operation_failed);
        exchange.settle();
        CHECK(exchange.books().objects == 0);
        CHECK(exchange.books().apartments == 0);
        CHECK(exchange.books().shutdowns == (step > 1 ? 1 : 0));
        CHECK(exchange.violations().empty());
    }
}

TEST_CASE("rule 37: TAPI may have been initialized before, and shut down", "[tapi3][rule 37][rule 41]") {
    Tapi3Desk desk(Tapi3Desk::fast(), [](Exchange& exchange) {
        exchange.initialized = true;
        exchange.on_called = [&exchange](const char* method) {
            if (std::string_view(method) != "Shutdown") return;
            const std::lock_guard lock(exchange.mutex);
            exchange.initialized = false;
        };
    });
    auto call = desk.dial(); // Initialize was S_FALSE
    CHECK(!call.drop());
    CHECK(Tapi3Desk::over(call));
    desk.close(); // and Shutdown
    CHECK(desk.exchange().books().shutdowns == 1);
}

TEST_CASE("rule 37: a call that cannot be made leaves nothing", "[tapi3][rule 37]") {
    Tapi3Desk desk;
    std::error_code error;
    desk.exchange().create_returns(static_cast<HResult>(Error::invalid_address));
    static_cast<void>(Tapi3Session::open(error, desk.telephony(), "?"));
    CHECK(error == Error::invalid_address);
    desk.exchange().create_returns(wrapup::tapi3::abi::s_ok);
    desk.exchange().connect_returns(static_cast<HResult>(Error::call_unavailable));
    static_cast<void>(Tapi3Session::open(error, desk.telephony(), "100"));
    CHECK(error == Error::call_unavailable);
    CHECK(error == std::errc::resource_unavailable_try_again);
    CHECK(desk.exchange().books().held == 0);
    CHECK(desk.telephony().outstanding().empty());
}

TEST_CASE("rule 38: a call that is live is disconnected before it is let go", "[tapi3][rule 38]") {
    Tapi3Desk desk;
    { auto call = desk.dial(); }
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
    CHECK(desk.exchange().books().disconnects == 1);
}

TEST_CASE("rule 38: so it is where the first Disconnect is refused", "[tapi3][rule 38]") {
    auto options = Tapi3Desk::fast();
    options.grace = 10s;
    Tapi3Desk desk(options);
    auto call = desk.dial();
    desk.exchange().next(returning(Error::operation_failed));
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    desk.close();
    CHECK(desk.exchange().books().disconnects == 2);
    CHECK(desk.exchange().books().held == 0);
}

TEST_CASE("rule 38: and tried again until it is not", "[tapi3][rule 38]") {
    for (const bool aborted : {false, true}) {
        Tapi3Desk desk;
        auto call = desk.dial();
        const wrapup::Monitor<Provider> monitor(call);
        desk.exchange().next(returning(Error::resource_unavailable));
        desk.exchange().next(returning(Error::resource_unavailable));
        if (aborted) {
            CHECK(!call.drop());
            CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
            CHECK(!call.abort());
        } else call.release();
        REQUIRE(Tapi3Desk::eventually([&] { return monitor.termination() != nullptr; }));
        CHECK(monitor.termination()->origin == (aborted ? Origin::user : Origin::application));
        CHECK(!monitor.termination()->contested);
        call.release();
        CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
        CHECK(desk.exchange().books().disconnects == 3);
    }
}

TEST_CASE("rule 38: a call that TAPI has begun, and does not answer for, is disconnected", "[tapi3][rule 38]") {
    struct Failure {
        Error error;
        bool begins;
        int disconnects;
    };
    // After two minutes nobody knows what became of it; otherwise nothing did, or an event has said so.
    for (const auto& [error, begins, disconnects] :
         {Failure{Error::timeout, false, 1}, Failure{Error::timeout, true, 1},
          Failure{Error::call_unavailable, true, 1}, Failure{Error::call_unavailable, false, 0}}) {
        std::atomic<bool> heard{false};
        auto options = Tapi3Desk::fast();
        options.on_state = [&](tapi3::Call, CallState) { heard = true; };
        Tapi3Desk desk(options);
        Exchange& exchange = desk.exchange();
        exchange.connect_returns(static_cast<HResult>(error), begins);
        exchange.on_connect = [&](int) { CHECK(Tapi3Desk::eventually([&] { return heard.load(); })); };
        if (!begins) exchange.usually(returning_false());
        std::error_code why;
        CHECK(!Tapi3Session::open(why, desk.telephony(), "100"));
        CHECK(why == error);
        CHECK(Tapi3Desk::eventually([&] { return exchange.books().held == 0; }));
        CHECK(exchange.books().disconnects == disconnects);
    }
}

TEST_CASE("rule 39: the filter and the sink come before the registration, and events come from a foreign thread",
          "[tapi3][rule 39]") {
    Tapi3Desk desk;
    const auto log = desk.exchange().log();
    const auto at = [&](const char* what) { return std::find(log.begin(), log.end(), what) - log.begin(); };
    CHECK(at("put_EventFilter") < at("Advise"));
    CHECK(at("Advise") < at("RegisterCallNotifications"));
    CHECK((desk.exchange().filter & wrapup::tapi3::abi::te_callstate) != 0);
    auto call = desk.dial();
    std::atomic<std::thread::id> where{};
    const wrapup::TerminationCallback callback(call, [&]() noexcept { where = std::this_thread::get_id(); });
    desk.exchange().hangs_up(desk.number());
    CHECK(Tapi3Desk::eventually([&] { return where.load() != std::thread::id(); }));
    CHECK(where.load() != std::this_thread::get_id());
}

TEST_CASE("rule 40: a call is known by its identity, whatever pointer an event brings", "[tapi3][rule 40]") {
    Tapi3Desk desk;
    auto first = desk.dial();
    const int number = desk.number();
    auto second = desk.dial();
    CHECK(first.id() != second.id());
    desk.exchange().hangs_up(number);
    REQUIRE(Tapi3Desk::over(first));
    CHECK(!second.termination());
    CHECK(!second.drop());
    CHECK(Tapi3Desk::over(second));
}

TEST_CASE("rule 41: the end of the service ends its calls, in its order", "[tapi3][rule 41]") {
    auto desk = std::make_unique<Tapi3Desk>(Tapi3Desk::unhurried());
    auto live = desk->dial();
    auto over = desk->dial();
    desk->exchange().hangs_up(desk->number());
    REQUIRE(Tapi3Desk::over(over));
    desk->close();
    CHECK(live.termination()->origin == Origin::service);
    CHECK(live.termination()->cause->disconnected == DisconnectCause::normal);
    CHECK(live.phase() == Phase::released);
    CHECK(over.termination()->origin == Origin::remote);
    const auto log = desk->exchange().log();
    const auto at = [&](const char* what) { return std::find(log.begin(), log.end(), what) - log.begin(); };
    CHECK(at("UnregisterNotifications") < at("Disconnect"));
    CHECK(at("Disconnect") < at("Unadvise"));
    CHECK(at("Unadvise") < at("Shutdown"));
    desk->exchange().settle();
    CHECK(desk->exchange().books().objects == 0);
    CHECK(!live.drop()); // it is over
    std::error_code error;
    static_cast<void>(live.try_query(error, &Provider::call_info));
    CHECK(error);
}

TEST_CASE("rule 41: no call is made or adopted when the service goes, nor when it is gone", "[tapi3][rule 41]") {
    auto options = Tapi3Desk::fast();
    options.grace = 10s;
    Tapi3Desk desk(options);
    auto call = desk.dial();
    Gate creating;
    Provider provider(desk.telephony());
    auto* const object = desk.exchange().make();
    desk.exchange().on_called = [&](const char* method) {
        if (std::string_view(method) == "CreateCall") creating.pass();
    };
    std::error_code late;
    std::thread opening([&] { static_cast<void>(Tapi3Session::open(late, provider, "100")); });
    REQUIRE(creating.is_held());
    desk.exchange().next(blocking());
    std::thread closing([&] { desk.close(); });
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    creating.open = true; // it was created, and is not connected
    opening.join();
    CHECK(late == std::errc::operation_canceled);
    std::error_code error;
    static_cast<void>(Tapi3Session::open(error, provider, "100"));
    CHECK(error == std::errc::operation_canceled);
    static_cast<void>(provider.adopt(error, object));
    CHECK(error == std::errc::operation_canceled);
    desk.exchange().hangs_up(2);
    desk.exchange().settle();
    Exchange::release(object);
    desk.exchange().unblock();
    closing.join();
    static_cast<void>(Tapi3Session::open(error, provider, "100"));
    CHECK(error == std::errc::operation_canceled);
    static_cast<void>(provider.adopt(error, nullptr));
    CHECK(error == std::errc::operation_canceled);
    const auto log = desk.exchange().log();
    CHECK(std::count(log.begin(), log.end(), "CreateCall") == 2);
    CHECK(std::count(log.begin(), log.end(), "Connect") == 1);
}

TEST_CASE("rule 41: calls that come while the service goes are let go", "[tapi3][rule 41]") {
    for (int i = 0; i < 20; ++i) {
        Tapi3Desk desk;
        std::thread other([&] {
            for (int n = 0; n < 10; ++n) desk.exchange().offer();
        });
        desk.close();
        other.join();
    }
}

TEST_CASE("rule 41: a call that comes while others are waited for is disconnected, and shown to nobody",
          "[tapi3][rule 41]") {
    auto options = Tapi3Desk::fast();
    options.grace = 10s;
    Tapi3Desk desk(options);
    auto call = desk.dial();
    Script script;
    script.blocks = true;
    desk.exchange().next(script);
    std::thread closing([&] { desk.close(); });
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    desk.exchange().offer();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 2; }));
    desk.exchange().unblock();
    closing.join();
    CHECK(!desk.next());
}

TEST_CASE("rule 41: a session that begins while its call is given back is lost", "[tapi3][rule 41]") {
    Tapi3Desk desk;
    Script never;
    never.ends = false;
    desk.exchange().usually(never);
    auto call = desk.dial();
    std::optional<Tapi3Session> late;
    {
        const Provider provider(desk.telephony());
        const wrapup::TerminationCallback callback(call,
                                                   [&, id = call.id()]() noexcept { late.emplace(id, provider); });
        desk.close();
    }
    REQUIRE(late);
    REQUIRE(late->termination());
    CHECK(late->termination()->origin == Origin::service);
}

TEST_CASE("rule 41: what TAPI refuses at the end of the service is tried again", "[tapi3][rule 41][rule 38]") {
    for (const bool by_user : {false, true}) {
        auto options = Tapi3Desk::fast();
        options.grace = 10s;
        Tapi3Desk desk(options);
        auto call = desk.dial();
        const int number = desk.number();
        std::atomic<Long> last{-1};
        desk.exchange().on_called = [&](const char* method) {
            if (std::string_view(method) == "Unadvise") last = desk.exchange().state_of(number);
        };
        desk.exchange().next(blocking(returning(Error::resource_unavailable)));
        if (by_user) {
            CHECK(!call.drop()); // it is in TAPI when the service goes
            CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
        }
        std::thread closing([&] { desk.close(); });
        CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
        std::this_thread::sleep_for(50ms);
        desk.exchange().unblock();
        closing.join();
        CHECK(desk.exchange().books().disconnects == 2);
        CHECK(last == abi::cs_disconnected);
        CHECK(call.termination()->origin == Origin::service);
        CHECK(!call.termination()->cause->error);
    }
}

TEST_CASE("rule 41: a drop that comes while the service's own is refused hears of that", "[tapi3][rule 41][rule 33]") {
    auto options = Tapi3Desk::fast();
    options.patience = options.grace = 10s;
    Tapi3Desk desk(options);
    auto call = desk.dial();
    desk.exchange().next(blocking(returning(Error::operation_failed)));
    std::thread closing([&] { desk.close(); });
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    CHECK(!call.drop());
    CHECK(call.phase() == Phase::terminating);
    desk.exchange().unblock();
    CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
    CHECK(!call.drop());
    closing.join();
    CHECK(call.termination()->origin == Origin::user);
    CHECK(desk.exchange().books().disconnects == 2);
}

TEST_CASE("rule 41: what the workers may be about to leave outlives them", "[tapi3][rule 41]") {
    std::weak_ptr<int> calls; // as long as the calls' handler
    std::atomic<int> left{0}, too_late{0};
    const auto with_handler = [&] {
        auto here = std::make_shared<int>();
        calls = here;
        auto options = Tapi3Desk::fast();
        options.on_state = [here](tapi3::Call, CallState) {};
        return options;
    };
    Tapi3Desk desk(with_handler(), [&](Exchange& exchange) {
        exchange.leaves = [&] {
            ++left;
            if (calls.expired()) ++too_late;
        };
    });
    desk.dial().release();
    desk.close();
    CHECK(left > 1);
    CHECK(too_late == 0);
    CHECK(calls.expired());
}

TEST_CASE("rule 42: each item may be absent on its own, after the end too", "[tapi3][rule 42]") {
    Tapi3Desk desk;
    desk.exchange().set_text(1, u"+49 30 1");
    desk.exchange().set_text(2, u"B\u00FCro");
    desk.exchange().set_text(4, u"");
    desk.exchange().set_number(15, 77);
    desk.exchange().set_number(20, -1);
    desk.exchange().set_bytes(0, std::string("\0uui", 4));
    auto call = desk.dial();
    desk.exchange().hangs_up(desk.number());
    REQUIRE(Tapi3Desk::over(call));
    const auto info = call.query(&Provider::call_info);
    REQUIRE(info);
    CHECK(info->caller.number == "+49 30 1");
    CHECK(!info->caller.name);
    CHECK(info->called.name == "B\xC3\xBCro");
    CHECK(info->connected.name == "");
    CHECK(info->call_id == 77u);
    CHECK(info->trunk == 0xFFFFFFFFu);
    CHECK(!info->rate);
    CHECK(info->user_user_info == std::vector<std::uint8_t>{0, 'u', 'u', 'i'});
    CHECK(!info->charging_info);
    REQUIRE(call.termination()->statistics->info);
    CHECK(*call.termination()->statistics->info == *info);
}

TEST_CASE("rule 42: each item is what TAPI says under its own name", "[tapi3][rule 42]") {
    Tapi3Desk desk;
    for (Long which = 0; which <= 24; ++which) desk.exchange().set_number(which, 100 + which);
    for (Long which = 0; which <= 13; ++which)
        desk.exchange().set_text(which, std::u16string(1, static_cast<char16_t>(u'A' + which)));
    for (Long which = 0; which <= 5; ++which)
        desk.exchange().set_bytes(which, std::string(1, static_cast<char>('a' + which)));
    auto call = desk.dial();
    const auto info = call.query(&Provider::call_info);
    REQUIRE(info);
    const auto only = [](char c) { return std::vector<std::uint8_t>{static_cast<std::uint8_t>(c)}; };
    tapi3::CallInfo expected;
    expected.media_types = 100;     // CIL_MEDIATYPESAVAILABLE
    expected.bearer_mode = 101;     // CIL_BEARERMODE
    expected.origin = 107;          // CIL_ORIGIN
    expected.reason = 108;          // CIL_REASON
    expected.treatment = 111;       // CIL_CALLTREATMENT
    expected.min_rate = 112;        // CIL_MINRATE
    expected.max_rate = 113;        // CIL_MAXRATE
    expected.country_code = 114;    // CIL_COUNTRYCODE
    expected.call_id = 115;         // CIL_CALLID
    expected.related_call_id = 116; // CIL_RELATEDCALLID
    expected.completion_id = 117;   // CIL_COMPLETIONID
    expected.owners = 118;          // CIL_NUMBEROFOWNERS
    expected.monitors = 119;        // CIL_NUMBEROFMONITORS
    expected.trunk = 120;           // CIL_TRUNK
    expected.rate = 121;            // CIL_RATE
    expected.caller = {.number = "B", .name = "A"};
    expected.called = {.number = "D", .name = "C"};
    expected.connected = {.number = "F", .name = "E"};
    expected.redirection = {.number = "H", .name = "G"};
    expected.redirecting = {.number = "J", .name = "I"};
    expected.called_party = "K";                   // CIS_CALLEDPARTYFRIENDLYNAME
    expected.comment = "L";                        // CIS_COMMENT
    expected.displayable_address = "M";            // CIS_DISPLAYABLEADDRESS
    expected.calling_party = "N";                  // CIS_CALLINGPARTYID
    expected.user_user_info = only('a');           // CIB_USERUSERINFO
    expected.device_specific = only('b');          // CIB_DEVSPECIFICBUFFER
    expected.call_data = only('c');                // CIB_CALLDATABUFFER
    expected.charging_info = only('d');            // CIB_CHARGINGINFOBUFFER
    expected.high_level_compatibility = only('e'); // CIB_HIGHLEVELCOMPATIBILITYBUFFER
    expected.low_level_compatibility = only('f');  // CIB_LOWLEVELCOMPATIBILITYBUFFER
    CHECK((*info == expected));
}

TEST_CASE("rule 42: a duplicate of the event changes nothing", "[tapi3][rule 42]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    desk.exchange().hangs_up(desk.number(), 4);
    desk.exchange().tell(desk.number(), wrapup::tapi3::abi::cs_disconnected, 7);
    REQUIRE(Tapi3Desk::over(call));
    desk.exchange().settle();
    CHECK(call.termination()->cause->disconnected == DisconnectCause::no_answer);
}

TEST_CASE("tapi3: a call that is only monitored is not dropped, and left when it is released", "[tapi3]") {
    auto options = Tapi3Desk::fast();
    options.monitors = true;
    Tapi3Desk desk(options);
    auto call = desk.take(wrapup::tapi3::abi::cp_monitor);
    CHECK(call.drop() == Error::not_owner);
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.telephony().outstanding().empty(); }));
    CHECK(desk.exchange().books().disconnects == 0);
}

TEST_CASE("tapi3: a call that was handed off is only monitored, and left when it is released", "[tapi3]") {
    Tapi3Desk desk;
    desk.exchange().usually(returning(Error::not_owner));
    auto call = desk.dial();
    CHECK(!call.drop());
    CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
    CHECK(call.query(&Provider::privilege) == tapi3::Privilege::monitor);
    CHECK(call.drop() == Error::not_owner);
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.telephony().outstanding().empty(); }));
    auto other = desk.dial();
    other.release(); // of which we hear now
    CHECK(Tapi3Desk::eventually([&] { return desk.telephony().outstanding().empty(); }));
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
    CHECK(desk.exchange().books().disconnects == 2);
}

TEST_CASE("tapi3: nor is one held that was handed off while it was tried again to disconnect it", "[tapi3][rule 38]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    const wrapup::Monitor<Provider> monitor(call);
    desk.exchange().next(returning(Error::resource_unavailable));
    desk.exchange().next(returning(Error::not_owner));
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
    CHECK(desk.exchange().books().disconnects == 2);
    CHECK(Tapi3Desk::eventually([&] { return monitor.phase() == Phase::released; }));
}

TEST_CASE("tapi3: an end is recorded when it is heard of, and not when somebody asks", "[tapi3]") {
    auto options = Tapi3Desk::fast();
    Gate gate;
    options.on_state = [&](tapi3::Call, CallState state) {
        if (state == CallState::disconnected) gate.pass();
    };
    Tapi3Desk desk(options);
    auto call = desk.dial();
    desk.exchange().hangs_up(desk.number());
    REQUIRE(gate.is_held());
    const auto heard = std::chrono::system_clock::now();
    std::this_thread::sleep_for(5ms);
    gate.open = true;
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->statistics->ended <= heard);
    CHECK(heard - call.termination()->statistics->ended < 60s);
    std::this_thread::sleep_for(2ms);
    CHECK(call.query(&Provider::snapshot).ended == call.termination()->statistics->ended);
}

TEST_CASE("tapi3: a call that we look at is ours when it is handed to us", "[tapi3]") {
    auto options = Tapi3Desk::fast();
    options.monitors = true;
    Tapi3Desk desk(options);
    auto call = desk.take(abi::cp_monitor);
    const int number = desk.number();
    desk.exchange().hand(number, abi::cp_owner);
    CHECK(Tapi3Desk::eventually([&] { return call.query(&Provider::privilege) == tapi3::Privilege::owner; }));
    desk.exchange().settle();
    CHECK(!desk.next()); // it is the same
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
    CHECK(desk.exchange().books().disconnects == 1);
}

TEST_CASE("tapi3: one that was left when it is handed to us is disconnected", "[tapi3][rule 38]") {
    auto options = Tapi3Desk::fast();
    options.monitors = true;
    Tapi3Desk desk(options);
    auto call = desk.take(abi::cp_monitor);
    const int number = desk.number();
    CHECK(!call.abort());
    REQUIRE(Tapi3Desk::over(call));
    const auto left = call.termination()->statistics;
    desk.exchange().next(returning(Error::resource_unavailable)); // and it is tried again
    desk.exchange().hand(number, abi::cp_owner);
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().state_of(number) == abi::cs_disconnected; }));
    CHECK(desk.exchange().books().disconnects == 2);
    CHECK(call.query(&Provider::snapshot).ended == left->ended);
    CHECK(!desk.next());
    CHECK(desk.exchange().books().held == 1); // it can still be asked
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
}

TEST_CASE("tapi3: so is one that is handed to us while we leave it", "[tapi3][rule 38]") {
    for (const bool releases : {false, true}) {
        auto options = Tapi3Desk::fast();
        options.monitors = true;
        Tapi3Desk desk(options);
        auto call = desk.take(abi::cp_monitor);
        const int number = desk.number();
        const Provider provider(desk.telephony());
        const auto id = call.id();
        const wrapup::Monitor<Provider> monitor(call);
        auto busy = desk.keep_all_workers();
        if (releases) call.release();
        else CHECK(!call.abort());
        desk.exchange().hand(number, abi::cp_owner);
        CHECK(Tapi3Desk::eventually([&] { return provider.privilege(id) == tapi3::Privilege::owner; }));
        desk.exchange().unblock();
        CHECK(Tapi3Desk::eventually([&] { return monitor.termination() != nullptr; }));
        CHECK(desk.exchange().code_of(number) == static_cast<Long>(DisconnectCode::normal));
        CHECK(desk.exchange().books().disconnects == static_cast<int>(busy.size()) + 1);
    }
}

TEST_CASE("tapi3: so is one that is handed to us when it is about to be let go", "[tapi3][rule 38]") {
    Tapi3Desk desk;
    Provider provider(desk.telephony());
    auto* const object = desk.exchange().make(abi::cs_connected, abi::cp_monitor);
    const int number = desk.number();
    std::error_code error;
    const auto call = provider.adopt(error, object);
    CHECK(!error);
    auto busy = desk.keep_all_workers();
    provider.deallocate(call);
    desk.exchange().hand(number, abi::cp_owner);
    CHECK(Tapi3Desk::eventually([&] { return provider.privilege(call) == tapi3::Privilege::owner; }));
    desk.exchange().unblock();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().state_of(number) == abi::cs_disconnected; }));
    CHECK(desk.exchange().books().disconnects == static_cast<int>(busy.size()) + 1);
    Exchange::release(object);
}

TEST_CASE("tapi3: one that was handed off after a Disconnect was accepted can be left", "[tapi3]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    Script silent;
    silent.ends = false;
    desk.exchange().next(silent);
    CHECK(!call.drop());
    desk.exchange().next(returning(Error::not_owner));
    CHECK(!call.abort());
    CHECK(Tapi3Desk::over(call));
    CHECK(desk.exchange().books().disconnects == 2);
    call.release();
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
}

TEST_CASE("tapi3: an event that is lost while an adopted call is asked is made up for", "[tapi3][rule 35]") {
    KeptAdoption adoption;
    Tapi3Desk& desk = adoption.desk;
    desk.exchange().next_events_fail(1);
    desk.exchange().hangs_up(desk.number(), 2);
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().failing_events() == 0; }));
    std::this_thread::sleep_for(20ms); // the call has been marked
    const Tapi3Session call = adoption.finish();
    REQUIRE(Tapi3Desk::over(call));
    CHECK(call.termination()->origin == Origin::remote);
}

TEST_CASE("tapi3: what an event says while an adopted call is asked is newer than the answer", "[tapi3]") {
    std::atomic<bool> handled{false};
    auto options = Tapi3Desk::fast();
    options.on_state = [&](tapi3::Call, CallState state) { handled = state == CallState::hold; };
    KeptAdoption adoption(options);
    adoption.desk.exchange().set_state(adoption.desk.number(), abi::cs_hold);
    CHECK(Tapi3Desk::eventually([&] { return handled.load(); }));
    const Tapi3Session call = adoption.finish();
    CHECK(Tapi3Desk::state(call) == CallState::hold);
}

TEST_CASE("tapi3: a call that is over when it is adopted is over at once", "[tapi3]") {
    Tapi3Desk desk;
    Provider provider(desk.telephony());
    auto* const object = desk.exchange().make();
    desk.exchange().set_state(desk.number(), abi::cs_disconnected, 3, false);
    desk.exchange().settle();
    std::error_code error;
    Tapi3Session call(provider.adopt(error, object), provider);
    CHECK(!error);
    REQUIRE(call.termination());
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(call.termination()->cause->disconnected == DisconnectCause::unknown);
    Exchange::release(object);
}

TEST_CASE("tapi3: a call that was never connected is left, since TAPI has nothing to disconnect", "[tapi3][rule 33]") {
    for (const bool dropped : {false, true}) {
        auto options = Tapi3Desk::fast();
        options.grace = 20s;
        Tapi3Desk desk(options);
        Script nothing;
        nothing.returns = abi::s_false;
        desk.exchange().usually(nothing);
        Provider provider(desk.telephony());
        auto* const object = desk.exchange().make(abi::cs_idle);
        std::error_code error;
        Tapi3Session call(provider.adopt(error, object), provider);
        CHECK(!error);
        if (dropped) {
            CHECK(!call.drop());
            CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
        }
        call.release();
        CHECK(Tapi3Desk::eventually([&] { return desk.telephony().outstanding().empty(); }));
        Exchange::release(object);
    }
}

TEST_CASE("tapi3: it is left also where another Disconnect is in progress", "[tapi3][rule 33]") {
    Tapi3Desk desk;
    Provider provider(desk.telephony());
    auto* const object = desk.exchange().make(abi::cs_idle);
    std::error_code error;
    Tapi3Session call(provider.adopt(error, object), provider);
    desk.exchange().next(returning_false());
    CHECK(!call.drop());
    CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
    desk.exchange().next(blocking(returning_false()));
    CHECK(!call.drop());
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 2; }));
    CHECK(!call.abort());
    desk.exchange().unblock();
    CHECK(Tapi3Desk::over(call));
    CHECK(desk.exchange().books().disconnects == 2);
    Exchange::release(object);
}

TEST_CASE("tapi3: a call that is connected while it is said to be idle is not taken for one that never was",
          "[tapi3][rule 33]") {
    Gate gate;
    std::atomic<bool> armed{false};
    Tapi3Desk desk(Tapi3Desk::fast(), [&](Exchange& exchange) {
        exchange.on_state_read = [&] {
            if (armed.exchange(false)) gate.pass();
        };
    });
    Provider provider(desk.telephony());
    auto* const object = desk.exchange().make(abi::cs_idle);
    const int number = desk.number();
    std::error_code error;
    Tapi3Session call(provider.adopt(error, object), provider);
    desk.exchange().next(returning_false());
    armed = true;
    CHECK(!call.drop());
    REQUIRE(gate.is_held());
    desk.exchange().connects(number);
    CHECK(Tapi3Desk::eventually([&] { return Tapi3Desk::state(call) == CallState::connected; }));
    gate.open = true;
    CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
    CHECK(!call.abort());
    CHECK(Tapi3Desk::over(call));
    CHECK(desk.exchange().books().disconnects == 2);
    Exchange::release(object);
}

TEST_CASE("tapi3: a call that is adopted is as much ours as TAPI says", "[tapi3]") {
    Tapi3Desk desk;
    Provider provider(desk.telephony());
    for (const Long privilege : {abi::cp_owner, abi::cp_monitor}) {
        auto* const object = desk.exchange().make(abi::cs_connected, privilege);
        std::error_code error;
        Tapi3Session call(provider.adopt(error, object), provider);
        Exchange::release(object);
        CHECK(!error);
        CHECK(call.query(&Provider::privilege) == static_cast<tapi3::Privilege>(privilege));
        CHECK(Tapi3Desk::state(call) == CallState::connected);
        CHECK((call.drop() == Error::not_owner) == (privilege == abi::cp_monitor));
    }
}

TEST_CASE("tapi3: where a call gets another session the former one is lost, and no lock is held then", "[tapi3]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    const wrapup::TerminationCallback callback(call, [&]() noexcept {
        std::atomic<bool> answered{false};
        std::thread asks([&] {
            CHECK(desk.telephony().outstanding().size() == 1);
            answered = true;
        });
        for (int i = 0; i < 2000 && !answered; ++i) std::this_thread::sleep_for(1ms);
        CHECK(answered);
        asks.detach(); // it may be there for ever
        if (!answered) std::_Exit(1);
    });
    Tapi3Session second(call.id(), Provider(desk.telephony()));
    REQUIRE(call.termination());
    CHECK(call.termination()->origin == Origin::service);
    CHECK(!second.drop());
    CHECK(Tapi3Desk::over(second));
}

TEST_CASE("tapi3: an object that was got by other means is adopted, and held once", "[tapi3]") {
    Tapi3Desk desk;
    auto first = desk.dial();
    Provider provider(desk.telephony());
    std::error_code error;
    auto* const object = static_cast<wrapup::tapi3::abi::ITBasicCallControl*>(desk.exchange().call(desk.number()));
    static_cast<void>(provider.adopt(error, object));
    CHECK(error == Error::in_use);
    CHECK(!first.drop());
    CHECK(Tapi3Desk::over(first));
}

TEST_CASE("tapi3: an abort is another Disconnect, also while the first one blocks", "[tapi3]") {
    for (const bool refuses : {false, true}) {
        Tapi3Desk desk;
        auto call = desk.dial();
        Script script;
        script.ends = false;
        script.blocks = true;
        if (refuses) script.returns = static_cast<HResult>(Error::timeout);
        desk.exchange().next(script);
        CHECK(call.abort() == Error::invalid_call_state);
        CHECK(!call.drop());
        CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
        CHECK(!call.abort());
        desk.exchange().unblock();
        if (refuses) {
            CHECK(Tapi3Desk::eventually([&] { return call.phase() == Phase::active; }));
            CHECK(!call.drop());
        }
        REQUIRE(Tapi3Desk::over(call));
        CHECK(call.termination()->origin == Origin::user);
        CHECK(desk.exchange().books().disconnects == 2);
    }
}

TEST_CASE("tapi3: a call that is listed may be asked, also where it is about to be let go", "[tapi3]") {
    Tapi3Desk desk;
    auto call = desk.dial();
    desk.exchange().hangs_up(desk.number());
    REQUIRE(Tapi3Desk::over(call));
    const auto id = call.id();
    auto busy = desk.keep_all_workers();
    call.release(); // which waits for a worker
    Provider provider(desk.telephony());
    std::thread asks([&] { static_cast<void>(provider.call_info(id)); });
    std::this_thread::sleep_for(50ms); // it counts itself in, and waits for a worker too
    desk.exchange().unblock();
    asks.join();
}

TEST_CASE("tapi3: a grace without end is one", "[tapi3]") {
    auto options = Tapi3Desk::fast();
    options.grace = (std::chrono::milliseconds::max)();
    Tapi3Desk desk(options);
    auto call = desk.dial();
    Script script;
    script.when = When::on_release;
    desk.exchange().next(script);
    std::thread later([&] {
        CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
        std::this_thread::sleep_for(50ms); // the service is waiting, or would have gone
        CHECK(Tapi3Desk::eventually([&] { return desk.exchange().release_pending() > 0; }));
    });
    desk.close();
    later.join();
    CHECK(!call.termination()->cause->error);
}

TEST_CASE("tapi3: a patience without end is one", "[tapi3]") {
    auto options = Tapi3Desk::fast();
    options.patience = (std::chrono::milliseconds::max)();
    Tapi3Desk desk(options);
    auto call = desk.dial();
    Script script;
    script.tells = false;
    desk.exchange().next(script);
    CHECK(!call.drop());
    CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
    std::this_thread::sleep_for(100ms);
    CHECK(!call.termination());
}
