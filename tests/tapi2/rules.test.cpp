// SPDX-License-Identifier: BSL-1.0
// The rules of TAPI 2, one by one, against a double that enforces them: on any system over the table of functions, under
// Windows through the real binary interface.
#include <wrapup/monitor.hpp>
#include <wrapup/termination_callback.hpp>

#include "tapi2/desk.hpp"
#include "tapi2/stub.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using namespace tapi2_double;
using tapi2::CallState;
using tapi2::DisconnectMode;
using tapi2::Error;
using tapi2::Privilege;
using tapi2::Provider;
using tapi2::UserUserInfo;
using wrapup::Origin;
using wrapup::Phase;

namespace {

constexpr Dword released_by_test = 0;

Script dropped_on_release() {
    Script script;
    script.reply_when = script.effect_when = When::on_release;
    script.release_after = released_by_test;
    return script;
}
Script fails_at_once(Error error) {
    Script script;
    script.returns = static_cast<Long>(error);
    return script;
}
Script fails_in_the_reply(Error error) {
    Script script;
    script.reply = static_cast<Long>(error);
    return script;
}
Script never_confirmed() {
    Script script;
    script.reply_when = script.effect_when = When::never;
    return script;
}

std::size_t count(const std::string& log, std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = log.find(what); at != log.npos; at = log.find(what, at + 1)) ++n;
    return n;
}
bool is_before(const std::string& log, std::string_view first, std::string_view second) {
    const auto a = log.find(first), b = log.find(second);
    return a != log.npos && b != log.npos && a < b;
}

// Drops a call where the reply refuses it. It may have come before lineDrop has returned.
void drop_refused_by_reply(Desk& desk, TapiSession& call, Error error) {
    const std::error_code refused = call.drop();
    CHECK((!refused || refused == error));
    CHECK(desk.eventually([&] { return call.phase() == Phase::active; }));
}

// Drops, waits, releases.
void end(Desk& desk, TapiSession& call) {
    CHECK(!call.drop());
    CHECK(desk.over(call));
    call.release();
}

// Says yes to everything and does nothing, as the TAPI of Wine does: no message ever comes, and who waits for one is not kept.
struct SilentTapi : UnavailableTapi {
    std::atomic<int> asked{0}, drops{0}, deallocations{0};

    Long lineInitializeExW(Handle*, abi::Callback*, const char16_t*, Dword*, Dword*,
                           abi::InitializeExParams*) noexcept override {
        return 0;
    }
    Long lineNegotiateAPIVersion(Handle, Dword, Dword, Dword high, Dword* version,
                                 abi::ExtensionId*) noexcept override {
        *version = high;
        return 0;
    }
    Long lineOpenW(Handle, Dword, Handle*, Dword, Dword, abi::DwordPtr, Dword, Dword,
                   const abi::CallParams*) noexcept override {
        return 0;
    }
    Long lineClose(Handle) noexcept override { return 0; }
    Long lineShutdown(Handle) noexcept override { return 0; }
    Long lineDrop(Handle, const char*, Dword) noexcept override { return ++drops; }
    Long lineDeallocateCall(Handle) noexcept override {
        ++deallocations;
        return 0;
    }
    Long lineGetCallStatus(Handle, abi::CallStatus*) noexcept override { return 0; }
    Long lineGetCallInfoW(Handle, abi::CallInfo*) noexcept override { return 0; }
    Long lineGetMessage(Handle, abi::Message*, Dword) noexcept override {
        ++asked;
        return 0;
    }
};

} // namespace

TEST_CASE("rule 1: every handle is deallocated exactly once, however it was got", "[tapi2][rule 1]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto made = desk.dial();
        auto came = desk.take();
        const Dword elsewhere = desk.control().offer(0, linecallprivilege_none);
        CHECK(desk.control().hand_off(elsewhere) != 0);
        auto handed_over = desk.arrived();
        end(desk, made);
        end(desk, came);
        end(desk, handed_over);
        const Books books = desk.books();
        CHECK(books.handles_given == 3);
        CHECK(books.handles_deallocated == 3);
        CHECK(books.double_deallocations == 0);
        CHECK(books.handles_live == 0);
    }
}

TEST_CASE("rule 2: after its deallocation a handle is not used any more", "[tapi2][rule 2]") {
    Desk desk;
    auto call = desk.dial();
    end(desk, call);
    CHECK(desk.books().handles_deallocated == 1);
    const std::string before = desk.log();
    CHECK(call.drop() == wrapup::errc::released);
    CHECK(call.abort() == wrapup::errc::released);
    CHECK(call.disconnect(UserUserInfo("late")) == wrapup::errc::released);
    std::error_code error;
    static_cast<void>(call.try_query(error, &Provider::call_info));
    CHECK(error == wrapup::errc::released);
    call.release();
    CHECK(desk.log() == before);
    CHECK(desk.books().dead_handle_uses == 0);
}

TEST_CASE("rule 3: the call can be asked between its end and its release", "[tapi2][rule 3]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        Info info;
        info.caller.address = u"5550100";
        info.caller.name = u"J\u00f6rg";
        auto call = desk.take(Privilege::owner, info);
        CHECK(!call.drop());
        REQUIRE(desk.over(call));
        desk.settle();
        CHECK(desk.books().deallocations == 0);
        const auto found = call.query(&Provider::call_info);
        REQUIRE(found);
        REQUIRE(found->caller);
        CHECK(found->caller->address == "5550100");
        CHECK(found->caller->name == "J\xC3\xB6rg");
        const auto status = call.query(&Provider::call_status);
        REQUIRE(status);
        CHECK(status->state == CallState::idle);
        call.release();
        CHECK(desk.books().deallocations == 1);
        // What the call record needs is kept after that.
        REQUIRE(call.termination()->statistics);
        REQUIRE(call.termination()->statistics->info);
        CHECK(call.termination()->statistics->info->caller->address == "5550100");
    }
}

