// SPDX-License-Identifier: BSL-1.0

// The double of TAPI 2 by itself, through the table of functions that a provider is given: what the documents say, in all three
// ways in which messages come.

#include "support/catch.hpp"
#include "tapi2/bench.hpp"
#include "tapi2/call_info.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace tapi2_double;
using namespace std::chrono_literals;

// An application with a line on device 0, which takes its messages one by one.
class Phone {
public:
    explicit Phone(Bench& bench, Dword mode = abi::lineinitializeexoption_useevent, Dword version = version_2_0,
                   Dword privileges = linecallprivilege_owner)
        : functions_(bench.functions()), mode_(mode) {
        abi::InitializeExParams params{};
        params.dwTotalSize = sizeof params;
        params.dwOptions = mode;
        if (mode == abi::lineinitializeexoption_usecompletionport) params.handle = port_ = functions_.create_port();
        Dword devices = 0, highest = version_2_2;
        REQUIRE(functions_.lineInitializeExW(&app, &Phone::call_back, u"double.test", &devices, &highest, &params) ==
                0);
        endpoint = params.handle;
        abi::ExtensionId extension{};
        Dword negotiated = 0;
        REQUIRE(functions_.lineNegotiateAPIVersion(app, 0, version, version, &negotiated, &extension) == 0);
        REQUIRE(functions_.lineOpenW(app, 0, &line, version, 0, reinterpret_cast<DwordPtr>(this), privileges,
                                     linemediamode_interactivevoice, nullptr) == 0);
    }
    Phone(const Phone&) = delete;
    Phone& operator=(const Phone&) = delete;
    ~Phone() {
        if (app != 0) shut_down();
        if (port_) {
            while (read(0ms)) {
            }
            functions_.close_port(port_);
        }
    }
    void shut_down() {
        CHECK(functions_.lineShutdown(app) == 0);
        app = line = 0;
    }

    // The next message, or none.
    std::optional<abi::Message> read(std::chrono::milliseconds timeout) {
        abi::Message message{};
        if (mode_ == abi::lineinitializeexoption_useevent) {
            if (functions_.lineGetMessage(app, &message, static_cast<Dword>(timeout.count())) != 0) return std::nullopt;
            return handle(message);
        }
        if (mode_ == abi::lineinitializeexoption_usecompletionport) {
            if (functions_.take_message(port_, message, timeout) == wrapup::tapi2::Functions::Taken::nothing)
                return std::nullopt;
            return handle(message);
        }
        if (called_back_.empty()) functions_.pump(timeout);
        if (called_back_.empty()) return std::nullopt;
        message = called_back_.front();
        called_back_.pop_front();
        return message;
    }
    abi::Message next() { return read(5s).value_or(abi::Message{}); }
    bool has_none() { return !read(0ms); }

    bool reads_state(Handle call, Dword state, Dword mode = 0, Dword privilege = 0) {
        const abi::Message message = next();
        return message.dwMessageID == abi::line_callstate && message.hDevice == call && message.dwParam1 == state &&
               message.dwParam2 == mode && message.dwParam3 == privilege &&
               message.dwCallbackInstance == reinterpret_cast<DwordPtr>(this);
    }
    bool reads_reply(Long request, Long result = 0) {
        const abi::Message message = next();
        return message.dwMessageID == abi::line_reply && static_cast<Long>(message.dwParam1) == request &&
               static_cast<Long>(message.dwParam2) == result;
    }
    // The handle of a call that comes.
    Handle reads_new_call(Dword privilege = linecallprivilege_owner) {
        const abi::Message message = next();
        CHECK(message.dwMessageID == abi::line_appnewcall);
        CHECK(message.hDevice == line);
        CHECK(message.dwParam3 == privilege);
        const auto call = static_cast<Handle>(message.dwParam2);
        CHECK(reads_state(call, linecallstate_offering, lineofferingmode_active, privilege));
        return call;
    }

    Handle app = 0, line = 0;
    void* endpoint = nullptr;     // the event, or the port
    std::atomic<int> replies = 0; // that have been handled

private:
    abi::Message handle(const abi::Message& message) {
        if (message.dwMessageID == abi::line_reply) ++replies;
        return message;
    }
    static void call_back(Dword device, Dword message, DwordPtr instance, DwordPtr param1, DwordPtr param2,
                          DwordPtr param3) {
        auto& phone = *reinterpret_cast<Phone*>(instance); // NOLINT(performance-no-int-to-ptr): TAPI has it as a number
        phone.called_back_.push_back(phone.handle({device, message, instance, param1, param2, param3}));
    }

    wrapup::tapi2::Functions& functions_;
    Dword mode_;
    void* port_ = nullptr;
    std::deque<abi::Message> called_back_;
};

constexpr Dword all_modes[] = {abi::lineinitializeexoption_usehiddenwindow, abi::lineinitializeexoption_useevent,
                               abi::lineinitializeexoption_usecompletionport};

} // namespace

TEST_CASE("rule 43: it is the double that answers, and not the machine's TAPI", "[tapi2][double]") {
    Bench bench; // it has looked
    CHECK(bench.control().text(Text::calls).empty());
    CHECK(bench.functions().lineShutdown(7) == lineerr_invalapphandle);
    CHECK(bench.control().text(Text::violations) == "lineShutdown(7): there never was such a handle\n");
    bench.control().clear_books();
}

TEST_CASE("TAPI double: a call that comes is answered, dropped, and deallocated", "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench, mode);
        const Dword number = bench.control().offer(0);
        const Handle call = phone.reads_new_call();
        CHECK(bench.control().call_of(call) == number);

        const Long answered = tapi.lineAnswer(call, nullptr, 0);
        CHECK(answered > 0);
        CHECK(phone.reads_reply(answered));
        CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_active));

        const Long dropped = tapi.lineDrop(call, nullptr, 0);
        CHECK(dropped > answered);
        CHECK(phone.reads_reply(dropped));
        CHECK(phone.reads_state(call, linecallstate_idle));
        CHECK(phone.has_none());
        CHECK(tapi.lineDeallocateCall(call) == 0);
        phone.shut_down();
        CHECK(bench.control().text(Text::calls) ==
              "lineInitializeExW(0)\nlineNegotiateAPIVersion(2001)\nlineOpenW(2001)\n"
              "lineAnswer(1)\nlineDrop(1)\nlineDeallocateCall(1)\nlineShutdown(2001)\n");
        CHECK(bench.control().text(Text::endings) == "call 1: 0x2:0x1 0x100:0x1 0x1, ended by drop\n");
    }
}

