// SPDX-License-Identifier: BSL-1.0
// The SIP service: how it begins and ends, what becomes of the calls that are left, and what threads do to one at once.
#include <wrapup/monitor.hpp>
#include <wrapup/providers/sofia_sip.hpp>
#include <wrapup/termination_callback.hpp>

#include "sofia_sip/desk.hpp"
#include "sofia_sip/sipp.hpp"

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace support;
using sofia::CallState;
using sofia::EndedBy;
using sofia::Provider;
using sofia::Service;
using wrapup::Origin;
using wrapup::Phase;

static_assert(!std::is_move_constructible_v<Service> && !std::is_move_assignable_v<Service>);
static_assert(std::copyable<Provider> && std::regular<sofia::Call>);
static_assert(wrapup::Notifies<Provider> && wrapup::AcceptsReason<Provider> && wrapup::Aborts<Provider> &&
              wrapup::Snapshots<Provider> && wrapup::Timed<Provider> && wrapup::ReportsCause<Provider>);
static_assert(noexcept(std::declval<Provider&>().drop(sofia::Call())));

TEST_CASE("sofia: a service is reached where it says", "[sofia][service]") {
    SipDesk one, other;
    CHECK(one.service().contact().substr(0, 14) == "sip:127.0.0.1:");
    CHECK(one.service().contact() != other.service().contact());
    CHECK(one.alive() == 0);
}

TEST_CASE("sofia: a service that cannot listen is none, and says why", "[sofia][service]") {
    const auto why = [](const std::string& url) {
        sofia::Options options = SipDesk::patient();
        options.url = url;
        try {
            const Service service(options);
        } catch (const std::system_error& error) {
            return error.code();
        }
        return std::error_code();
    };
    const Udp taken;
    CHECK(why("sip:127.0.0.1:" + std::to_string(taken.port())) == std::errc::address_in_use);
    CHECK(why("sip:192.0.2.1:*") == std::errc::address_not_available);
    for (const char* none :
         {"", "garbage", "sip:", "tel:+1", "sips:127.0.0.1:*", "sip:127.0.0.1:65536", "sip:127.0.0.1:-1"})
        CHECK(why(none) == std::errc::invalid_argument);
    CHECK_FALSE(why("sip:127.0.0.1:*"));
}

TEST_CASE("sofia: a session description with a null in it is none", "[sofia][service]") {
    sofia::Options options = SipDesk::patient();
    options.sdp = std::string("v=0\0", 4);
    CHECK_THROWS_AS(Service(options), std::system_error);
}

TEST_CASE("sofia: a service may wait for its calls not at all", "[sofia][service]") {
    sofia::Options options = SipDesk::patient();
    options.grace = (std::chrono::milliseconds::min)();
    SipSession call;
    {
        SipDesk desk(options);
        Sipp peer("answers");
        call = desk.connect(peer);
    }
    REQUIRE(call.termination());
    CHECK(call.termination()->origin == Origin::service);
}

TEST_CASE("sofia: a service may wait for its calls for ever", "[sofia][service]") {
    std::optional<wrapup::Monitor<sofia::Provider>> monitor;
    Sipp peer("answers");
    std::optional<SipSession> call;
    {
        sofia::Options options;
        options.grace = (std::chrono::milliseconds::max)();
        sofia::Service service(options);
        call.emplace(SipSession::open(service, peer.uri()));
        monitor.emplace(*call);
        REQUIRE(SipDesk::reaches(*call, sofia::CallState::ready));
    }
    REQUIRE(monitor->termination());
    CHECK(monitor->termination()->cause->by == sofia::EndedBy::answer);
    CHECK(peer.is_content());
}

TEST_CASE("sofia: a service that goes ends its calls, and they are lost", "[sofia][service]") {
    Sipp talking("answers"), ringing("rings");
    std::optional<SipSession> up, early, over;
    sofia::Call former;
    {
        sofia::Options options = SipDesk::patient();
        options.grace = 10s;
        SipDesk desk(options);
        up = desk.connect(talking);
        early = desk.dial(ringing);
        REQUIRE(SipDesk::reaches(*early, CallState::proceeding));
        const Udp nobody;
        over = SipSession::open(desk.service(), "sip:x@127.0.0.1:1");
        REQUIRE(SipDesk::over(*over));
        former = over->id();
        CHECK(desk.service().outstanding().size() == 3);
    }
    CHECK(talking.is_content());
    CHECK(ringing.is_content());
    for (auto* call : {&*up, &*early}) {
        REQUIRE(call->termination());
        CHECK(call->termination()->origin == Origin::service);
        CHECK_FALSE(call->termination()->statistics->info->call_id.empty());
        CHECK(call->phase() == Phase::released);
    }
    CHECK(over->termination()->cause->by == EndedBy::failure);
    CHECK(over->phase() == Phase::released);
    std::error_code error;
    static_cast<void>(over->try_query(error, &Provider::state));
    CHECK(error == wrapup::errc::lost);
}