TEST_CASE("rule 4: a live call is dropped first, and deallocated when it is idle", "[tapi2][rule 4]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto call = desk.dial();
        desk.control().answers(desk.number());
        desk.control().next(0, Function::drop, dropped_on_release());
        call.release();
        desk.settle();
        CHECK(desk.books().drops == 1);
        CHECK(desk.books().deallocations == 0);
        CHECK(desk.line().outstanding().size() == 1);
        desk.control().release_pending();
        CHECK(desk.eventually([&] { return desk.line().outstanding().empty(); }));
        CHECK(is_before(desk.log(), "lineDrop", "lineDeallocateCall"));
        CHECK(desk.books().deallocations_of_live == 0);
        CHECK(call.termination()->abandoned);
    }
}

TEST_CASE("rule 4: where the rules before 2.0 hold, a call that is never idle goes with its line", "[tapi2][rule 4]") {
    tapi2::Options options;
    options.grace = 20ms;
    Desk desk(Notification::event, options);
    Device strict;
    strict.strict_deallocation = true;
    desk.control().set_device(0, strict);
    auto call = desk.dial();
    desk.control().usually(0, Function::drop, never_confirmed());
    call.release();
    desk.close();
    CHECK(desk.books().drops >= 1);
    CHECK(desk.books().handles_live == 0);
    CHECK(desk.books().dead_handle_uses == 0);
}

TEST_CASE("rule 5: after LINE_CLOSE nothing of the line is used any more", "[tapi2][rule 5]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        TapiSession calls[] = {desk.dial(), desk.take(), desk.dial()};
        CHECK(!calls[2].drop());
        REQUIRE(desk.over(calls[2]));
        const std::string before = desk.log();
        desk.control().force_close(0);
        CHECK(desk.eventually([&] { return desk.line().outstanding().empty(); }));
        desk.settle(); // and their sessions have been told
        for (int i = 0; i < 2; ++i) {
            REQUIRE(calls[i].termination());
            CHECK(calls[i].termination()->origin == Origin::service);
            REQUIRE(calls[i].termination()->cause);
            CHECK(calls[i].termination()->cause->error);
        }
        CHECK(calls[2].termination()->origin == Origin::user); // an end that has come before stays as it was
        std::error_code error;
        for (auto& call : calls) {
            CHECK(call.phase() == Phase::released);
            static_cast<void>(call.try_query(error, &Provider::call_info));
            CHECK(error == wrapup::errc::lost);
            static_cast<void>(call.drop());
            call.release();
        }
        const auto none = TapiSession::open(error, desk.line(), "100");
        CHECK(error == Error::invalid_line_handle);
        CHECK(!none);
        CHECK(desk.log() == before);
        desk.close();
        CHECK(count(desk.log(), "lineClose") == 0);
        CHECK(count(desk.log(), "lineShutdown") == 1);
        CHECK(desk.books().dead_handle_uses == 0);
    }
}

TEST_CASE("rule 5: the end of the line ends and voids its calls", "[tapi2][rule 5]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto live = desk.dial(), over = desk.dial();
        CHECK(!over.drop());
        REQUIRE(desk.over(over));
        desk.close();
        for (auto* call : {&live, &over}) {
            CHECK(call->phase() == Phase::released);
            std::error_code error;
            static_cast<void>(call->try_query(error, &Provider::call_info));
            CHECK(error == wrapup::errc::lost);
        }
        REQUIRE(live.termination());
        CHECK(live.termination()->origin == Origin::service);
        CHECK(over.termination()->origin == Origin::user);
        const Books books = desk.books();
        CHECK(books.handles_deallocated == 2);
        CHECK(books.deallocations_of_live == 0);
        const std::string log = desk.log();
        live.release();
        over.release();
        CHECK(desk.log() == log);
    }
}

TEST_CASE("rule 6: a deallocation that TAPI cannot do now is done later", "[tapi2][rule 6]") {
    for (const auto notification : all_notifications) {
        const auto error = notification == Notification::event ? Error::resource_unavailable : Error::no_memory;
        Desk desk(notification);
        auto call = desk.dial();
        desk.control().next(0, Function::deallocate, fails_at_once(error));
        end(desk, call);
        CHECK(desk.books().handles_live == 1);
        CHECK(desk.line().outstanding().size() == 1);
        CHECK(desk.eventually([&] { return desk.line().outstanding().empty(); }));
        CHECK(count(desk.log(), "lineDeallocateCall") == 2);
    }
}

TEST_CASE("rule 6: what TAPI cannot take back goes with the line", "[tapi2][rule 6]") {
    Desk desk;
    auto call = desk.dial();
    desk.control().usually(0, Function::deallocate, fails_at_once(Error::operation_failed));
    end(desk, call);
    CHECK(desk.line().outstanding().size() == 1);
    desk.close();
    CHECK(desk.books().handles_live == 0);
}

TEST_CASE("rule 6: a handle that TAPI does not know is released already", "[tapi2][rule 6]") {
    Desk desk;
    auto call = desk.dial();
    desk.control().next(0, Function::deallocate, fails_at_once(Error::invalid_call_handle));
    end(desk, call);
    CHECK(desk.line().outstanding().empty());
    std::this_thread::sleep_for(20ms);
    CHECK(count(desk.log(), "lineDeallocateCall") == 1);
}