TEST_CASE("TAPI double: the handle of an outgoing call is written when the reply is delivered", "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench, mode);
        bench.control().set_dial(u"1", {Outcome::answers});
        Handle call = 0xDEAD;
        bench.control().next(0, Function::make_call, {.reply_when = When::on_release, .effect_when = When::on_release});
        const Long made = tapi.lineMakeCallW(phone.line, &call, u"1", 0, nullptr);
        CHECK(made > 0);
        CHECK(phone.has_none());
        CHECK(call == 0xDEAD);
        CHECK(bench.control().release_pending() == 2);
        // In a port, the reply is delivered once it is in there.
        if (mode != abi::lineinitializeexoption_usecompletionport) CHECK(call == 0xDEAD);
        CHECK(phone.reads_reply(made));
        CHECK(call == 1);
        CHECK(phone.reads_state(call, linecallstate_dialing, 0, linecallprivilege_owner));
        CHECK(phone.reads_state(call, linecallstate_proceeding));
        CHECK(phone.reads_state(call, linecallstate_ringback));
        CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_active));
        bench.control().hangs_up(bench.control().last_call(), linedisconnectmode_busy);
        CHECK(phone.reads_state(call, linecallstate_disconnected, linedisconnectmode_busy));
        CHECK(phone.reads_reply(tapi.lineDrop(call, nullptr, 0)));
        CHECK(phone.reads_state(call, linecallstate_idle));
        CHECK(tapi.lineDeallocateCall(call) == 0);
    }
}

TEST_CASE("TAPI double: what lineInitializeExW, lineNegotiateAPIVersion and lineOpenW object to", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Control& control = bench.control();
    const Dword old = control.add_device({.highest_version = version_1_4});
    abi::InitializeExParams params{};
    params.dwTotalSize = sizeof params;
    params.dwOptions = abi::lineinitializeexoption_useevent;
    Handle app = 0;
    Dword devices = 0, version = version_2_0;
    const auto initialize = [&] { return tapi.lineInitializeExW(&app, nullptr, nullptr, &devices, &version, &params); };

    for (const Long error : {lineerr_reinit, lineerr_service_not_running, lineerr_nodriver}) {
        control.next(any_device, Function::initialize, {.returns = error});
        CHECK(initialize() == error);
    }
    params.dwOptions = abi::lineinitializeexoption_usehiddenwindow;
    CHECK(initialize() == lineerr_invalpointer); // there is no callback
    params.dwOptions = 7;
    CHECK(initialize() == lineerr_invalparam);
    CHECK(app == 0);
    params.dwOptions = abi::lineinitializeexoption_useevent;
    CHECK(initialize() == 0);
    CHECK(params.handle != nullptr);
    CHECK(version == version_2_2);
    CHECK(devices == 2);

    abi::ExtensionId extension{};
    Dword negotiated = 0;
    CHECK(tapi.lineNegotiateAPIVersion(app, 2, version_2_0, version_2_2, &negotiated, &extension) ==
          lineerr_baddeviceid);
    CHECK(tapi.lineNegotiateAPIVersion(app, old, version_2_0, version_2_2, &negotiated, &extension) ==
          lineerr_incompatibleapiversion);
    CHECK(negotiated == 0);
    CHECK(tapi.lineNegotiateAPIVersion(app, old, version_1_3, version_2_2, &negotiated, &extension) == 0);
    CHECK(negotiated == version_1_4);
    CHECK(tapi.lineNegotiateAPIVersion(app, 0, version_2_0, version_3_0, &negotiated, &extension) == 0);
    CHECK(negotiated == version_2_2);
    CHECK(tapi.lineNegotiateAPIVersion(app, 0, version_2_0, version_2_0, &negotiated, &extension) == 0);
    CHECK(negotiated == version_2_0);

    Handle line = 0;
    const auto open = [&](Dword device, Dword asked, Dword privileges) {
        return tapi.lineOpenW(app, device, &line, asked, 0, 0, privileges, linemediamode_interactivevoice, nullptr);
    };
    CHECK(open(2, version_2_0, linecallprivilege_owner) == lineerr_baddeviceid);
    CHECK(open(old, version_2_0, linecallprivilege_owner) == lineerr_incompatibleapiversion);
    CHECK(open(0, version_2_0, 0) == lineerr_invalprivselect);
    CHECK(tapi.lineOpenW(app, 0, &line, version_2_0, 0, 0, linecallprivilege_owner, 0, nullptr) ==
          lineerr_invalmediamode);
    control.next(0, Function::open, {.returns = lineerr_resourceunavail}, 2);
    CHECK(open(0, version_2_0, linecallprivilege_owner) == lineerr_resourceunavail);
    CHECK(open(0, version_2_0, linecallprivilege_owner) == lineerr_resourceunavail);
    CHECK(line == 0);
    CHECK(open(0, version_2_0, linecallprivilege_owner) == 0);
    CHECK(tapi.lineClose(line) == 0);
    CHECK(tapi.lineShutdown(app) == 0);
    CHECK(control.violations() == 0);

    CHECK(tapi.lineNegotiateAPIVersion(app, 0, version_2_0, version_2_2, &negotiated, &extension) ==
          lineerr_invalapphandle);
    CHECK(tapi.lineClose(line) == lineerr_invallinehandle);
    CHECK(tapi.lineShutdown(app) == lineerr_invalapphandle);
    CHECK(control.violations() == 3);
    control.clear_books();
}

TEST_CASE(
    "rule 44: the double sees to it: a call that is idle is not dropped, and who was told so should not have tried",
    "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench, mode);
        const Dword number = bench.control().offer(0);
        const Handle call = phone.reads_new_call();
        bench.control().goes_idle(number);
        CHECK(tapi.lineDrop(call, nullptr, 0) == lineerr_invalcallstate); // IDLE is on its way
        CHECK(bench.control().books().drops_at_idle == 1);
        CHECK(bench.control().violations() == 0);
        CHECK(phone.reads_state(call, linecallstate_idle));
        CHECK(tapi.lineDrop(call, nullptr, 0) == lineerr_invalcallstate);
        CHECK(bench.control().books().drops_at_idle == 2);
        CHECK(bench.control().text(Text::violations) == "lineDrop(1): it is idle\n");
        CHECK(bench.control().books().drops_accepted == 0);
        CHECK(tapi.lineDeallocateCall(call) == 0);
        CHECK(bench.control().text(Text::endings) == "call 1: 0x2:0x1 0x1, ended by the remote party\n");
        bench.control().clear_books();
    }
}

