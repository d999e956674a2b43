// SPDX-License-Identifier: BSL-1.0
// What SIPp does not do: the other side is a socket, so that each message is said, and missing, when the test wants.
#include <wrapup/providers/sofia_sip.hpp>
#include <wrapup/wait.hpp>

#include "sofia_sip/desk.hpp"
#include "sofia_sip/messages.hpp"
#include "sofia_sip/sipp.hpp"

#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace support;
using sofia::CallState;
using sofia::EndedBy;
using sofia::Provider;
using wrapup::Origin;

namespace {

// The other side of one call at a time.
class Peer {
public:
    explicit Peer(SipDesk& desk) : desk_(desk), us_(port_of(desk.service().contact())) {}

    [[nodiscard]] std::string uri() const { return "sip:peer@" + address(); }

    // The next message that begins so; others are left out.
    [[nodiscard]] std::string expect(std::string_view begin) {
        for (std::string message;;) {
            message = socket_.receive();
            INFO("expected " << begin);
            REQUIRE_FALSE(message.empty());
            if (message.substr(0, begin.size()) == begin) return message;
        }
    }
    // Whether one that begins so has come. Others are left out.
    [[nodiscard]] bool has_come(std::string_view begin) {
        for (std::string message; !(message = socket_.receive_now()).empty();)
            if (message.substr(0, begin.size()) == begin) return true;
        return false;
    }

    void answer(const std::string& request, const std::string& status, const std::string& more = {}, bool body = false,
                const char* tag = ";tag=peer") {
        std::string to = field(request, "To");
        if (to.find(";tag=") == std::string::npos && status != "100 Trying") to += tag;
        socket_.send(us_, with_body("SIP/2.0 " + status + "\r\nVia: " + field(request, "Via") +
                                        "\r\nFrom: " + field(request, "From") + "\r\nTo: " + to + "\r\nCall-ID: " +
                                        field(request, "Call-ID") + "\r\nCSeq: " + field(request, "CSeq") + "\r\n" +
                                        (more.find("Contact:") == std::string::npos ? contact() : "") + more,
                                    body));
    }

    // A call that we make, until it is up. @returns its INVITE
    [[nodiscard]] std::string accept(SipSession& call, const std::string& more = {}) {
        call = SipSession::open(desk_.service(), uri());
        std::string invite = expect("INVITE ");
        answer(invite, "200 OK", more, true);
        static_cast<void>(expect("ACK "));
        REQUIRE(SipDesk::reaches(call, CallState::ready));
        return invite;
    }

    // A request in the call that its INVITE has begun: ours, or, where it is empty, the one that we have been sent.
    void request(const std::string& method, const std::string& invite, const std::string& more = {},
                 bool body = false) {
        const std::string id = std::to_string(++requests_);
        if (method == "INVITE") invited_ = id;
        const std::string& sequence = method == "ACK" ? invited_ : id;
        std::string from = field(invite, "To"), to = field(invite, "From");
        if (from.find(";tag=") == std::string::npos) from += ";tag=peer";
        socket_.send(us_,
                     with_body(method + " sip:us@127.0.0.1:" + std::to_string(us_) + " SIP/2.0\r\nVia: SIP/2.0/UDP " +
                                   address() + ";branch=z9hG4bK" + id + "\r\nFrom: " + from + "\r\nTo: " + to +
                                   "\r\nCall-ID: " + field(invite, "Call-ID") + "\r\nCSeq: " + sequence + ' ' + method +
                                   "\r\nMax-Forwards: 70\r\n" +
                                   (more.find("Contact:") == std::string::npos ? contact() : "") + more,
                               body));
    }

    // A call to us. @returns what stands for its INVITE in `request`, once it is answered
    [[nodiscard]] std::string call() {
        const std::string begun =
            "x\r\nTo: <" + uri() + ">;tag=peer\r\nFrom: <sip:us@127.0.0.1>\r\nCall-ID: by-hand\r\n";
        request("INVITE", begun, {}, true);
        return begun;
    }
    // With the tag that they have answered with.
    [[nodiscard]] static std::string in_dialog(std::string begun, const std::string& answer) {
        const std::string to = field(answer, "To");
        begun.replace(begun.find("<sip:us@127.0.0.1>"), std::string("<sip:us@127.0.0.1>").size(), to);
        return begun;
    }

private:
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(socket_.port()); }
    [[nodiscard]] std::string contact() const { return "Contact: <" + uri() + ">\r\n"; }