TEST_CASE("rule 6: where TAPI says that the call is not idle, it is dropped first and deallocated then",
          "[tapi2][rule 6]") {
    Desk desk;
    Device strict;
    strict.strict_deallocation = true;
    desk.control().set_device(0, strict);
    auto call = desk.dial();
    desk.control().send_state(Desk::handle(call), linecallstate_idle); // which is not true
    REQUIRE(desk.over(call));
    call.release();
    CHECK(desk.eventually([&] { return desk.line().outstanding().empty(); }));
    CHECK(count(desk.log(), "lineDrop") == 1);
    CHECK(count(desk.log(), "lineDeallocateCall") == 2);
}

TEST_CASE("rule 7: first the calls end, then the line, then TAPI", "[tapi2][rule 7]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto call = desk.dial();
        desk.close();
        const std::string log = desk.log();
        CHECK(is_before(log, "lineDrop", "lineDeallocateCall"));
        CHECK(is_before(log, "lineDeallocateCall", "lineClose"));
        CHECK(is_before(log, "lineClose", "lineShutdown"));
        CHECK(desk.books().messages_held == 0);
    }
}

TEST_CASE("rule 8: a call that is only looked at is never dropped, and is left by its release", "[tapi2][rule 8]") {
    for (const auto notification : all_notifications) {
        tapi2::Options options;
        options.privilege = Privilege::monitor;
        Desk desk(notification, options);
        auto call = desk.take(Privilege::monitor);
        CHECK(call.query(&Provider::privilege) == Privilege::monitor);
        CHECK(call.drop() == Error::not_owner);
        CHECK(call.phase() == Phase::active);
        call.release();
        CHECK(desk.books().deallocations == 1);
        CHECK(desk.books().drops == 0);
        CHECK(desk.line().outstanding().empty());

        // And one that ends while we look.
        auto other = desk.take(Privilege::monitor);
        const Dword number = desk.number();
        desk.control().hangs_up(number, linedisconnectmode_busy);
        desk.settle();
        CHECK(!other.termination());
        desk.control().goes_idle(number);
        REQUIRE(desk.over(other));
        CHECK(other.termination()->origin == Origin::remote);
        CHECK(other.termination()->cause->mode == DisconnectMode::busy);
        other.release();
        CHECK(desk.books().drops == 0);
        CHECK(desk.books().drops_on_monitors == 0);
        CHECK(desk.books().deallocations == 2);
    }
}

TEST_CASE("rule 9: zero is not an answer of lineDrop: it is an error, and the call may be dropped again",
          "[tapi2][rule 9]") {
    Desk desk;
    auto call = desk.dial();
    Script zero;
    zero.returns = 0;
    desk.control().next(0, Function::drop, zero);
    CHECK(call.drop() == std::errc::protocol_error);
    CHECK(call.phase() == Phase::active);
    end(desk, call);
}

TEST_CASE("rule 9: nor is it one of lineMakeCall", "[tapi2][rule 9]") {
    Desk desk;
    Script zero;
    zero.returns = 0;
    desk.control().next(0, Function::make_call, zero);
    std::error_code error;
    const auto call = TapiSession::open(error, desk.line(), "100");
    CHECK(error == std::errc::protocol_error);
    CHECK(!call);
    CHECK(desk.line().outstanding().empty());
}

TEST_CASE("rule 10: one lineDrop, however many threads ask for the end", "[tapi2][rule 10]") {
    Desk desk;
    auto call = desk.dial();
    desk.control().next(0, Function::drop, dropped_on_release());
    std::vector<std::thread> threads;
    std::atomic<int> refused{0};
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 100; ++n)
                if (call.drop()) ++refused;
        });
    for (auto& thread : threads) thread.join();
    CHECK(refused == 0);
    CHECK(desk.books().drops == 1);
    desk.control().release_pending();
    CHECK(desk.over(call));
    CHECK(!call.drop());
    CHECK(desk.books().drops == 1);
    CHECK(desk.books().drops_overlapping == 0);
}

TEST_CASE("rule 11: a drop that comes too late is a success, by the return and by the reply", "[tapi2][rule 11]") {
    for (const bool in_the_reply : {false, true}) {
        Desk desk;
        auto call = desk.dial();
        desk.control().allow_late_uses(true);
        Script script =
            in_the_reply ? fails_in_the_reply(Error::invalid_call_state) : fails_at_once(Error::invalid_call_state);
        script.reply_when = When::on_release;
        desk.control().next(0, Function::drop, script);
        if (in_the_reply) CHECK(!call.drop());
        desk.control().goes_idle(desk.number());
        if (!in_the_reply) CHECK(!call.drop()); // whether its message has been handled by now or not
        desk.control().release_pending();
        CHECK(desk.over(call));
        desk.settle();
        CHECK(call.phase() == Phase::terminated);
    }
}

TEST_CASE("rule 11: where the call is not idle, the state that does not allow a drop is an error", "[tapi2][rule 11]") {
    for (const bool in_the_reply : {false, true}) {
        Desk desk;
        auto call = desk.dial();
        Script script =
            in_the_reply ? fails_in_the_reply(Error::invalid_call_state) : fails_at_once(Error::invalid_call_state);
        desk.control().next(0, Function::drop, script);
        if (in_the_reply) drop_refused_by_reply(desk, call, Error::invalid_call_state);
        else CHECK(call.drop() == Error::invalid_call_state);
        end(desk, call);
    }
}

TEST_CASE("rule 12: a drop that the reply refuses has not ended the call, and may be made again", "[tapi2][rule 12]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto call = desk.dial();
        desk.control().next(0, Function::drop, fails_in_the_reply(Error::operation_failed));
        drop_refused_by_reply(desk, call, Error::operation_failed);
        CHECK(!call.termination());
        end(desk, call);
        CHECK(desk.books().drops == 2);
    }
}