TEST_CASE(
    "rule 44: the double sees to it: a sole owner deallocates a live call from version 2.0 on, where the device lets him",
    "[tapi2][double]") {
    SECTION("below 2.0 he does not") {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench, abi::lineinitializeexoption_useevent, version_1_4);
        const Dword number = bench.control().offer(0);
        CHECK(
            phone.reads_state(1, linecallstate_offering, lineofferingmode_active, linecallprivilege_owner)); // at once
        CHECK(tapi.lineDeallocateCall(1) == lineerr_invalcallstate);
        bench.control().hangs_up(number, linedisconnectmode_blocked);
        CHECK(phone.reads_state(1, linecallstate_disconnected, linedisconnectmode_unknown)); // it knows no better word
        CHECK(tapi.lineDeallocateCall(1) == lineerr_invalcallstate);
        bench.control().next(0, Function::drop, {.effect_first = true, .release_after = 0});
        const Long dropped = tapi.lineDrop(1, nullptr, 0);
        CHECK(phone.reads_state(1, linecallstate_idle));
        CHECK(phone.reads_reply(dropped));
        CHECK(tapi.lineDeallocateCall(1) == 0);
    }
    SECTION("below 2.0, a reply does not come after it") {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench, abi::lineinitializeexoption_useevent, version_1_4);
        const Dword number = bench.control().offer(0);
        bench.control().next(0, Function::drop, {.reply_when = When::on_release});
        CHECK(tapi.lineDrop(1, nullptr, 0) > 0);
        CHECK(bench.control().state_of(number) == linecallstate_idle);
        CHECK(tapi.lineDeallocateCall(1) == 0);
        bench.control().release_pending();
        CHECK(phone.has_none());
        CHECK(bench.control().books().replies_suppressed == 1);
    }
    SECTION("from 2.0 on he does, the call lives on, and the reply comes") {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench);
        bench.control().offer(0);
        const Handle call = phone.reads_new_call();
        bench.control().next(0, Function::drop, {.reply_when = When::on_release, .effect_when = When::on_release});
        const Long dropped = tapi.lineDrop(call, nullptr, 0);
        CHECK(tapi.lineDeallocateCall(call) == 0);
        CHECK(bench.control().books().deallocations_of_live == 1);
        CHECK(bench.control().text(Text::endings) == "call 1: 0x2:0x1 (left without an owner), lives\n");
        bench.control().release_pending();
        CHECK(phone.reads_reply(dropped));
        CHECK(phone.has_none());
    }
    SECTION("a strict device does not let him, nor one that lacks resources") {
        Bench bench;
        auto& tapi = bench.functions();
        bench.control().set_device(0, {.strict_deallocation = true});
        Phone phone(bench);
        const Dword number = bench.control().offer(0);
        const Handle call = phone.reads_new_call();
        CHECK(tapi.lineDeallocateCall(call) == lineerr_invalcallstate);
        bench.control().goes_idle(number);
        bench.control().next(0, Function::deallocate, {.returns = lineerr_resourceunavail}, 2);
        CHECK(tapi.lineDeallocateCall(call) == lineerr_resourceunavail);
        CHECK(tapi.lineDeallocateCall(call) == lineerr_resourceunavail);
        CHECK(tapi.lineDeallocateCall(call) == 0);
        CHECK(bench.control().books().deallocations == 4);
        CHECK(bench.control().books().handles_deallocated == 1);
    }
    SECTION("one of two owners, and a monitor, always do") {
        Bench bench;
        auto& tapi = bench.functions();
        bench.control().set_device(0, {.strict_deallocation = true});
        Phone phone(bench);
        Phone other(bench, abi::lineinitializeexoption_useevent, version_2_0, linecallprivilege_monitor);
        const Dword number = bench.control().offer(0);
        const Handle call = phone.reads_new_call();
        CHECK(tapi.lineDeallocateCall(other.reads_new_call(linecallprivilege_monitor)) == 0);
        bench.control().offer(0, linecallprivilege_monitor);
        const Handle seen = other.reads_new_call(linecallprivilege_monitor);
        CHECK(bench.control().hand_off(2) == seen);
        CHECK(tapi.lineDeallocateCall(seen) == lineerr_invalcallstate);
        CHECK(phone.has_none());
        bench.control().goes_idle(2);
        CHECK(tapi.lineDeallocateCall(seen) == 0);
        bench.control().goes_idle(number);
        CHECK(tapi.lineDeallocateCall(call) == 0);
    }
}

TEST_CASE(
    "rule 44: the double sees to it: no message of a handle comes after its deallocation, unless stale ones are asked for",
    "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        for (const bool stale : {false, true}) {
            Bench bench;
            Phone phone(bench, mode);
            bench.control().keep_stale_messages(stale);
            const Dword number = bench.control().offer(0);
            const Handle call = phone.reads_new_call();
            bench.control().answers(number);
            bench.control().hangs_up(number);
            bench.control().goes_idle(number);
            CHECK(bench.functions().lineDeallocateCall(call) == 0);
            if (stale || mode == abi::lineinitializeexoption_usecompletionport) { // what is in a port stays there
                CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_active));
                CHECK(phone.reads_state(call, linecallstate_disconnected, linedisconnectmode_normal));
                CHECK(phone.reads_state(call, linecallstate_idle));
            } else {
                CHECK(bench.control().books().messages_unread == 3);
            }
            CHECK(phone.has_none());
        }
    }
}

TEST_CASE("rule 44: the double sees to it: the books know who uses a handle that is void", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Phone phone(bench);
    const Dword number = bench.control().offer(0);
    const Handle call = phone.reads_new_call();
    bench.control().goes_idle(number);
    CHECK(phone.reads_state(call, linecallstate_idle));
    CHECK(tapi.lineDeallocateCall(call) == 0);
    CHECK(bench.control().violations() == 0);

    abi::CallStatus status{};
    abi::CallInfo info{};
    status.dwTotalSize = sizeof status;
    info.dwTotalSize = sizeof info;
    CHECK(tapi.lineDeallocateCall(call) == lineerr_invalcallhandle);
    CHECK(tapi.lineDrop(call, nullptr, 0) == lineerr_invalcallhandle);
    CHECK(tapi.lineAnswer(call, nullptr, 0) == lineerr_invalcallhandle);
    CHECK(tapi.lineGetCallStatus(call, &status) == lineerr_invalcallhandle);
    CHECK(tapi.lineGetCallInfoW(call, &info) == lineerr_invalcallhandle);
    CHECK(tapi.lineDrop(0, nullptr, 0) == lineerr_invalcallhandle);
    CHECK(bench.control().text(Text::violations) ==
          "lineDeallocateCall(1): the handle is void since lineDeallocateCall\n"
          "lineDrop(1): the handle is void since lineDeallocateCall\n"
          "lineAnswer(1): the handle is void since lineDeallocateCall\n"
          "lineGetCallStatus(1): the handle is void since lineDeallocateCall\n"
          "lineGetCallInfoW(1): the handle is void since lineDeallocateCall\n"
          "lineDrop(0): there never was such a handle\n");
    const Books books = bench.control().books();
    CHECK(books.violations == 6);
    CHECK(books.dead_handle_uses == 6);
    CHECK(books.double_deallocations == 1);
    CHECK(books.handles_given == 1);
    CHECK(books.handles_deallocated == 1);
    CHECK(books.handles_live == 0);
    bench.control().clear_books();
    CHECK(bench.control().violations() == 0);
}