    SipDesk& desk_;
    const std::uint16_t us_;
    const Udp socket_;
    int requests_ = 0;
    std::string invited_; // the number of our last INVITE
};

void check_no_handle_left(SipDesk& desk) {
    CHECK(eventually([&] { return desk.alive() == 0; }));
    CHECK(eventually([&] { return SipDesk::handles() == 0; }));
}

} // namespace

TEST_CASE("sofia: a CANCEL that is held back has not left: the refusal is the other side's", "[sofia][drop]") {
    SipDesk desk;
    Peer peer(desk);
    auto call = SipSession::open(desk.service(), peer.uri());
    const std::string invite = peer.expect("INVITE ");
    CHECK_FALSE(call.drop());
    const auto [answer, status, origin, contested] = GENERATE(table<const char*, int, Origin, bool>({
        {nullptr, 486, Origin::remote, false},
        {"100 Trying", 486, Origin::user, true},
        {"180 Ringing", 486, Origin::user, true},
        {"100 Trying", 487, Origin::user, false},
        {"180 Ringing", 487, Origin::user, false},
    }));
    CAPTURE(answer ? answer : "none", status);
    std::this_thread::sleep_for(50ms); // the stack was asked
    CHECK_FALSE(peer.has_come("CANCEL "));
    const bool cancel_is_answered = GENERATE(true, false);
    CAPTURE(cancel_is_answered);
    if (answer) {
        peer.answer(invite, answer);
        const std::string cancel = peer.expect("CANCEL ");
        if (cancel_is_answered) peer.answer(cancel, "200 OK");
    }
    peer.answer(invite, std::to_string(status) + " No");
    static_cast<void>(peer.expect("ACK "));
    REQUIRE(SipDesk::over(call));
    CHECK(call.termination()->origin == origin);
    CHECK(call.termination()->contested == contested);
    CHECK(call.termination()->cause->status == status);
    CHECK(SipDesk::info(call).remote.tag == "peer");
    call.release();
    check_no_handle_left(desk);
}

TEST_CASE("sofia: an answer overtakes a CANCEL that is held back, and the other side's BYE what we ask for then",
          "[sofia][drop]") {
    SipDesk desk;
    Peer peer(desk);
    auto call = SipSession::open(desk.service(), peer.uri());
    const std::string invite = peer.expect("INVITE ");
    CHECK_FALSE(call.drop());
    std::this_thread::sleep_for(50ms);
    peer.answer(invite, "200 OK", {}, true);
    static_cast<void>(peer.expect("ACK "));
    peer.answer(peer.expect("BYE "), "200 OK");
    REQUIRE(SipDesk::over(call));
    CHECK(call.termination()->origin == Origin::user);
    CHECK_FALSE(call.termination()->contested);
    CHECK_FALSE(peer.has_come("CANCEL "));
    call.release();
    check_no_handle_left(desk);
}

// A reliable answer without a tag is nonsense, and what follows is the stack's own doing.
TEST_CASE("sofia: a call that the stack cancels by itself comes to its end all the same", "[sofia][drop]") {
    const bool answered = GENERATE(false, true);
    CAPTURE(answered);
    SipDesk desk(SipDesk::impatient());
    Peer peer(desk);
    auto call = SipSession::open(desk.service(), peer.uri());
    const std::string invite = peer.expect("INVITE ");
    peer.answer(invite, "183 Session Progress", "RSeq: 1\r\n", false, "");
    static_cast<void>(peer.expect("CANCEL "));
    if (answered) {
        peer.answer(invite, "200 OK", {}, true);
        static_cast<void>(peer.expect("ACK "));
        REQUIRE(SipDesk::reaches(call, CallState::ready));
    }
    CHECK_FALSE(call.drop());
    REQUIRE(SipDesk::over(call));
    CHECK(call.termination()->origin == Origin::user);
    CHECK(call.termination()->cause->by == (answered ? EndedBy::failure : EndedBy::silence));
    call.release();
    check_no_handle_left(desk);
}