TEST_CASE("rule 13: a successful reply is not the end", "[tapi2][rule 13]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto call = desk.dial();
        Script script;
        script.effect_when = When::on_release;
        desk.control().next(0, Function::drop, script);
        CHECK(!call.drop());
        desk.settle();
        CHECK(!call.termination());
        CHECK(call.phase() == Phase::terminating);
        desk.control().release_pending();
        CHECK(desk.over(call));
    }
}

TEST_CASE("rule 13: a bridged call that stays connected is not over, and may be dropped again", "[tapi2][rule 13]") {
    for (const bool effect_first : {false, true}) {
        Desk desk;
        auto call = desk.dial();
        desk.control().answers(desk.number());
        Script script;
        script.effect = Effect::inactive;
        script.effect_first = effect_first;
        desk.control().next(0, Function::drop, script);
        drop_refused_by_reply(desk, call, Error::operation_failed);
        CHECK(!call.termination());
        end(desk, call);
    }
}

TEST_CASE("rule 13: a call that was on hold for a transfer reverts to connected when it is dropped",
          "[tapi2][rule 13]") {
    Desk desk;
    auto call = desk.dial();
    desk.control().set_state(desk.number(), linecallstate_onholdpendtransfer);
    desk.settle();
    Script script;
    script.effect = Effect::none;
    desk.control().next(0, Function::drop, script);
    CHECK(!call.drop());
    desk.control().answers(desk.number());
    CHECK(desk.eventually([&] { return call.phase() == Phase::active; }));
    end(desk, call);
}

TEST_CASE("rule 14: every wait has its end, though TAPI never answers", "[tapi2][rule 14]") {
    for (const auto notification : all_notifications) {
        tapi2::Options options;
        options.grace = 30ms;
        Desk desk(notification, options);
        auto call = desk.dial();
        desk.control().usually(0, Function::drop, never_confirmed());
        CHECK(!call.drop());
        CHECK(!wrapup::wait_for(call, 10ms));
        CHECK(call.phase() == Phase::terminating);
        const auto begin = std::chrono::steady_clock::now();
        desk.close();
        CHECK(std::chrono::steady_clock::now() - begin < 60s);
        CHECK(call.phase() == Phase::released);
    }
}

TEST_CASE("rule 15: a call that we do not own any more is looked at from there on", "[tapi2][rule 15]") {
    for (const bool in_the_reply : {false, true}) {
        Desk desk;
        auto call = desk.dial();
        desk.control().take_ownership(desk.number(), false);
        if (in_the_reply) desk.control().next(0, Function::drop, fails_in_the_reply(Error::not_owner));
        const std::error_code refused = call.drop();
        CHECK((in_the_reply || refused == Error::not_owner));
        CHECK(desk.eventually([&] { return call.phase() == Phase::active; }));
        CHECK(call.query(&Provider::privilege) == Privilege::monitor);
        CHECK(call.drop() == Error::not_owner);
        CHECK(count(desk.log(), "lineDrop") == 1);
        call.release();
        CHECK(desk.line().outstanding().empty());
        CHECK(desk.books().deallocations == 1);
    }
}

TEST_CASE("rule 15: so is one that is released while its drop is refused for that", "[tapi2][rule 15]") {
    Desk desk;
    auto call = desk.dial();
    Script script = fails_in_the_reply(Error::not_owner);
    script.reply_when = When::on_release;
    desk.control().next(0, Function::drop, script);
    call.release();
    desk.control().take_ownership(desk.number(), false);
    desk.control().release_pending();
    CHECK(desk.eventually([&] { return desk.line().outstanding().empty(); }));
    CHECK(count(desk.log(), "lineDrop") == 1);
    CHECK(desk.books().deallocations == 1);
}

TEST_CASE("rule 16: a call that the other party has left, or that cannot be completed, is dropped by the line",
          "[tapi2][rule 16]") {
    for (const auto notification : all_notifications) {
        for (const Dword state : {linecallstate_disconnected, linecallstate_busy, linecallstate_specialinfo}) {
            Desk desk(notification);
            auto call = desk.dial();
            desk.control().set_state(desk.number(), state,
                                     state == linecallstate_disconnected ? linedisconnectmode_noanswer : 1);
            REQUIRE(desk.over(call));
            CHECK(desk.books().drops == 1);
            CHECK(call.termination()->origin == Origin::remote);
            CHECK(call.termination()->cause->mode == (state == linecallstate_disconnected ? DisconnectMode::no_answer
                                                      : state == linecallstate_busy       ? DisconnectMode::busy
                                                                                    : DisconnectMode::unreachable));
            CHECK(desk.books().deallocations == 0);
            call.release();
            CHECK(is_before(desk.log(), "lineDrop", "lineDeallocateCall"));
        }
    }
}

TEST_CASE("rule 16: so is one that is released meanwhile, and one whose clearing was refused", "[tapi2][rule 16]") {
    Desk desk;
    auto call = desk.dial();
    desk.control().next(0, Function::drop, fails_in_the_reply(Error::resource_unavailable));
    desk.control().hangs_up(desk.number());
    desk.settle();
    CHECK(call.phase() == Phase::terminating);
    call.release();
    CHECK(desk.eventually([&] { return desk.line().outstanding().empty(); }));
    CHECK(desk.books().drops == 2);
    CHECK(call.termination()->origin == Origin::remote);
}