TEST_CASE("TAPI double: a number is used again at once, or never", "[tapi2][double]") {
    for (const bool reuse : {true, false}) {
        Bench bench;
        Phone phone(bench);
        bench.control().reuse_handles(reuse);
        Handle before = 0;
        for (int round = 0; round < 3; ++round) {
            const Dword number = bench.control().offer(0);
            CHECK(number == static_cast<Dword>(round) + 1);
            const Handle call = phone.reads_new_call();
            CHECK(call == (reuse ? 1 : before + 1));
            before = call;
            bench.control().goes_idle(number);
            CHECK(phone.reads_state(call, linecallstate_idle));
            CHECK(bench.functions().lineDeallocateCall(call) == 0);
        }
    }
}

TEST_CASE("TAPI double: lineClose and lineShutdown void the handles of calls, and no reply comes", "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        for (const bool shutdown : {false, true}) {
            Bench bench;
            auto& tapi = bench.functions();
            Phone phone(bench, mode);
            const Dword number = bench.control().offer(0);
            const Handle call = phone.reads_new_call();
            bench.control().next(0, Function::drop, {.reply_when = When::on_release, .effect_when = When::on_release});
            CHECK(tapi.lineDrop(call, nullptr, 0) > 0);
            bench.control().next(0, Function::make_call, {.reply_when = When::on_release});
            Handle made = 0xDEAD;
            CHECK(tapi.lineMakeCallW(phone.line, &made, u"2", 0, nullptr) > 0);
            CHECK(bench.control().books().requests_pending == 2);
            if (shutdown) phone.shut_down();
            else CHECK(tapi.lineClose(phone.line) == 0);
            CHECK(bench.control().release_pending() == 0);
            if (!shutdown) CHECK(phone.has_none());
            CHECK(made == 0xDEAD);
            CHECK(bench.control().state_of(number) == linecallstate_idle); // the only owner has gone
            const Books books = bench.control().books();
            CHECK(books.handles_voided == 1);
            CHECK(books.handles_live == 0);
            CHECK(books.replies_suppressed == 2);
            CHECK(books.requests_pending == 0);
            CHECK(books.violations == 0);
            CHECK(tapi.lineDeallocateCall(call) == lineerr_invalcallhandle);
            CHECK(bench.control().violations() == 1);
            bench.control().clear_books();
        }
    }
}

TEST_CASE("TAPI double: after lineClose a call lives on where the device does not drop it", "[tapi2][double]") {
    Bench bench;
    bench.control().set_device(0, {.drops_on_close = false});
    Phone phone(bench);
    const Dword number = bench.control().offer(0);
    CHECK(bench.functions().lineClose(phone.line) == 0);
    CHECK(bench.control().state_of(number) == linecallstate_offering);
}

TEST_CASE("TAPI double: lineShutdown lets lineGetMessage return on another thread", "[tapi2][double]") {
    Bench bench;
    Phone phone(bench);
    abi::Message message{};
    CHECK(bench.functions().lineGetMessage(phone.app, &message, 0) == lineerr_operationfailed);
    CHECK(bench.functions().lineGetMessage(phone.app, &message, 20) == lineerr_operationfailed);
    Long result = 0;
    const Handle app = phone.app;
    std::thread consumer([&] {
        while ((result = bench.functions().lineGetMessage(app, &message, 0xFFFFFFFF)) == 0) {
        }
    });
    bench.control().offer(0);
    CHECK(bench.control().wait_handled()); // so it waits
    phone.shut_down();
    consumer.join();
    CHECK(result == lineerr_invalapphandle);
    CHECK(bench.functions().lineGetMessage(app, &message, 0xFFFFFFFF) == lineerr_invalapphandle);
}

TEST_CASE("TAPI double: LINE_CLOSE voids everything on the line, and who has been told uses none of it",
          "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench, mode);
        bench.control().offer(0);
        bench.control().offer(0);
        const Handle first = phone.reads_new_call(), second = phone.reads_new_call();
        CHECK(first != second);
        bench.control().next(0, Function::drop, {.reply_when = When::on_release, .effect_when = When::never});
        CHECK(tapi.lineDrop(first, nullptr, 0) > 0);
        bench.control().force_close(0);
        CHECK(bench.control().release_pending() == 0);
        CHECK(tapi.lineDrop(second, nullptr, 0) == lineerr_invalcallhandle);
        CHECK(tapi.lineDeallocateCall(second) == lineerr_invalcallhandle);
        CHECK(bench.control().violations() == 0); // how could one know?
        const abi::Message closed = phone.next();
        CHECK(closed.dwMessageID == abi::line_close);
        CHECK(closed.hDevice == phone.line);
        CHECK(phone.has_none());
        CHECK(bench.control().books().handles_voided == 2);
        CHECK(bench.control().books().lines_open == 0);
        CHECK(tapi.lineDeallocateCall(second) == lineerr_invalcallhandle);
        CHECK(tapi.lineClose(phone.line) == lineerr_invallinehandle);
        CHECK(bench.control().text(Text::violations) == "lineDeallocateCall(2): the handle is void since LINE_CLOSE\n"
                                                        "lineClose(1001): the handle is void since LINE_CLOSE\n");
        bench.control().clear_books();
    }
}