TEST_CASE("sofia: a call that is answered and ended at once is refused", "[sofia][incoming][drop]") {
    const bool keeps = GENERATE(false, true);
    CAPTURE(keeps);
    std::promise<std::optional<SipSession>> taken; // on the stack's thread; nothing where a request was refused
    sofia::Options options = SipDesk::patient();
    options.on_call = [&](SipSession call) {
        std::optional<SipSession> kept;
        const bool asked = !call.query(&Provider::answer, "") && !(keeps ? call.drop() : call.abort());
        if (asked) kept = keeps ? std::move(call) : SipSession();
        taken.set_value(std::move(kept));
    };
    SipDesk desk(options);
    Peer peer(desk);
    static_cast<void>(peer.call());
    auto call = taken.get_future().get();
    REQUIRE(call);
    std::string answer;
    do answer = peer.expect("SIP/2.0 ");
    while (answer[8] == '1');
    CHECK(answer.substr(8, 3) == "603");
    if (keeps) {
        REQUIRE(SipDesk::over(*call));
        CHECK(call->termination()->origin == Origin::user);
        call.reset();
    }
    CHECK_FALSE(peer.has_come("BYE "));
    check_no_handle_left(desk);
}

TEST_CASE("sofia: a call that was answered, aborted and released gets its BYE after the ACK",
          "[sofia][incoming][abort]") {
    const bool acknowledged = GENERATE(true, false);
    CAPTURE(acknowledged);
    sofia::Options options = SipDesk::impatient();
    options.patience = acknowledged ? 8s : 2s;
    SipDesk desk(options);
    Peer peer(desk);
    std::string invite = peer.call();
    auto call = desk.take();
    CHECK_FALSE(call.query(&Provider::answer, ""));
    invite = Peer::in_dialog(invite, peer.expect("SIP/2.0 200"));
    CHECK_FALSE(call.abort());
    REQUIRE(SipDesk::over(call));
    call.release();
    std::this_thread::sleep_for(100ms);
    CHECK_FALSE(peer.has_come("BYE "));
    if (acknowledged) peer.request("ACK", invite);
    const std::string bye = peer.expect("BYE ");
    CHECK(field(bye, "Reason").empty() == acknowledged); // otherwise the stack says that it is for want of an ACK
    peer.answer(bye, "200 OK");
    check_no_handle_left(desk);
}

// The stack has taken the answer, and has not seen to it yet, when the call is ended: in the same round, by somebody who hears of
// another call.
TEST_CASE("sofia: a call that is ended while its answer is about to leave is ended as one that was answered",
          "[sofia][incoming][drop]") {
    const bool aborts = GENERATE(false, true);
    CAPTURE(aborts);
    std::optional<SipSession> kept; // on the service's thread, until it has been ended
    std::optional<Peer> peer;
    std::promise<void> ended;
    std::optional<SipSession> never;
    std::optional<sofia::Call> last;
    SipDesk* here = nullptr;
    sofia::Options options = SipDesk::patient();
    options.on_call = [&](SipSession call) {
        static_cast<void>(call.query(&Provider::answer, ""));
        kept.emplace(std::move(call));
        never.emplace(SipSession::open(here->service(), peer->uri()));
        last = never->id();
        static_cast<void>(never->drop()); // and is over when the queue comes to it, behind the other one
    };
    options.on_state = [&](sofia::Call call, CallState state) {
        if (call != last || state != CallState::terminated) return;
        static_cast<void>(aborts ? kept->abort() : kept->drop());
        if (aborts) kept.reset();
        ended.set_value();
    };
    SipDesk desk(options);
    here = &desk;
    peer.emplace(desk);
    std::string invite = peer->call();
    invite = Peer::in_dialog(invite, peer->expect("SIP/2.0 200"));
    ended.get_future().get();
    std::this_thread::sleep_for(100ms);
    CHECK_FALSE(peer->has_come("BYE "));
    if (aborts) {
        peer->request("ACK", invite);
        const std::string bye = peer->expect("BYE ");
        CHECK(field(bye, "Reason").empty());
        peer->answer(bye, "200 OK");
    } else { // in the place of the ACK
        peer->request("BYE", invite);
        static_cast<void>(peer->expect("SIP/2.0 200"));
        REQUIRE(SipDesk::over(*kept));
        CHECK(kept->termination()->origin == Origin::remote);
        CHECK_FALSE(kept->termination()->contested);
    }
    kept.reset();
    never.reset();
    check_no_handle_left(desk);
}