TEST_CASE("rule 16: a clearing that is refused each time is tried now and then, and not without end",
          "[tapi2][rule 16]") {
    for (const auto notification : all_notifications) {
        for (const bool in_the_reply : {false, true}) {
            tapi2::Options options;
            options.grace = 10ms;
            Desk desk(notification, options);
            auto call = desk.dial();
            desk.control().usually(0, Function::drop,
                                   in_the_reply ? fails_in_the_reply(Error::operation_failed)
                                                : fails_at_once(Error::operation_failed));
            desk.control().hangs_up(desk.number());
            desk.settle();
            CHECK(!wrapup::wait_for(call, 100ms));
            CHECK(call.phase() == Phase::terminating);
            CHECK(desk.books().drops >= 1);
            CHECK(desk.books().drops < 4);
            desk.control().usually(0, Function::drop, Script());
            CHECK(desk.over(call));
            CHECK(call.termination()->origin == Origin::remote);
        }
    }
}

TEST_CASE("rule 16: so is a call that stayed connected at first, and that the other party has left then",
          "[tapi2][rule 16]") {
    Desk desk;
    auto call = desk.dial();
    desk.control().answers(desk.number());
    desk.settle();
    Script script;
    script.effect = Effect::none;
    script.reply_when = When::on_release;
    desk.control().next(0, Function::drop, script);
    CHECK(!call.drop());
    desk.control().set_state(desk.number(), linecallstate_connected, 2);
    desk.control().hangs_up(desk.number());
    desk.settle();
    desk.control().release_pending();
    desk.settle();
    CHECK(call.phase() == Phase::terminating); // the drop has been accepted, and idle is owed
    desk.control().goes_idle(desk.number());
    CHECK(desk.over(call));
}

TEST_CASE("rule 18: a second attempt that is refused leaves the first one as it was", "[tapi2][rule 18]") {
    for (const bool in_the_reply : {false, true}) {
        Desk desk;
        auto call = desk.dial();
        Script script;
        script.effect = Effect::none;
        desk.control().next(0, Function::drop, script);
        CHECK(!call.drop());
        desk.settle();
        desk.control().hangs_up(desk.number()); // on its way to the end
        desk.settle();
        desk.control().next(0, Function::drop,
                            in_the_reply ? fails_in_the_reply(Error::operation_failed)
                                         : fails_at_once(Error::operation_failed));
        static_cast<void>(call.abort());
        desk.settle();
        CHECK(call.phase() == Phase::terminating);
        CHECK(desk.books().drops == 2);
        desk.control().goes_idle(desk.number());
        REQUIRE(desk.over(call));
        CHECK(call.termination()->origin == Origin::user);
        CHECK(!call.termination()->contested);
    }
}

TEST_CASE("rule 17: a call that goes idle at once is over, without a drop", "[tapi2][rule 17]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto call = desk.take();
        desk.control().goes_idle(desk.number());
        REQUIRE(desk.over(call));
        CHECK(call.termination()->origin == Origin::remote);
        CHECK(call.termination()->cause->mode == DisconnectMode::unspecified);
        call.release();
        CHECK(desk.books().drops == 0);
        CHECK(desk.books().deallocations == 1);
    }
}

TEST_CASE("rule 18: disconnected on the way to the end that we asked for is ours, and not dropped again",
          "[tapi2][rule 18]") {
    for (const auto notification : all_notifications) {
        for (const bool effect_first : {false, true}) {
            Desk desk(notification);
            auto call = desk.dial();
            Script script;
            script.effect = Effect::disconnected_then_idle;
            script.effect_first = effect_first;
            desk.control().next(0, Function::drop, script);
            CHECK(!call.drop());
            REQUIRE(desk.over(call));
            CHECK(call.termination()->origin == Origin::user);
            CHECK(call.termination()->cause->mode == DisconnectMode::normal);
            CHECK(!call.termination()->contested);
            desk.settle();
            CHECK(desk.books().drops == 1);
        }
    }
}

TEST_CASE("rule 19: a drop says nothing to the other party, a disconnect what it is given", "[tapi2][rule 19]") {
    char heard[64];
    {
        Desk desk;
        auto call = desk.dial();
        const Dword number = desk.number();
        end(desk, call);
        CHECK(desk.control().user_user_info_of(number, heard, sizeof heard) == 0);
    }
    Desk desk;
    auto call = desk.dial();
    const Dword number = desk.number();
    CHECK(!call.disconnect(UserUserInfo("good bye")));
    REQUIRE(desk.over(call));
    CHECK(call.termination()->origin == Origin::application);
    CHECK(call.termination()->reason->bytes() == "good bye");
    REQUIRE(desk.control().user_user_info_of(number, heard, sizeof heard) == 8);
    CHECK(std::string_view(heard, 8) == "good bye");
}

TEST_CASE("rule 19: too much is refused, and the call can be dropped without", "[tapi2][rule 19]") {
    Desk desk;
    Device device;
    device.uui_limit = 4;
    desk.control().set_device(0, device);
    auto call = desk.dial();
    CHECK(call.disconnect(UserUserInfo("12345")) == Error::user_user_info_too_big);
    CHECK(call.phase() == Phase::active);
    end(desk, call);
    CHECK(!call.termination()->reason);
}

TEST_CASE("rule 20: a reply that comes before lineDrop has returned is that drop's", "[tapi2][rule 20]") {
    for (const auto notification : {Notification::event, Notification::completion_port}) {
        for (const bool refuses : {false, true}) {
            Desk desk(notification);
            auto call = desk.dial();
            Script script = refuses ? fails_in_the_reply(Error::operation_failed) : Script();
            script.reply_when = When::before_return;
            script.effect_when = When::on_release;
            desk.control().next(0, Function::drop, script);
            CHECK(call.drop() == (refuses ? Error::operation_failed : std::error_code()));
            CHECK(call.phase() == (refuses ? Phase::active : Phase::terminating));
            if (refuses) end(desk, call);
            desk.control().release_pending();
            CHECK(desk.over(call));
        }
    }
}