TEST_CASE("TAPI double: lineGetCallStatus tells the mode only in the state that has it", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Control& control = bench.control();
    Phone phone(bench);
    abi::CallStatus status{};
    const auto look = [&] {
        status = {};
        status.dwTotalSize = sizeof status;
        CHECK(tapi.lineGetCallStatus(1, &status) == 0);
        return status.dwCallState;
    };
    const Dword number = control.offer(0);
    CHECK(look() == linecallstate_offering);
    CHECK(status.dwCallPrivilege == linecallprivilege_owner);
    CHECK(status.dwCallFeatures == (linecallfeature_drop | linecallfeature_answer));
    control.set_time(1'700'000'000'123); // 2023-11-14 22:13:20.123, a Tuesday
    control.hangs_up(number, linedisconnectmode_noanswer);
    CHECK(look() == linecallstate_disconnected);
    CHECK(status.dwCallStateMode == linedisconnectmode_noanswer);
    CHECK(status.dwCallFeatures == linecallfeature_drop);
    CHECK(status.tStateEntryTime.wYear == 2023);
    CHECK(status.tStateEntryTime.wMonth == 11);
    CHECK(status.tStateEntryTime.wDay == 14);
    CHECK(status.tStateEntryTime.wDayOfWeek == 2);
    CHECK(status.tStateEntryTime.wHour == 22);
    CHECK(status.tStateEntryTime.wMinute == 13);
    CHECK(status.tStateEntryTime.wSecond == 20);
    CHECK(status.tStateEntryTime.wMilliseconds == 123);
    control.set_time(1'700'000'001'000);
    control.goes_idle(number);
    CHECK(look() == linecallstate_idle);
    CHECK(status.dwCallStateMode == 0);
    CHECK(status.dwCallFeatures == 0);
    CHECK(status.tStateEntryTime.wSecond == 21);

    status.dwTotalSize = sizeof status - 1;
    CHECK(tapi.lineGetCallStatus(1, &status) == lineerr_structuretoosmall);
    CHECK(tapi.lineGetCallStatus(1, nullptr) == lineerr_invalpointer);
    control.next(0, Function::call_status, {.returns = lineerr_operationfailed});
    status.dwTotalSize = sizeof status;
    CHECK(tapi.lineGetCallStatus(1, &status) == lineerr_operationfailed);
    CHECK(tapi.lineDeallocateCall(1) == 0);
}

TEST_CASE("TAPI double: states come as they are scripted, and only IDLE is for good", "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        Control& control = bench.control();
        Phone phone(bench, mode);
        const Dword number = control.offer(0);
        const Handle call = phone.reads_new_call();
        control.rings(number);
        CHECK(phone.reads_state(call, linecallstate_ringback));
        control.is_busy(number);
        CHECK(phone.reads_state(call, linecallstate_busy, linebusymode_station));
        control.set_state(number, linecallstate_specialinfo, linespecialinfo_nocircuit);
        CHECK(phone.reads_state(call, linecallstate_specialinfo, linespecialinfo_nocircuit));
        control.set_state(number, 0x05000000 | linecallstate_unknown, 0x77);
        CHECK(phone.reads_state(call, 0x05000000 | linecallstate_unknown, 0x77));
        control.set_state(number, linecallstate_connected, lineconnectedmode_inactive);
        control.set_state(number, linecallstate_connected, lineconnectedmode_inactive);
        CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_inactive));
        CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_inactive)); // twice
        control.goes_idle(number);
        control.answers(number);
        CHECK(phone.reads_state(call, linecallstate_idle));
        CHECK(phone.has_none());
        CHECK(control.state_of(number) == linecallstate_idle);

        control.send_state(call, linecallstate_connected, lineconnectedmode_active); // against the rules
        CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_active));
        control.send_state(77, linecallstate_offering, 0, linecallprivilege_owner);
        CHECK(phone.reads_state(77, linecallstate_offering, 0, linecallprivilege_owner));
        control.send_reply(12345, 0);
        CHECK(phone.reads_reply(12345));
        CHECK(bench.functions().lineDeallocateCall(call) == 0);
        control.send_state(call, linecallstate_disconnected, linedisconnectmode_normal);
        CHECK(phone.reads_state(call, linecallstate_disconnected, linedisconnectmode_normal));
    }
}

TEST_CASE("TAPI double: what a drop brings about is scripted", "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Control& control = bench.control();
        Phone phone(bench, mode);
        const Dword number = control.offer(0);
        const Handle call = phone.reads_new_call();
        const auto drop = [&](const Script& script) {
            control.next(0, Function::drop, script);
            return tapi.lineDrop(call, nullptr, 0);
        };

        CHECK(drop({.returns = lineerr_resourceunavail}) == lineerr_resourceunavail);
        CHECK(drop({.returns = 0}) == 0);
        CHECK(phone.has_none());
        CHECK(control.books().drops_accepted == 0);

        Long id = drop({.reply = lineerr_operationfailed});
        CHECK(static_cast<DwordPtr>(std::intptr_t{lineerr_operationfailed}) == phone.next().dwParam2);
        id = drop({.reply = lineerr_operationfailed, .zero_extended = true});
        const abi::Message zero_extended = phone.next();
        CHECK(static_cast<Long>(zero_extended.dwParam1) == id);
        CHECK(zero_extended.dwParam2 == static_cast<Dword>(lineerr_operationfailed));
        CHECK(phone.has_none());
        CHECK(control.state_of(number) == linecallstate_offering);

        id = drop({.effect = Effect::inactive});
        CHECK(phone.reads_reply(id));
        CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_inactive));

        id = drop({.effect = Effect::none});
        CHECK(phone.reads_reply(id));
        CHECK(phone.has_none());

        CHECK(control.books().drops_overlapping == 0);
        CHECK(drop({.reply_when = When::never, .effect_when = When::never}) > id);
        CHECK(phone.has_none());
        CHECK(control.books().requests_pending == 1);

        id = drop({.reply_when = When::on_release, .effect_when = When::on_release, .release_after = 2});
        CHECK(control.books().drops_overlapping == 1);
        control.rings(number);
        CHECK(phone.reads_state(call, linecallstate_ringback));
        CHECK(phone.has_none());
        control.answers(number);
        CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_active));
        CHECK(phone.reads_reply(id));
        CHECK(phone.reads_state(call, linecallstate_idle));
        CHECK(phone.has_none());
        CHECK(tapi.lineDeallocateCall(call) == 0);
        CHECK(control.books().requests == 6);
        CHECK(control.books().replies == 5);
    }
}

TEST_CASE("TAPI double: the reply and IDLE come in either order, and DISCONNECTED before, as scripted",
          "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Control& control = bench.control();
        Phone phone(bench, mode);
        for (const bool effect_first : {false, true}) {
            for (const Effect effect : {Effect::ordinary, Effect::disconnected_then_idle}) {
                for (const When when : {When::before_return, When::at_once, When::on_release}) {
                    control.usually(
                        0, Function::drop,
                        {.reply_when = when, .effect_when = when, .effect = effect, .effect_first = effect_first});
                    control.offer(0);
                    const Handle call = phone.reads_new_call();
                    const Long id = tapi.lineDrop(call, nullptr, 0);
                    if (when == When::on_release) CHECK(phone.has_none());
                    CHECK(control.release_pending() == (when == When::on_release ? 2 : 0));
                    if (!effect_first) CHECK(phone.reads_reply(id));
                    if (effect == Effect::disconnected_then_idle)
                        CHECK(phone.reads_state(call, linecallstate_disconnected, linedisconnectmode_normal));
                    CHECK(phone.reads_state(call, linecallstate_idle));
                    if (effect_first) CHECK(phone.reads_reply(id));
                    CHECK(tapi.lineDeallocateCall(call) == 0);
                    CHECK(phone.has_none());
                }
            }
        }
    }
}