TEST_CASE("sofia: an INVITE of ours that is under way when we hang up does not end the call", "[sofia][drop]") {
    const auto [status, body] =
        GENERATE(table<const char*, bool>({{"487 Gone", false}, {"488 No", false}, {"200 OK", true}}));
    CAPTURE(status);
    sofia::Options options = SipDesk::patient();
    options.session_timer = 90s;
    SipDesk desk(options);
    Peer peer(desk);
    SipSession call;
    const std::string first = peer.accept(call, "Session-Expires: 2;refresher=uac\r\nRequire: timer\r\n");
    std::string again;
    do again = peer.expect("INVITE ");
    while (field(again, "CSeq") == field(first, "CSeq"));
    CHECK_FALSE(call.drop());
    const std::string bye = peer.expect("BYE ");
    peer.answer(again, status, {}, body);
    CHECK_FALSE(wrapup::wait_for(call, 100ms));
    peer.answer(bye, "200 OK");
    REQUIRE(SipDesk::over(call));
    CHECK(call.termination()->origin == Origin::user);
    CHECK_FALSE(call.termination()->contested);
    CHECK(call.termination()->cause->by == EndedBy::answer);
    CHECK(call.termination()->cause->status == 200);
    call.release();
    check_no_handle_left(desk);
}

TEST_CASE("sofia: a call that came in is refreshed, and the other side's offer is answered", "[sofia][incoming]") {
    sofia::Options options = SipDesk::patient();
    options.session_timer = 2s;
    SipDesk desk(options);
    Peer peer(desk);
    std::string invite = peer.call();
    auto call = desk.take();
    CHECK_FALSE(call.query(&Provider::answer, "v=0\r\n"));
    invite = Peer::in_dialog(invite, peer.expect("SIP/2.0 200"));
    peer.request("ACK", invite);
    REQUIRE(SipDesk::reaches(call, CallState::ready));
    const std::string refresh = peer.expect("INVITE ");
    CHECK(field(refresh, "Content-Length") == "0");
    peer.answer(refresh, "200 OK", {}, true);
    const std::string ack = peer.expect("ACK ");
    CHECK(field(ack, "Content-Type") == "application/sdp");
    CHECK(ack.substr(ack.find("\r\n\r\n") + 4) == "v=0\r\n");
    CHECK_FALSE(call.drop());
    peer.answer(peer.expect("BYE "), "200 OK");
    REQUIRE(SipDesk::over(call));
    CHECK_FALSE(call.termination()->contested);
}

TEST_CASE("sofia: a call that the stack ends for want of a sign of life is silent, whoever answers its BYE",
          "[sofia][service]") {
    sofia::Options options = SipDesk::patient();
    options.session_timer = 90s;
    SipDesk desk(options);
    Peer peer(desk);
    SipSession call;
    static_cast<void>(peer.accept(call, "Session-Expires: 2;refresher=uas\r\nRequire: timer\r\nSupported: timer\r\n"));
    peer.answer(peer.expect("BYE "), "200 OK");
    REQUIRE(SipDesk::over(call));
    CHECK(call.termination()->origin == Origin::service);
    CHECK(call.termination()->cause->by == EndedBy::silence);
    CHECK(call.termination()->cause->status == 408);
    call.release();
    check_no_handle_left(desk);
}