TEST_CASE("rule 20: so is one that comes before lineMakeCall has, with all that is said of the call then",
          "[tapi2][rule 20]") {
    for (const auto notification : {Notification::event, Notification::completion_port}) {
        for (const Outcome outcome : {Outcome::answers, Outcome::idle, Outcome::busy}) {
            Desk desk(notification);
            Dial dial;
            dial.outcome = outcome;
            desk.control().set_dial(u"100", dial);
            Script script;
            script.reply_when = script.effect_when = When::before_return;
            desk.control().next(0, Function::make_call, script);
            auto call = TapiSession::open(desk.line(), "100");
            if (outcome == Outcome::answers)
                CHECK(desk.eventually([&] { return Desk::state(call) == CallState::connected; }));
            else REQUIRE(desk.over(call));
            if (outcome == Outcome::answers) end(desk, call);
        }
    }
}

TEST_CASE("rule 21: idle before the reply and the reply before idle come to the same", "[tapi2][rule 21]") {
    for (const auto notification : all_notifications) {
        for (const bool effect_first : {false, true}) {
            Desk desk(notification);
            auto call = desk.dial();
            Script script;
            script.effect_first = effect_first;
            desk.control().next(0, Function::drop, script);
            CHECK(!call.drop());
            REQUIRE(desk.over(call));
            desk.settle();
            CHECK(call.termination()->origin == Origin::user);
            CHECK(!call.termination()->contested);
            CHECK(call.phase() == Phase::terminated);
            call.release();
            CHECK(desk.books().drops == 1);
            CHECK(desk.books().deallocations == 1);
        }
    }
}

TEST_CASE("rule 22: nobody waits for a reply after the deallocation, and one that comes is of no consequence",
          "[tapi2][rule 22]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto call = desk.dial();
        Script script = fails_in_the_reply(Error::operation_failed);
        script.effect = Effect::idle;
        script.reply_when = When::on_release;
        desk.control().next(0, Function::drop, script);
        CHECK(!call.drop());
        REQUIRE(desk.over(call));
        call.release();
        CHECK(desk.line().outstanding().empty());
        auto next = desk.take(); // has the same handle
        desk.control().release_pending();
        desk.settle();
        CHECK(next.phase() == Phase::active);
        CHECK(call.termination()->origin == Origin::user);
        end(desk, next);
    }
}

TEST_CASE("rule 23: a message for a handle that nobody has makes no session and does no harm", "[tapi2][rule 23]") {
    Desk desk;
    desk.control().send_state(77, linecallstate_connected, 0, linecallprivilege_owner);
    desk.control().send_state(0, linecallstate_idle);
    desk.control().send_reply(4711, 0);
    desk.control().send({0, 99, 0, 1, 2, 3});
    desk.settle();
    CHECK(desk.count() == 0);
    CHECK(desk.line().outstanding().empty());
    auto call = desk.take();
    end(desk, call);
}

TEST_CASE("rule 23: a call that gets the handle of another hears nothing that was meant for that one",
          "[tapi2][rule 23]") {
    Desk desk;
    desk.control().keep_stale_messages(true);
    auto first = desk.take();
    const auto handle = Desk::handle(first);
    const auto first_id = first.id();
    wrapup::Monitor<Provider> monitor(first);
    end(desk, first);
    auto second = desk.take();
    REQUIRE(Desk::handle(second) == handle);
    CHECK(second.id() != first_id);
    CHECK(second.phase() == Phase::active);
    desk.control().hangs_up(desk.number(), linedisconnectmode_reject);
    REQUIRE(desk.over(second));
    CHECK(second.termination()->cause->mode == DisconnectMode::rejected);
    CHECK(monitor.termination()->cause->mode == DisconnectMode::unspecified);
    CHECK(monitor.termination()->origin == Origin::user);
}

TEST_CASE("rule 24: each message says what the state is, and idle alone is for ever", "[tapi2][rule 24]") {
    Desk desk;
    auto call = desk.dial();
    const Dword number = desk.number();
    const auto handle = Desk::handle(call);
    for (const Dword state : {linecallstate_connected, linecallstate_ringback, linecallstate_onhold,
                              linecallstate_dialing, linecallstate_unknown, linecallstate_connected}) {
        desk.control().set_state(number, state);
        desk.settle();
        CHECK(static_cast<Dword>(Desk::state(call)) == state);
        CHECK(call.phase() == Phase::active);
    }
    desk.control().goes_idle(number);
    REQUIRE(desk.over(call));
    desk.control().send_state(handle, linecallstate_connected);
    desk.control().send_state(handle, linecallstate_disconnected, linedisconnectmode_busy);
    desk.control().send_state(handle, linecallstate_idle);
    desk.settle();
    CHECK(Desk::state(call) == CallState::idle);
    CHECK(call.phase() == Phase::terminated);
    CHECK(call.termination()->cause->mode == DisconnectMode::unspecified);
    CHECK(desk.books().drops == 0);
}

TEST_CASE("rule 25: what is the device's own in a state does not end a call", "[tapi2][rule 25]") {
    Desk desk;
    auto call = desk.dial();
    const auto handle = Desk::handle(call);
    desk.control().send_state(handle, 0x81000000 | linecallstate_connected);
    desk.settle();
    CHECK(Desk::state(call) == CallState::connected);
    desk.control().send_state(handle, 0x01000000 | linecallstate_unknown); // as Cisco does
    desk.control().send_state(handle, 0x00100000);
    desk.control().send_state(handle, 0x00FF0000);
    desk.control().send_state(handle, 0);
    desk.settle();
    CHECK(call.phase() == Phase::active);
    desk.control().send_state(handle, 0x7F000000 | linecallstate_idle);
    CHECK(desk.over(call));
    desk.control().goes_idle(desk.number());
}