TEST_CASE("TAPI double: what comes before the return has been handled by then, on the thread that takes messages",
          "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        std::atomic<bool> over = false;
        std::atomic<Phone*> phone = nullptr;
        std::thread consumer([&] {
            Phone mine(bench, mode);
            phone = &mine;
            phone.notify_all();
            while (!over) mine.read(10ms);
        });
        phone.wait(nullptr);
        bench.control().next(0, Function::drop, {.reply_when = When::before_return});
        const Dword number = bench.control().offer(0);
        CHECK(bench.control().wait_handled());
        CHECK(tapi.lineDrop(bench.control().handle_of(number), nullptr, 0) > 0);
        CHECK(phone.load()->replies == 1);
        CHECK(bench.control().wait_handled());
        CHECK(tapi.lineDeallocateCall(bench.control().handle_of(number)) == 0);
        over = true;
        consumer.join();
    }
}

TEST_CASE("TAPI double: only a call that is offered is answered, and by its owner", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Control& control = bench.control();
    Phone phone(bench);
    const Dword number = control.offer(0);
    const Handle call = phone.reads_new_call();
    control.next(0, Function::answer, {.reply_when = When::on_release, .effect_when = When::on_release});
    const Long id = tapi.lineAnswer(call, nullptr, 0);
    control.hangs_up(number, linedisconnectmode_cancelled);
    CHECK(tapi.lineAnswer(call, nullptr, 0) == lineerr_invalcallstate);
    control.release_pending();
    CHECK(phone.reads_state(call, linecallstate_disconnected, linedisconnectmode_cancelled));
    CHECK(phone.reads_reply(id, lineerr_invalcallstate));
    CHECK(phone.has_none());
    control.take_ownership(number);
    CHECK(tapi.lineAnswer(call, nullptr, 0) == lineerr_notowner);
    CHECK(tapi.lineDeallocateCall(call) == 0);
}

TEST_CASE("TAPI double: whoever opened the line to monitor it sees the calls of others", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Phone phone(bench);
    Phone other(bench, abi::lineinitializeexoption_useevent, version_2_0, linecallprivilege_monitor);
    Handle call = 0;
    CHECK(phone.reads_reply(tapi.lineMakeCallW(phone.line, &call, u"1", 0, nullptr)));
    const abi::Message seen = other.next();
    CHECK(seen.dwMessageID == abi::line_appnewcall);
    const auto monitored = static_cast<Handle>(seen.dwParam2);
    CHECK(monitored != call);
    CHECK(other.reads_state(monitored, linecallstate_unknown, 0, linecallprivilege_monitor));
    CHECK(other.reads_state(monitored, linecallstate_dialing));
    CHECK(bench.control().call_of(monitored) == bench.control().call_of(call));
    abi::CallInfo info{};
    info.dwTotalSize = sizeof info;
    CHECK(tapi.lineGetCallInfoW(monitored, &info) == 0);
    CHECK(info.dwNumOwners == 1);
    CHECK(info.dwNumMonitors == 1);
    CHECK(tapi.lineDeallocateCall(monitored) == 0);
    bench.control().next(0, Function::drop, {.reply_when = When::later, .effect_when = When::later, .delay_ms = 20});
    const Long id = tapi.lineDrop(call, nullptr, 0);
    CHECK(phone.reads_state(call, linecallstate_dialing, 0, linecallprivilege_owner));
    CHECK(phone.reads_state(call, linecallstate_proceeding));
    CHECK(phone.reads_reply(id));
    CHECK(phone.reads_state(call, linecallstate_idle));
    CHECK(tapi.lineDeallocateCall(call) == 0);
}

TEST_CASE("TAPI double: a make-call that fails leaves the handle as it was", "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench, mode);
        Handle call = 0xDEAD;
        bench.control().next(0, Function::make_call, {.returns = lineerr_callunavail});
        CHECK(tapi.lineMakeCallW(phone.line, &call, u"1", 0, nullptr) == lineerr_callunavail);
        bench.control().next(0, Function::make_call, {.reply = lineerr_callunavail});
        const Long id = tapi.lineMakeCallW(phone.line, &call, u"1", 0, nullptr);
        CHECK(id > 0);
        CHECK(phone.reads_reply(id, lineerr_callunavail));
        CHECK(phone.has_none());
        CHECK(call == 0xDEAD);
        CHECK(bench.control().last_call() == 0);
        CHECK(tapi.lineMakeCallW(phone.line, nullptr, u"1", 0, nullptr) == lineerr_invalpointer);
    }
}