TEST_CASE("sofia: a service waits for a call that does not end, and no longer than it was told", "[sofia][service]") {
    Sipp peer("ignores_bye", {"-default_behaviors", "none"});
    sofia::Options options = SipDesk::patient();
    options.patience = 30s;
    options.grace = 100ms;
    std::optional<SipSession> call;
    const auto begin = std::chrono::steady_clock::now();
    {
        SipDesk desk(options);
        call = desk.connect(peer);
    }
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
    REQUIRE(call->termination());
    CHECK(call->termination()->origin == Origin::service);
}

TEST_CASE("sofia: a provider whose service is gone finds no call", "[sofia][service]") {
    std::optional<Provider> provider;
    std::optional<SipSession> call;
    {
        SipDesk desk;
        provider.emplace(desk.service());
        Sipp peer("answers");
        call = desk.connect(peer);
    }
    const sofia::Call none;
    CHECK(provider->drop(none) == wrapup::errc::lost);
    CHECK(provider->abort(none) == wrapup::errc::lost);
    CHECK(provider->answer(none) == wrapup::errc::lost);
    CHECK(provider->state(none) == CallState::terminated);
    CHECK_FALSE(provider->call_info(none));
    provider->deallocate(none);
    std::error_code error;
    auto another = SipSession::open(error, *provider, "sip:x@127.0.0.1");
    CHECK(error == std::errc::operation_canceled);
    CHECK(call->phase() == Phase::released);
    CHECK_FALSE(call->drop());
}

TEST_CASE("sofia: a session that is destroyed ends its call", "[sofia][release]") {
    SipDesk desk;
    Sipp peer("answers");
    {
        const auto call = desk.connect(peer);
        CHECK(SipDesk::handles() == 1);
    }
    CHECK(peer.is_content());
    CHECK(eventually([&] { return desk.alive() == 0 && SipDesk::handles() == 0; }));
}

TEST_CASE("sofia: whoever wants something else than a call leaves no handle", "[sofia][incoming]") {
    SipDesk desk;
    const std::string to = desk.service().contact().substr(4);
    const auto port = static_cast<std::uint16_t>(std::stoi(to.substr(to.rfind(':') + 1)));
    const Udp stranger;
    const std::string head = " sip:" + to + " SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:" + std::to_string(stranger.port());
    const std::string rest = "\r\nFrom: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:" + to + ">\r\nCall-ID: ";
    const std::string end = "\r\nContact: <sip:x@127.0.0.1>\r\nEvent: presence\r\nRefer-To: <sip:y@127.0.0.1>\r\n"
                            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    int number = 0;
    for (const std::string method : {"OPTIONS", "MESSAGE", "SUBSCRIBE", "REFER", "PUBLISH", "BYE", "CANCEL", "FOO"}) {
        const std::string id = std::to_string(++number);
        std::string message = method;
        message.append(head).append(";branch=z9hG4bK").append(id).append(rest).append(id);
        message.append("\r\nCSeq: 1 ").append(method).append(end);
        stranger.send(port, message);
        const std::string answer = stranger.receive();
        INFO(method);
        CHECK(answer.substr(0, 8) == "SIP/2.0 ");
        CHECK(eventually([&] { return SipDesk::handles() == 0; }));
    }
    CHECK_FALSE(desk.next());
}

TEST_CASE("sofia: a message without end stops nobody", "[sofia][service]") {
    SipDesk desk;
    const std::string contact = desk.service().contact();
    const auto port = static_cast<std::uint16_t>(std::stoi(contact.substr(contact.rfind(':') + 1)));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    std::string text = "INVITE sip:x@127.0.0.1 SIP/2.0\r\n";
    while (text.size() < 6'000'000) text += "X: y\r\n";
    const timeval limit{2, 0};
    ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    for (std::size_t sent = 0; sent < text.size();) { // until the other side has had enough
        const ssize_t more = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (more <= 0) break;
        sent += static_cast<std::size_t>(more);
    }
    Sipp peer("answers");
    auto call = desk.connect(peer);
    CHECK_FALSE(call.drop());
    CHECK(SipDesk::over(call));
    CHECK(peer.is_content());
    ::close(connection);
}

TEST_CASE("sofia: a patience without end is a long one", "[sofia][service]") {
    sofia::Options options = SipDesk::patient();
    options.patience = (std::chrono::milliseconds::max)();
    options.t1 = (std::chrono::milliseconds::min)();
    options.session_timer = (std::chrono::seconds::min)();
    SipDesk desk(options);
    Sipp peer("rings_for_ever", {"-default_behaviors", "none"});
    auto call = desk.dial(peer);
    REQUIRE(SipDesk::reaches(call, CallState::proceeding));
    CHECK_FALSE(call.drop());
    CHECK_FALSE(wrapup::wait_for(call, 1000ms));
    CHECK_FALSE(call.abort());
    CHECK(SipDesk::over(call));
}