TEST_CASE("rule 26: a privilege that is named is the new one, and zero changes nothing", "[tapi2][rule 26]") {
    Desk desk;
    auto call = desk.take();
    const auto handle = Desk::handle(call);
    CHECK(call.query(&Provider::privilege) == Privilege::owner);
    desk.control().send_state(handle, linecallstate_connected, 0, 0);
    desk.settle();
    CHECK(call.query(&Provider::privilege) == Privilege::owner);
    desk.control().take_ownership(desk.number());
    desk.settle();
    CHECK(call.query(&Provider::privilege) == Privilege::monitor);
    CHECK(call.drop() == Error::not_owner);
    CHECK(desk.control().hand_off(desk.number()) == handle); // and back
    desk.settle();
    CHECK(call.query(&Provider::privilege) == Privilege::owner);
    CHECK(desk.count() == 0);
    end(desk, call);
}

TEST_CASE("rule 27: a result is read as 32 bits, whatever stands above them", "[tapi2][rule 27]") {
    for (const bool zero_extended : {false, true}) {
        Desk desk;
        auto call = desk.dial();
        Script script = fails_in_the_reply(Error::operation_failed);
        script.zero_extended = zero_extended;
        desk.control().next(0, Function::drop, script);
        drop_refused_by_reply(desk, call, Error::operation_failed);
        end(desk, call);
    }
}

TEST_CASE("rule 28: the mode of the disconnection is kept through idle and release, also one that nobody knows",
          "[tapi2][rule 28]") {
    for (const Dword mode :
         {linedisconnectmode_normal, linedisconnectmode_cancelled, Dword(0x40000000), Dword(0x300)}) {
        Desk desk;
        auto call = desk.dial();
        desk.control().hangs_up(desk.number(), mode);
        REQUIRE(desk.over(call));
        call.release();
        CHECK(static_cast<Dword>(call.termination()->cause->mode) == mode);
    }
}

TEST_CASE("rule 28: an unknown mode is replaced by a known one, and not the other way round", "[tapi2][rule 28]") {
    Desk desk;
    auto call = desk.dial();
    const Dword number = desk.number();
    desk.control().next(0, Function::drop, dropped_on_release());
    desk.control().hangs_up(number, linedisconnectmode_unknown);
    desk.control().send_state(Desk::handle(call), linecallstate_disconnected, linedisconnectmode_reject);
    desk.control().send_state(Desk::handle(call), linecallstate_disconnected, linedisconnectmode_unknown);
    desk.control().send_state(Desk::handle(call), linecallstate_disconnected, 0);
    desk.settle();
    desk.control().release_pending();
    REQUIRE(desk.over(call));
    CHECK(call.termination()->cause->mode == DisconnectMode::rejected);
}

TEST_CASE("rule 29: a service that vanishes ends the waiting for its messages, and its sessions", "[tapi2][rule 29]") {
    Desk desk;
    auto call = desk.dial();
    desk.control().set_service(false);
    CHECK(desk.over(call));
    CHECK(call.termination()->origin == Origin::service);
    CHECK(call.phase() == Phase::released);
    std::error_code error;
    static_cast<void>(TapiSession::open(error, desk.line(), "100"));
    CHECK(error);
    desk.control().set_service(true);
}

TEST_CASE("rule 29: a TAPI that says yes and does nothing is not asked without end, and no wait is",
          "[tapi2][rule 29]") {
    SilentTapi tapi;
    tapi2::Options options;
    options.grace = 20ms;
    {
        tapi2::Line line(tapi, options);
        std::error_code error;
        Provider provider(line);
        TapiSession call(provider.adopt(error, 7, Privilege::owner), provider);
        CHECK(!error);
        CHECK(!call.query(&Provider::call_info));
        CHECK(!call.query(&Provider::call_status));
        CHECK(!call.drop());
        CHECK(!wrapup::wait_for(call, 200ms));
        CHECK(call.phase() == Phase::terminating);
        CHECK(tapi.asked < 20); // each rest is twice as long as the one before
        call.release();
        CHECK(tapi.deallocations == 0);
    }
    CHECK(tapi.drops == 1);
    CHECK(tapi.deallocations == 1);
}

TEST_CASE("rule 29: every message that comes through a port is freed once", "[tapi2][rule 29]") {
    Desk desk(Notification::completion_port);
    for (int i = 0; i < 20; ++i) {
        auto call = desk.take();
        end(desk, call);
    }
    auto left = desk.take();
    desk.control().answers(desk.number()); // nobody may have come to take that
    desk.close();
    CHECK(desk.books().messages_held == 0);
}

TEST_CASE("rule 30: a session that is destroyed before its call has a handle is dropped and deallocated when it has",
          "[tapi2][rule 30]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        Script script;
        script.reply_when = script.effect_when = When::on_release;
        desk.control().next(0, Function::make_call, script);
        { auto call = TapiSession::open(desk.line(), "100"); }
        CHECK(desk.books().drops == 0);
        CHECK(desk.line().outstanding().size() == 1);
        desk.control().release_pending();
        CHECK(desk.eventually([&] { return desk.line().outstanding().empty(); }));
        CHECK(desk.books().drops == 1);
        CHECK(desk.books().handles_given == 1);
        CHECK(desk.books().handles_deallocated == 1);
        CHECK(desk.books().deallocations_of_live == 0);
    }
}

