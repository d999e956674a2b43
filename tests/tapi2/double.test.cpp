// SPDX-License-Identifier: BSL-1.0

// The double of TAPI 2 by itself, through the table of functions that a provider is given: what the documents say, in all three
// ways in which messages come.

#include "support/catch.hpp"
#include "tapi2/bench.hpp"

#include <cstring>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

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
            return message;
        }
        if (mode_ == abi::lineinitializeexoption_usecompletionport) {
            if (functions_.take_message(port_, message, timeout) == wrapup::tapi2::Functions::Taken::nothing)
                return std::nullopt;
            return message;
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

private:
    static void call_back(Dword device, Dword message, DwordPtr instance, DwordPtr param1, DwordPtr param2,
                          DwordPtr param3) {
        reinterpret_cast<Phone*>(instance)->called_back_.push_back({device, message, instance, param1, param2, param3});
    }

    wrapup::tapi2::Functions& functions_;
    Dword mode_;
    void* port_ = nullptr;
    std::deque<abi::Message> called_back_;
};

constexpr Dword all_modes[] = {abi::lineinitializeexoption_usehiddenwindow, abi::lineinitializeexoption_useevent,
                               abi::lineinitializeexoption_usecompletionport};

} // namespace

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