TEST_CASE("TAPI double: what a call says of itself comes in as many pieces as fit", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Control& control = bench.control();
    Phone phone(bench);
    Info info;
    info.caller = {0, u"4711", u"Köln"};
    info.connected = {linecallpartyid_unavail, nullptr, nullptr};
    info.display = u"display";
    info.charging_info = {"\1\2\3", 3};
    info.trunk = 7;
    info.call_id = 99;
    const Dword number = control.offer(0, linecallprivilege_owner, info);
    const Handle call = phone.reads_new_call();

    alignas(8) std::byte room[1024];
    const auto read = [&](Dword total) {
        std::memset(room, 0xAA, sizeof room);
        std::memcpy(room, &total, sizeof total);
        const Long result = tapi.lineGetCallInfoW(call, reinterpret_cast<abi::CallInfo*>(room));
        for (std::size_t at = total; at < sizeof room; ++at)
            if (room[at] != std::byte{0xAA}) FAIL("written behind the end");
        return result;
    };
    const auto& got = *reinterpret_cast<const abi::CallInfo*>(room);
    const auto text = [&](Dword size, Dword offset) {
        std::u16string result(size / 2, u'\0');
        std::memcpy(result.data(), room + offset, size);
        return result;
    };
    const Dword fixed = call_info_size(version_2_0);
    CHECK(read(fixed - 1) == lineerr_structuretoosmall);
    CHECK(read(fixed) == 0);
    const Dword needed = got.dwNeededSize;
    CHECK(needed > fixed);
    CHECK(got.dwUsedSize == fixed);
    CHECK(got.caller.size == 0);
    CHECK(got.caller.flags == (linecallpartyid_address | linecallpartyid_name));
    CHECK(got.connected.flags == linecallpartyid_unavail);
    CHECK(got.dwTrunk == 7);
    CHECK(got.dwCallID == 99);
    CHECK(got.dwNumOwners == 1);
    CHECK(read(fixed + 12) == 0); // the address fits, the name does not
    CHECK(text(got.caller.size, got.caller.offset) == std::u16string(u"4711\0", 5));
    CHECK(got.caller.name_size == 0);
    CHECK(got.dwNeededSize == needed);
    CHECK(read(needed) == 0);
    CHECK(got.dwUsedSize == needed);
    CHECK(text(got.caller.name_size, got.caller.name_offset) == std::u16string(u"Köln\0", 5));
    CHECK(text(got.display.size, got.display.offset) == std::u16string(u"display\0", 8));
    CHECK(got.charging_info.size == 3);
    CHECK(room[got.charging_info.offset + 2] == std::byte{3});

    control.grow(number, 100, 2);
    CHECK(read(needed) == 0);
    CHECK(got.dwNeededSize == needed);
    CHECK(read(needed) == 0);
    const Dword grown = got.dwNeededSize;
    CHECK(grown > needed);
    CHECK(read(grown) == 0);
    CHECK(got.dwNeededSize > grown);
    CHECK(read(1000) == 0);
    CHECK(got.dwNeededSize == got.dwUsedSize);

    for (const Spoiled how : {Spoiled::offset_beyond, Spoiled::size_beyond, Spoiled::wraps_around}) {
        control.spoil(number, how);
        CHECK(read(1000) == 0);
        CHECK(std::uint64_t{got.caller.offset} + got.caller.size > got.dwUsedSize);
    }
    control.spoil(number, Spoiled::odd_size);
    CHECK(read(1000) == 0);
    CHECK(got.caller.size % 2 == 1);
    control.spoil(number, Spoiled::needs_ever_more);
    CHECK(read(1000) == 0);
    CHECK(got.dwNeededSize > 1000);
    control.spoil(number, Spoiled::no);

    info.display = nullptr;
    control.set_info(number, info, linecallinfostate_charginginfo);
    const abi::Message changed = phone.next();
    CHECK(changed.dwMessageID == abi::line_callinfo);
    CHECK(changed.dwParam1 == linecallinfostate_charginginfo);
    control.goes_idle(number);
    control.set_info(number, info);
    CHECK(phone.reads_state(call, linecallstate_idle));
    CHECK(phone.has_none()); // nothing is told of a call that is over
    CHECK(read(1000) == 0);
    CHECK(got.display.size == 0);
    CHECK(tapi.lineDeallocateCall(call) == 0);
}

TEST_CASE("TAPI double: an outgoing call knows what it was made with", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Phone phone(bench);
    struct {
        abi::CallParams fixed;
        char16_t comment[8];
    } params{};
    params.fixed.dwTotalSize = sizeof params;
    params.fixed.dwMediaMode = linemediamode_interactivevoice;
    params.fixed.dwBearerMode = linebearermode_voice;
    std::memcpy(params.comment, u"comment", sizeof params.comment);
    params.fixed.comment = {sizeof params.comment, sizeof params.fixed};
    Handle call = 0;
    CHECK(phone.reads_reply(tapi.lineMakeCallW(phone.line, &call, u"+49", 49, &params.fixed)));
    alignas(8) std::byte room[1024]{};
    auto& got = *reinterpret_cast<abi::CallInfo*>(room);
    got.dwTotalSize = sizeof room;
    CHECK(tapi.lineGetCallInfoW(call, &got) == 0);
    CHECK(got.dwOrigin == linecallorigin_outbound);
    CHECK(got.dwCountryCode == 49);
    CHECK(std::memcmp(room + got.called.offset, u"+49", got.called.size) == 0);
    CHECK(std::memcmp(room + got.comment.offset, u"comment", got.comment.size) == 0);
    CHECK(std::memcmp(room + got.app_name.offset, u"double.test", got.app_name.size) == 0);

    params.fixed.comment.size = 1000;
    CHECK(tapi.lineMakeCallW(phone.line, &call, u"1", 0, &params.fixed) == lineerr_invalcallparams);
    params.fixed.dwTotalSize = 8;
    CHECK(tapi.lineMakeCallW(phone.line, &call, u"1", 0, &params.fixed) == lineerr_invalcallparams);
    bench.control().goes_idle(1);
    CHECK(tapi.lineDeallocateCall(call) == 0);
}

TEST_CASE("rule 44: the double sees to it: a monitor sees, and does not drop, and an owner may become one",
          "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Control& control = bench.control();
        Phone phone(bench, mode, version_2_0, linecallprivilege_owner | linecallprivilege_monitor);
        const Dword number = control.offer(0, linecallprivilege_monitor);
        const Handle call = phone.reads_new_call(linecallprivilege_monitor);
        CHECK(tapi.lineDrop(call, nullptr, 0) == lineerr_notowner);
        CHECK(control.text(Text::violations) == "lineDrop(1): it is a monitor's\n");
        control.clear_books();

        CHECK(control.hand_off(number) == call);
        CHECK(phone.reads_state(call, linecallstate_offering, lineofferingmode_active, linecallprivilege_owner));
        control.take_ownership(number);
        CHECK(tapi.lineDrop(call, nullptr, 0) == lineerr_notowner);
        CHECK(control.violations() == 0); // it is on its way
        CHECK(phone.reads_state(call, linecallstate_offering, lineofferingmode_active, linecallprivilege_monitor));
        CHECK(tapi.lineDrop(call, nullptr, 0) == lineerr_notowner);
        CHECK(control.violations() == 1);
        CHECK(control.books().drops_on_monitors == 2);
        CHECK(tapi.lineDeallocateCall(call) == 0);
        control.clear_books();

        // A call that we have had nothing to do with.
        const Dword other = control.offer(0, linecallprivilege_none);
        CHECK(phone.has_none());
        const Handle handed = control.hand_off(other);
        CHECK(phone.reads_new_call() == handed);
        control.take_ownership(other, false);
        CHECK(phone.has_none());
        CHECK(tapi.lineDrop(1, nullptr, 0) == lineerr_notowner);
        CHECK(control.violations() == 0);
        CHECK(tapi.lineDeallocateCall(1) == 0);
    }
}

TEST_CASE("TAPI double: user-user info has a limit, and is kept by its owner until the reply", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Control& control = bench.control();
    control.set_device(0, {.uui_limit = 4});
    Phone phone(bench);
    const Dword number = control.offer(0);
    const Handle call = phone.reads_new_call();
    char bytes[] = "12345";
    CHECK(tapi.lineDrop(call, bytes, 5) == lineerr_useruserinfotoobig);
    control.next(0, Function::drop, {.reply_when = When::on_release, .effect_when = When::on_release});
    const Long id = tapi.lineDrop(call, bytes, 4);
    char sent[8]{};
    CHECK(control.user_user_info_of(number, sent, sizeof sent) == 4);
    CHECK(std::memcmp(sent, "1234", 4) == 0);
    bytes[0] = 'x';
    control.release_pending();
    CHECK(phone.reads_reply(id));
    CHECK(control.text(Text::violations) == "lineDrop(1): its user-user info was changed before the reply\n");
    CHECK(tapi.lineDeallocateCall(call) == 0);
    control.clear_books();
}