TEST_CASE("sofia: where the other side is reached follows what says so, and nothing else", "[sofia]") {
    SipDesk desk;
    Peer peer(desk);
    SipSession call;
    const std::string invite = peer.accept(call);
    const std::string here = peer.uri(), there = here + ";there", elsewhere = here + ";elsewhere";
    CHECK(SipDesk::info(call).contact == here);
    peer.request("INFO", invite, "Contact: <" + elsewhere + ">\r\n");
    static_cast<void>(peer.expect("SIP/2.0 200"));
    CHECK(SipDesk::info(call).contact == here);
    peer.request("UPDATE", invite, "Contact: <" + there + ">\r\n", true);
    static_cast<void>(peer.expect("SIP/2.0 200"));
    CHECK(SipDesk::info(call).contact == there);
    CHECK_FALSE(call.drop());
    peer.answer(peer.expect("BYE "), "200 OK", "Contact: <" + elsewhere + ">\r\n");
    REQUIRE(SipDesk::over(call));
    CHECK(SipDesk::info(call).contact == there);
}

TEST_CASE("sofia: what a refusal says of who was called is no place to go, but in a redirection", "[sofia]") {
    const auto [status, taken] = GENERATE(table<const char*, bool>({{"302 Moved", true}, {"485 Ambiguous", false}}));
    SipDesk desk;
    Peer peer(desk);
    auto call = SipSession::open(desk.service(), peer.uri());
    peer.answer(peer.expect("INVITE "), status, "Contact: <sip:other@127.0.0.1>\r\n");
    REQUIRE(SipDesk::over(call));
    CHECK(SipDesk::info(call).contact.value_or("none") == (taken ? "sip:other@127.0.0.1" : "none"));
}

TEST_CASE("sofia: an offer while another one is not answered has to wait", "[sofia]") {
    SipDesk desk;
    Peer peer(desk);
    SECTION("ours is not answered") {
        auto call = SipSession::open(desk.service(), peer.uri());
        const std::string invite = peer.expect("INVITE ");
        peer.answer(invite, "180 Ringing");
        REQUIRE(SipDesk::reaches(call, CallState::proceeding));
        peer.request("UPDATE", invite, {}, true);
        CHECK(peer.expect("SIP/2.0 ").substr(8, 3) == "491");
        CHECK_FALSE(call.drop());
        peer.answer(peer.expect("CANCEL "), "200 OK");
        peer.answer(invite, "487 Terminated");
        REQUIRE(SipDesk::over(call));
    }
    SECTION("theirs is not answered") {
        std::string invite = peer.call();
        auto call = desk.take();
        invite = Peer::in_dialog(invite, peer.expect("SIP/2.0 180"));
        peer.request("UPDATE", invite, {}, true);
        const std::string answer = peer.expect("SIP/2.0 ");
        CHECK(answer.substr(8, 3) == "500");
        CHECK(field(answer, "Retry-After") == "5");
        CHECK_FALSE(call.drop());
        static_cast<void>(peer.expect("SIP/2.0 603"));
    }
}

TEST_CASE("sofia: the end of a call that is lost with its service is told", "[sofia][service][state]") {
    std::mutex mutex;
    std::vector<CallState> states;
    sofia::Options options = SipDesk::patient();
    options.patience = 30s;
    options.grace = 50ms;
    options.on_state = [&](sofia::Call, CallState state) {
        const std::lock_guard lock(mutex);
        states.push_back(state);
    };
    SipSession call;
    const bool dropped = GENERATE(false, true);
    CAPTURE(dropped);
    {
        SipDesk desk(options);
        Peer peer(desk);
        static_cast<void>(peer.accept(call));
        if (dropped) CHECK_FALSE(call.drop());
        if (dropped) static_cast<void>(peer.expect("BYE "));
        desk.close();
    }
    REQUIRE(call.termination());
    CHECK(call.termination()->origin == (dropped ? Origin::user : Origin::service));
    CHECK(states == std::vector{CallState::calling, CallState::completing, CallState::ready, CallState::terminated});
}