TEST_CASE("sofia: a session is released, and another call begun, inside the notice of its end", "[sofia][release]") {
    SipDesk desk;
    Sipp peer("answers"), next("answers");
    auto call = desk.connect(peer);
    std::promise<SipSession> begun;
    wrapup::TerminationCallback over(call, [&](auto&) {
        call.release();
        begun.set_value(desk.dial(next));
    });
    CHECK_FALSE(call.drop());
    auto another = begun.get_future().get();
    REQUIRE(SipDesk::reaches(another, CallState::ready));
    CHECK(desk.alive() == 1);
    CHECK_FALSE(another.drop());
    CHECK(SipDesk::over(another));
    CHECK(next.is_content());
}

TEST_CASE("sofia: each state is told, the last one once", "[sofia][state]") {
    std::mutex mutex;
    std::vector<CallState> states;
    sofia::Options options = SipDesk::patient();
    options.on_state = [&](sofia::Call, CallState state) {
        const std::lock_guard lock(mutex);
        states.push_back(state);
    };
    SipDesk desk(options);
    Sipp peer("answers");
    auto call = desk.connect(peer);
    const bool aborted = GENERATE(false, true);
    CHECK_FALSE((aborted ? call.abort() : call.drop()));
    REQUIRE(SipDesk::over(call));
    call.release();
    CHECK(eventually([&] { return desk.alive() == 0; }));
    desk.close(); // so the last one has been told
    const std::lock_guard lock(mutex);
    CHECK(states == std::vector{CallState::calling, CallState::proceeding, CallState::completing, CallState::ready,
                                CallState::terminated});
}

TEST_CASE("sofia: the other side's BYE overtakes a drop that waits for the ACK, and the drop is taken back",
          "[sofia][incoming][drop]") {
    SipDesk desk;
    Sipp peer = Sipp::that_calls("calls_and_hangs_up_when_told", desk.service().contact());
    auto call = desk.take();
    CHECK_FALSE(call.query(&Provider::answer, ""));
    REQUIRE(SipDesk::reaches(call, CallState::completed));
    CHECK_FALSE(call.drop());
    CHECK(call.phase() == Phase::terminating);
    peer.tell(SipDesk::info(call).call_id);
    REQUIRE(SipDesk::over(call));
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(call.termination()->cause->by == EndedBy::bye);
    CHECK(peer.is_content());
}

TEST_CASE("sofia: a peer that has vanished is noticed by the session timer", "[sofia][service]") {
    sofia::Options options = SipDesk::impatient();
    options.session_timer = 2s;
    SipDesk desk(options);
    Sipp peer("answers", {"-default_behaviors", "none"});
    auto call = desk.connect(peer);
    peer.kill();
    REQUIRE(SipDesk::over(call));
    CHECK(call.termination()->origin == Origin::service);
}

TEST_CASE("sofia: several threads end, ask and release calls at once", "[sofia][threads]") {
    constexpr int rounds = 30;
    Sipp peer("answers", {"-default_behaviors", "none"}, 1000);
    sofia::Options options = SipDesk::impatient();
    options.t1 = 20ms; // an INVITE that is cancelled before it was answered is said again soon
    SipDesk desk(options);
    for (int round = 0; round < rounds; ++round) {
        std::optional<SipSession> call = round % 3 == 0 ? desk.dial(peer) : desk.connect(peer);
        wrapup::Monitor<Provider> monitor(*call);
        const std::string call_id = SipDesk::info(*call).call_id;
        std::atomic<int> told{0};
        wrapup::TerminationCallback over(*call, [&](auto&) { ++told; });
        std::atomic<bool> go{false};
        std::vector<std::thread> threads;
        const auto run = [&](auto work) {
            threads.emplace_back([&go, work] {
                while (!go) std::this_thread::yield();
                work();
            });
        };
        wrapup::Controller<Provider> controller(*call);
        run([&] { static_cast<void>(controller.drop()); });
        run([&] { static_cast<void>(controller.disconnect(sofia::Reason{.q850 = 16, .text = "so"})); });
        if (round % 2 == 0) run([&] { static_cast<void>(controller.abort()); });
        if (!call_id.empty()) run([&] { peer.tell(call_id); });
        run([&] {
            std::error_code error;
            if (auto lease = monitor.lease(error)) static_cast<void>(desk.service().outstanding());
        });
        run([&] { call.reset(); });
        go = true;
        for (auto& thread : threads) thread.join();
        REQUIRE(eventually([&] { return monitor.termination() != nullptr; }));
        CHECK(eventually([&] { return told == 1; }));
    }
    CHECK(eventually([&] { return desk.alive() == 0; }));
}