TEST_CASE("rule 30: a call that is not made after all has no handle, and says why", "[tapi2][rule 30]") {
    for (const auto notification : all_notifications) {
        for (const bool released : {false, true}) {
            Desk desk(notification);
            Script script = fails_in_the_reply(Error::call_unavailable);
            script.reply_when = When::on_release;
            desk.control().next(0, Function::make_call, script);
            auto call = TapiSession::open(desk.line(), "100");
            if (released) call.release();
            else CHECK(!call.drop());
            desk.control().release_pending();
            REQUIRE(desk.over(call));
            CHECK(call.termination()->cause->error == Error::call_unavailable);
            call.release();
            CHECK(desk.line().outstanding().empty());
            CHECK(desk.books().handles_given == 0);
            CHECK(desk.books().deallocations == 0);
        }
    }
}

TEST_CASE("rule 30: a line that ends while a call is being made waits for it, but not for ever", "[tapi2][rule 30]") {
    tapi2::Options options;
    options.grace = 30ms;
    Desk desk(Notification::event, options);
    Script script;
    script.reply_when = script.effect_when = When::on_release;
    desk.control().next(0, Function::make_call, script);
    auto call = TapiSession::open(desk.line(), "100");
    desk.close();
    desk.control().release_pending(); // TAPI may not write into the call any more
    CHECK(call.phase() == Phase::released);
    CHECK(call.termination()->origin == Origin::service);
}

TEST_CASE("rule 31: what TAPI knows of a call is read whole, though it grows meanwhile", "[tapi2][rule 31]") {
    Desk desk;
    Info info;
    info.caller.address = u"5550100";
    info.comment = u"a comment that takes more room than there is at first";
    auto call = desk.take(Privilege::owner, info);
    const Dword number = desk.number();
    desk.control().grow(number, 300, 2);
    const auto found = call.query(&Provider::call_info);
    REQUIRE(found);
    CHECK(found->caller->address == "5550100");
    CHECK(found->comment == "a comment that takes more room than there is at first");
    CHECK(!found->display);
    end(desk, call);
}

TEST_CASE("rule 31: what is wrong in it is absent, and read for no more than a while", "[tapi2][rule 31]") {
    for (const auto spoiled :
         {Spoiled::offset_beyond, Spoiled::size_beyond, Spoiled::wraps_around, Spoiled::needs_ever_more}) {
        Desk desk;
        Info info;
        info.caller.address = u"5550100";
        auto call = desk.take(Privilege::owner, info);
        desk.control().spoil(desk.number(), spoiled);
        const auto found = call.query(&Provider::call_info);
        if (found && spoiled != Spoiled::needs_ever_more) CHECK((!found->caller || found->caller->address.empty()));
        CHECK(!call.drop());
        CHECK(desk.over(call)); // and the snapshot survives it
    }
}

TEST_CASE("rule 32: a session may be destroyed inside the callback of its end", "[tapi2][rule 32]") {
    for (const auto notification : all_notifications) {
        Desk desk(notification);
        auto call = std::make_unique<TapiSession>(desk.dial());
        int called = 0;
        const wrapup::TerminationCallback over(*call, [&] {
            ++called;
            call.reset();
        });
        desk.control().goes_idle(desk.number());
        CHECK(desk.eventually([&] { return desk.line().outstanding().empty(); }));
        CHECK(called == 1);
        CHECK(!call);
        CHECK(desk.books().deallocations == 1);
    }
}

TEST_CASE("rule 32: nothing is called back under a lock, and nothing after the line is gone", "[tapi2][rule 32]") {
    std::atomic<int> heard{0};
    tapi2::Options options;
    options.on_state = [&](tapi2::Call, CallState) { ++heard; };
    Desk desk(Notification::event, options);
    auto call = desk.dial();
    auto other = desk.take();
    std::error_code refused;
    const wrapup::TerminationCallback over(call, [&] {
        // All that the provider can do, from another thread too.
        std::thread([&] {
            static_cast<void>(other.query(&Provider::call_info));
            static_cast<void>(desk.line().outstanding());
            refused = other.drop();
        }).join();
        call.release();
    });
    desk.control().goes_idle(desk.number() - 1);
    REQUIRE(desk.over(call));
    CHECK(desk.over(other));
    CHECK(!refused);
    desk.close();
    const int before = heard;
    CHECK(before > 0);
    desk.control().send_state(1, linecallstate_connected);
    std::this_thread::sleep_for(5ms);
    CHECK(heard == before);
}

TEST_CASE("tapi2: what TAPI objects to when it is begun with is what making the line throws", "[tapi2]") {
    const auto thrown = [](tapi2::Functions& tapi, std::uint32_t device) {
        for (const auto notification : all_notifications) {
            tapi2::Options options;
            options.notification = notification;
            options.device = device;
            try {
                const tapi2::Line line(tapi, options);
            } catch (const std::system_error& error) {
                if (notification == Notification::hidden_window) return error.code();
            }
        }
        return std::error_code();
    };
    Bench bench;
    Control& control = bench.control();
    for (const auto error : {Error::reinit, Error::service_not_running, Error::no_driver, Error::no_memory}) {
        control.next(any_device, Function::initialize, fails_at_once(error), 3);
        CHECK(thrown(bench.functions(), 0) == error);
    }
    Device old;
    old.highest_version = version_1_4;
    CHECK(thrown(bench.functions(), control.add_device(old)) == Error::incompatible_api_version);
    CHECK(thrown(bench.functions(), 77) == Error::bad_device_id);
    for (const auto error : {Error::allocated, Error::line_mapper_failed, Error::resource_unavailable}) {
        control.next(0, Function::open, fails_at_once(error), 3);
        CHECK(thrown(bench.functions(), 0) == error);
    }
    control.set_service(false);
    CHECK(thrown(bench.functions(), 0));
    control.set_service(true);
    CHECK(!thrown(bench.functions(), 0));
    tapi2::Line line(bench.functions());
    CHECK(line.version() == 0x00020002);
}