TEST_CASE("TAPI double: when the service has gone, every function says so", "[tapi2][double]") {
    for (const Dword mode : all_modes) {
        Bench bench;
        auto& tapi = bench.functions();
        Phone phone(bench, mode);
        bench.control().offer(0);
        const Handle call = phone.reads_new_call();
        bench.control().set_service(false);
        CHECK(tapi.lineDrop(call, nullptr, 0) == lineerr_service_not_running);
        CHECK(tapi.lineDeallocateCall(call) == lineerr_service_not_running);
        CHECK(tapi.lineClose(phone.line) == lineerr_service_not_running);
        CHECK(tapi.lineShutdown(phone.app) == lineerr_service_not_running);
        abi::Message message{};
        CHECK(tapi.lineGetMessage(phone.app, &message, 0xFFFFFFFF) == lineerr_invalapphandle);
        bench.control().set_service(true);
        CHECK(tapi.lineDeallocateCall(call) == lineerr_invalcallhandle);
        CHECK(tapi.lineShutdown(phone.app) == lineerr_invalapphandle);
        CHECK(bench.control().violations() == 0);
        CHECK(bench.control().books().handles_live == 0);
        phone.app = 0;
    }
}

TEST_CASE("TAPI double: a hidden window calls back on the thread that initialised, while it pumps", "[tapi2][double]") {
    Bench bench;
    Phone phone(bench, abi::lineinitializeexoption_usehiddenwindow);
    bench.control().offer(0);
    std::thread([&] { bench.functions().pump(0ms); }).join();
    CHECK_FALSE(bench.control().wait_handled(0));
    CHECK(phone.reads_new_call() == 1);
    CHECK(bench.control().wait_handled(0));
    bench.control().goes_idle(1);
    phone.shut_down();
    bench.functions().pump(0ms); // it has vanished
    CHECK(bench.control().books().messages_unread == 1);
}

TEST_CASE("TAPI double: what nobody takes out of a port is noticed, and a port that is closed too early",
          "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Handle app = 0;
    {
        Phone phone(bench, abi::lineinitializeexoption_usecompletionport);
        bench.control().offer(0);
        CHECK(bench.control().books().messages_held == 2);
        CHECK(phone.reads_new_call() == 1);
        CHECK(bench.control().books().messages_held == 0);
        bench.control().goes_idle(1);
        CHECK(bench.control().books().messages_held == 1);
        CHECK(tapi.lineDeallocateCall(1) == 0);
        app = std::exchange(phone.app, 0);
    }
    CHECK(bench.control().text(Text::violations) == "close_port(2001): lineShutdown was not called before\n");
    CHECK(tapi.lineShutdown(app) == 0);
    bench.control().clear_books();
}

TEST_CASE("TAPI double: a port is woken once for each time that it is asked to", "[tapi2][double]") {
    using wrapup::tapi2::Functions;
    Bench bench;
    void* port = bench.functions().create_port();
    REQUIRE(port != nullptr);
    abi::Message message{};
    bench.functions().wake_port(port);
    CHECK(bench.functions().take_message(port, message, -1ms) == Functions::Taken::nothing);
    CHECK(bench.functions().take_message(port, message, 1ms) == Functions::Taken::nothing);
    std::thread waits([&] { bench.functions().take_message(port, message, -1ms); });
    bench.functions().wake_port(port);
    waits.join();
    bench.functions().close_port(port);
}

#if defined(_WIN32)

TEST_CASE("TAPI double: the event is set while there are messages", "[tapi2][double]") {
    Bench bench;
    Phone phone(bench);
    const auto is_set = [&] { return WaitForSingleObject(phone.endpoint, 0) == WAIT_OBJECT_0; };
    CHECK_FALSE(is_set());
    bench.control().offer(0);
    CHECK(is_set());
    CHECK(phone.reads_new_call() == 1);
    CHECK_FALSE(is_set());
    bench.control().goes_idle(1);
    CHECK(is_set());
    CHECK(bench.functions().lineDeallocateCall(1) == 0); // the message goes with it
    CHECK_FALSE(is_set());
}

TEST_CASE("TAPI double: a message out of a port is held until it is freed", "[tapi2][double]") {
    Bench bench;
    Phone phone(bench, abi::lineinitializeexoption_usecompletionport);
    bench.control().offer(0);
    CHECK(phone.reads_new_call() == 1);
    bench.control().goes_idle(1);
    DWORD size = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* taken = nullptr;
    CHECK(GetQueuedCompletionStatus(phone.endpoint, &size, &key, &taken, 0));
    CHECK(taken != nullptr);
    CHECK(bench.control().books().messages_held == 1);
    LocalFree(taken);
    CHECK(bench.control().books().messages_held == 0);
    CHECK(bench.functions().lineDeallocateCall(1) == 0);
}

#endif

TEST_CASE("TAPI double: the numbers for the example do by themselves what they are for", "[tapi2][double]") {
    Bench bench;
    auto& tapi = bench.functions();
    Phone phone(bench);
    Handle call = 0;
    CHECK(phone.reads_reply(tapi.lineMakeCallW(phone.line, &call, u"5551001", 0, nullptr)));
    for (const Dword state : {linecallstate_dialing, linecallstate_proceeding, linecallstate_ringback})
        CHECK(phone.reads_state(call, state, 0, state == linecallstate_dialing ? linecallprivilege_owner : 0));
    CHECK(phone.reads_state(call, linecallstate_connected, lineconnectedmode_active));
    CHECK(phone.reads_state(call, linecallstate_disconnected, linedisconnectmode_normal)); // after a while
    CHECK(phone.reads_reply(tapi.lineDrop(call, nullptr, 0)));
    CHECK(tapi.lineDeallocateCall(call) == 0);
}

TEST_CASE("TAPI double: after a reset everything is as in the beginning", "[tapi2][double]") {
    Bench bench;
    {
        Phone phone(bench);
        bench.control().add_device({});
        bench.control().offer(0);
        bench.control().reset();
        CHECK(bench.functions().lineDrop(1, nullptr, 0) == lineerr_invalcallhandle);
        CHECK(bench.control().violations() == 1); // there never was one
        bench.control().reset();
        phone.app = 0;
    }
    Phone phone(bench);
    CHECK(bench.control().books().violations == 0);
    CHECK(bench.control().books().handles_given == 0);
    bench.control().offer(0);
    CHECK(phone.reads_new_call() == 1);
    bench.control().goes_idle(1);
    CHECK(bench.functions().lineDeallocateCall(1) == 0);
}
