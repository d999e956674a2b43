// SPDX-License-Identifier: BSL-1.0
// Every fault that `Failing` knows, befalling a session before, during and after its release. *Before*: while its owner has
// it. *During*: inside the release itself. *After*: once the release has returned, while the end is not confirmed yet or
// when it is past.
#include <wrapup/monitor.hpp>
#include <wrapup/providers/simulator.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/testing/archetypes.hpp>
#include <wrapup/testing/failing.hpp>
#include <wrapup/testing/fault_plan.hpp>
#include <wrapup/testing/recording_inline_provider.hpp>
#include <wrapup/testing/recording_provider.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "support/scripted.hpp"

#include <concepts>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace support;
using namespace wrapup::testing;
using wrapup::Controller;
using wrapup::errc;
using wrapup::Monitor;
using wrapup::Origin;
using wrapup::Phase;
using wrapup::Session;
using Wrapped = Failing<Scripted>;
using Call = Session<Wrapped>;
using Identifiers = std::vector<int>;

namespace {

// A recorder, what befalls its sessions, and one of them with all that looks on.
struct Bed {
    Script recorder;
    std::optional<Faults<Scripted>> faults;
    Call call;
    Monitor<Wrapped> monitor;
    Controller<Wrapped> controller;

    explicit Bed(FaultPlan plan = {}) : faults(std::in_place, std::move(plan)) {}

    void begin() {
        call = Call(recorder.begin(1), Wrapped(recorder, *faults));
        look_on();
    }
    void open() {
        call = Call::open(Wrapped(recorder, *faults), 1);
        look_on();
    }
    void look_on() {
        monitor = Monitor(call);
        controller = Controller(call);
    }
    // The provider's drop confirms before it returns.
    void confirm_at_once() {
        recorder.on_drop = [this](int id) {
            recorder.notifier(id).terminated("confirmed");
            return std::error_code();
        };
    }
    void terminated() { recorder.notifier().terminated("reported"); }
    // What a service does that watches a session whose end is past.
    void report_when_watched() {
        recorder.on_watch = [this](int id) { recorder.notifier(id).terminated(Origin::remote, "past"); };
    }
    template <class F>
    void when_called_back(F f) {
        faults->on_call_back = [f](Operation, int) { f(); };
    }
    void say_everything(const Faults<Scripted>::Reference& session) const {
        session->terminating();
        session->terminated(Origin::remote, "late");
        session->refused(refusal);
        session->lost();
    }

    // The session is over and gone, by whom and with what calls.
    void check_gone(const Calls& calls, Origin origin, bool contested = false) {
        CHECK(recorder.calls() == calls);
        REQUIRE(monitor.termination());
        CHECK(monitor.termination()->origin == origin);
        CHECK(monitor.termination()->contested == contested);
        CHECK(monitor.phase() == Phase::released);
        CHECK(recorder.alive() == 0);
        CHECK(recorder.violations().empty());
        CHECK(faults->pending() == 0);
    }
    // The session stays with its service, which lists it.
    void check_outstanding(const Calls& calls, Phase phase) const {
        CHECK(recorder.calls() == calls);
        CHECK(monitor.termination() == nullptr);
        CHECK(monitor.phase() == phase);
        CHECK(recorder.outstanding() == Identifiers{1});
        CHECK(recorder.violations().empty());
    }
};

FaultPlan on_drop(Fault fault) { return {{Operation::drop, 1, fault}}; }
FaultPlan on_abort(Fault fault) { return {{Operation::abort, 1, fault}}; }
FaultPlan on_watch(Fault fault) { return {{Operation::watch, 1, fault}}; }
FaultPlan on_deallocate(Fault fault) { return {{Operation::deallocate, 1, fault}}; }

} // namespace

// ---- a call is refused

TEST_CASE("Fault refuse, before release: the session is live as it was, and the release drops it",
          "[faults][drop][release]") {
    Bed bed(on_drop(Fault::refuse));
    bed.begin();
    CHECK(bed.call.drop() == bed.faults->refusal);
    CHECK(bed.call.phase() == Phase::active);
    bed.call.release();
    bed.terminated();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
    CHECK(bed.monitor.termination()->abandoned);
}

TEST_CASE("Fault refuse, during release: abort is tried in its stead", "[faults][release][abort]") {
    Bed bed(on_drop(Fault::refuse));
    bed.begin();
    bed.call.release();
    CHECK(bed.monitor.phase() == Phase::terminating);
    bed.terminated();
    bed.check_gone({"watch 1", "abort 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault refuse, during release, of the abort too: the session stays outstanding until its end is reported",
          "[faults][release][abort]") {
    Bed bed({{Operation::drop, FaultPlan::every, Fault::refuse}, {Operation::abort, FaultPlan::every, Fault::refuse}});
    bed.begin();
    bed.call.release();
    bed.check_outstanding({"watch 1"}, Phase::active);
    bed.terminated();
    bed.check_gone({"watch 1", "snapshot 1", "deallocate 1"}, Origin::remote);
    CHECK(bed.monitor.termination()->abandoned);
}

TEST_CASE("Fault refuse, after release: an abort that is refused leaves the release's drop standing",
          "[faults][release][abort]") {
    Bed bed(on_abort(Fault::refuse));
    bed.begin();
    bed.call.release();
    CHECK(bed.controller.abort() == bed.faults->refusal);
    bed.check_outstanding({"watch 1", "drop 1"}, Phase::terminating);
    bed.terminated();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault refuse, of open: there is no session, and the provider was not asked", "[faults][open]") {
    Bed bed({{Operation::open, 1, Fault::refuse}});
    std::error_code error;
    auto none = Call::open(error, Wrapped(bed.recorder, *bed.faults), 1);
    CHECK_FALSE(none);
    CHECK(error == bed.faults->refusal);
    CHECK(bed.recorder.calls().empty());
    bed.open();
    CHECK(bed.call);
    bed.call.release();
    bed.terminated();
    bed.check_gone({"open 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

// ---- a call hangs: it is accepted, and nothing comes of it

TEST_CASE("Fault hang, before release: the session is terminating until its end is reported by itself",
          "[faults][drop][release]") {
    Bed bed(on_drop(Fault::hang));
    bed.begin();
    CHECK_FALSE(bed.call.drop());
    CHECK_FALSE(bed.call.drop());
    CHECK(bed.call.phase() == Phase::terminating);
    bed.terminated();
    bed.call.release();
    bed.check_gone({"watch 1", "snapshot 1", "deallocate 1"}, Origin::user);
    CHECK_FALSE(bed.monitor.termination()->abandoned);
}

TEST_CASE("Fault hang, during release: the session stays outstanding, and is deallocated when its end is reported",
          "[faults][release]") {
    Bed bed(on_drop(Fault::hang));
    bed.begin();
    bed.call.release();
    bed.check_outstanding({"watch 1"}, Phase::terminating);
    SECTION("reported") {
        bed.terminated();
        bed.check_gone({"watch 1", "snapshot 1", "deallocate 1"}, Origin::application);
    }
    SECTION("never, until the service is lost") {
        bed.recorder.lose();
        bed.check_gone({"watch 1"}, Origin::application, true);
    }
    SECTION("aborted by somebody else") {
        CHECK_FALSE(bed.controller.abort());
        bed.terminated();
        bed.check_gone({"watch 1", "abort 1", "snapshot 1", "deallocate 1"}, Origin::application);
    }
}

TEST_CASE("Fault hang, after release: an abort that comes to nothing takes nothing from the drop",
          "[faults][release][abort]") {
    Bed bed(on_abort(Fault::hang));
    bed.begin();
    bed.call.release();
    CHECK_FALSE(bed.controller.abort());
    bed.check_outstanding({"watch 1", "drop 1"}, Phase::terminating);
    bed.terminated();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

// ---- a call is over at once

TEST_CASE("Fault finish at once, before release: the session is over when its drop returns", "[faults][drop]") {
    Bed bed(on_drop(Fault::finish_at_once));
    bed.begin();
    CHECK_FALSE(bed.call.drop());
    CHECK(bed.call.phase() == Phase::terminated);
    CHECK(bed.recorder.alive() == 1);
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::user);
}

TEST_CASE("Fault finish at once, during release: the identifier is given back before the release returns",
          "[faults][release]") {
    Bed bed(on_drop(Fault::finish_at_once));
    bed.begin();
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault finish at once, after release: the identifier is given back before an abort returns",
          "[faults][release][abort]") {
    Bed bed(on_abort(Fault::finish_at_once));
    bed.begin();
    bed.call.release();
    bed.check_outstanding({"watch 1", "drop 1"}, Phase::terminating);
    CHECK_FALSE(bed.controller.abort());
    bed.check_gone({"watch 1", "drop 1", "abort 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

// ---- a call is over later

TEST_CASE("Fault finish later, before release: the drop reaches the provider when that is told", "[faults][drop]") {
    Bed bed(on_drop(Fault::finish_later));
    bed.begin();
    CHECK_FALSE(bed.call.drop());
    CHECK(bed.call.phase() == Phase::terminating);
    CHECK(bed.faults->pending() == 1);
    CHECK(bed.recorder.calls() == Calls{"watch 1"});
    bed.faults->deliver();
    CHECK(bed.call.phase() == Phase::terminated);
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::user);
}

TEST_CASE("Fault finish later, before release: what is refused then makes the session active again", "[faults][drop]") {
    Bed bed(on_drop(Fault::finish_later));
    bed.begin();
    bed.recorder.on_drop = [](int) { return refusal; };
    CHECK_FALSE(bed.call.drop());
    bed.faults->deliver();
    CHECK(bed.call.phase() == Phase::active);
    bed.recorder.on_drop = nullptr;
    bed.call.release();
    bed.terminated();
    bed.check_gone({"watch 1", "drop 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault finish later, during release: the session stays outstanding until its drop is delivered",
          "[faults][release]") {
    Bed bed(on_drop(Fault::finish_later));
    bed.begin();
    bed.call.release();
    bed.check_outstanding({"watch 1"}, Phase::terminating);
    bed.faults->deliver();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault finish later, after release: an abort that is delivered later ends the session",
          "[faults][release][abort]") {
    Bed bed(on_abort(Fault::finish_later));
    bed.begin();
    bed.call.release();
    CHECK_FALSE(bed.controller.abort());
    bed.check_outstanding({"watch 1", "drop 1"}, Phase::terminating);
    SECTION("delivered") {
        bed.faults->deliver();
        bed.check_gone({"watch 1", "drop 1", "abort 1", "snapshot 1", "deallocate 1"}, Origin::application);
    }
    SECTION("too late: then it is not passed on") {
        bed.terminated();
        bed.faults->deliver();
        bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
    }
}

// ---- a call calls back

TEST_CASE("Fault call back, before release: from inside a drop, everything but one drop has no effect",
          "[faults][drop]") {
    Bed bed(on_drop(Fault::call_back));
    bed.begin();
    int called = 0;
    bed.when_called_back([&] {
        ++called;
        CHECK(bed.call.phase() == Phase::terminating);
        CHECK_FALSE(bed.call.drop());
        CHECK_FALSE(bed.call.disconnect("within"));
        CHECK(bed.call.query([](Wrapped& p, int id) { return p.inner().is_alive(id); }));
    });
    CHECK_FALSE(bed.call.drop());
    CHECK(called == 1);
    bed.terminated();
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::user);
}

TEST_CASE("Fault call back, during release: released and ended from inside the release's drop, and given back after it",
          "[faults][release]") {
    Bed bed(on_drop(Fault::call_back));
    bed.begin();
    bed.when_called_back([&] {
        bed.call.release();
        bed.call = Call();
        bed.terminated();
        CHECK(bed.monitor.phase() == Phase::terminated);
        CHECK(bed.recorder.alive() == 1);
    });
    bed.call.release();
    bed.check_gone({"watch 1", "snapshot 1", "drop 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault call back, after release: from inside the deallocation, there is no identifier to use",
          "[faults][release]") {
    Bed bed(on_deallocate(Fault::call_back));
    bed.begin();
    bed.call.release();
    int called = 0;
    bed.when_called_back([&] {
        ++called;
        std::error_code error;
        CHECK_FALSE(bed.monitor.lease(error));
        CHECK(error == errc::released);
        CHECK(bed.controller.drop() == errc::released);
        CHECK(bed.controller.abort() == errc::released);
        CHECK(bed.monitor.termination());
        bed.call = Call();
    });
    bed.terminated();
    CHECK(called == 1);
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault call back elsewhere, before release: the other thread finds a request under way, and does not wait",
          "[faults][drop][threads]") {
    Bed bed(on_drop(Fault::call_back_elsewhere));
    bed.begin();
    std::thread::id thread;
    bed.when_called_back([&] {
        thread = std::this_thread::get_id();
        CHECK(bed.call.phase() == Phase::terminating);
        CHECK_FALSE(bed.call.drop());
        CHECK_FALSE(bed.call.abort());
        bed.terminated();
        CHECK(bed.call.termination()->origin == Origin::user);
    });
    CHECK_FALSE(bed.call.drop());
    CHECK(thread != std::thread::id());
    CHECK(thread != std::this_thread::get_id());
    bed.call.release();
    bed.check_gone({"watch 1", "abort 1", "snapshot 1", "drop 1", "deallocate 1"}, Origin::user);
}

TEST_CASE(
    "Fault call back elsewhere, during release: the end is reported on another thread, and given back on this one",
    "[faults][release][threads]") {
    Bed bed(on_drop(Fault::call_back_elsewhere));
    bed.begin();
    std::thread::id deallocated_on;
    bed.recorder.on_deallocate = [&](int) { deallocated_on = std::this_thread::get_id(); };
    bed.when_called_back([&] {
        bed.terminated();
        CHECK(bed.recorder.alive() == 1);
    });
    bed.call.release();
    CHECK(deallocated_on == std::this_thread::get_id());
    bed.check_gone({"watch 1", "snapshot 1", "drop 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault call back elsewhere, after release: another thread looks on inside the deallocation",
          "[faults][release][threads]") {
    Bed bed(on_deallocate(Fault::call_back_elsewhere));
    bed.begin();
    bed.call.release();
    std::thread::id thread;
    bed.when_called_back([&] {
        thread = std::this_thread::get_id();
        std::error_code error;
        CHECK_FALSE(bed.monitor.lease(error));
        CHECK(bed.controller.abort() == errc::released);
        CHECK(bed.recorder.notifier().lost()); // the deallocation had begun
    });
    bed.terminated();
    CHECK(thread != std::thread::id());
    CHECK(thread != std::this_thread::get_id());
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

// ---- a notice is late

TEST_CASE("Fault say late, before release: an end that is past is heard of when it is told", "[faults][notifier]") {
    Bed bed(on_watch(Fault::say_late));
    bed.report_when_watched();
    bed.begin();
    CHECK(bed.call.phase() == Phase::active);
    CHECK(bed.recorder.calls().empty());
    bed.faults->deliver();
    CHECK(bed.call.phase() == Phase::terminated);
    bed.call.release();
    bed.check_gone({"watch 1", "snapshot 1", "deallocate 1"}, Origin::remote);
}

TEST_CASE("Fault say late, during release: an end that is heard of inside the release's drop", "[faults][notifier]") {
    Bed bed({{Operation::watch, 1, Fault::say_late}, {Operation::drop, 1, Fault::call_back}});
    bed.report_when_watched();
    bed.begin();
    bed.when_called_back([&] { bed.faults->deliver(); });
    bed.call.release();
    // The provider had not accepted the drop yet, so the other side has ended it.
    bed.check_gone({"watch 1", "snapshot 1", "drop 1", "deallocate 1"}, Origin::remote, true);
}

TEST_CASE("Fault say late, after release: the session stays outstanding until its end is heard of",
          "[faults][notifier]") {
    Bed bed(on_watch(Fault::say_late));
    bed.recorder.on_watch = [&](int id) { bed.recorder.notifier(id).terminated("answer to the drop"); };
    bed.begin();
    bed.call.release();
    bed.check_outstanding({"drop 1"}, Phase::terminating);
    bed.faults->deliver();
    bed.check_gone({"drop 1", "watch 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

// ---- a notice is lost on its way: nobody ever hears of the end

TEST_CASE("Fault say late and never told, before release: the session is lost with its service", "[faults][notifier]") {
    Bed bed(on_watch(Fault::say_late));
    bed.begin();
    CHECK_FALSE(bed.call.drop());
    CHECK(bed.call.phase() == Phase::terminating);
    CHECK(bed.recorder.outstanding() == Identifiers{1});
    bed.faults.reset();
    CHECK(bed.call.phase() == Phase::released);
    CHECK(bed.call.termination()->contested);
    bed.call.release();
    CHECK(bed.recorder.calls() == Calls{"drop 1", "drop 1", "deallocate 1"});
    CHECK(bed.recorder.alive() == 0);
    CHECK(bed.recorder.violations().empty());
}

TEST_CASE("Fault say late and never told, during release: the session stays outstanding, and is lost with its service",
          "[faults][notifier]") {
    Bed bed(on_watch(Fault::say_late));
    bed.begin();
    bed.call.release();
    bed.check_outstanding({"drop 1"}, Phase::terminating);
    bed.faults.reset();
    CHECK(bed.monitor.phase() == Phase::released);
    CHECK(bed.monitor.termination()->origin == Origin::application);
    CHECK(bed.recorder.calls() == Calls{"drop 1", "drop 1", "deallocate 1"});
    CHECK(bed.recorder.alive() == 0);
}

TEST_CASE("Fault say late and never told, after release: not even an abort is heard of", "[faults][notifier]") {
    Bed bed(on_watch(Fault::say_late));
    bed.begin();
    bed.call.release();
    CHECK_FALSE(bed.controller.abort());
    bed.check_outstanding({"drop 1", "abort 1"}, Phase::terminating);
    bed.faults.reset();
    CHECK(bed.monitor.phase() == Phase::released);
    CHECK(bed.recorder.calls() == Calls{"drop 1", "abort 1", "drop 1", "deallocate 1"});
    CHECK(bed.recorder.alive() == 0);
}

// ---- a notice is said twice

TEST_CASE("Fault say twice, before release: the second changes nothing, and callbacks run once",
          "[faults][notifier][callback]") {
    Bed bed(on_drop(Fault::say_twice));
    bed.confirm_at_once();
    bed.begin();
    int ran = 0;
    const wrapup::TerminationCallback callback{bed.call, [&] { ++ran; }};
    CHECK_FALSE(bed.call.drop());
    CHECK(bed.faults->struck(Fault::say_twice) == 1);
    CHECK(ran == 1);
    CHECK(*bed.call.termination()->cause == "confirmed");
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::user);
}

TEST_CASE("Fault say twice, during release: the second comes inside the release, and changes nothing",
          "[faults][notifier]") {
    Bed bed(on_drop(Fault::say_twice));
    bed.confirm_at_once();
    bed.begin();
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault say twice, after release: the second comes inside the deallocation, and deallocates nothing",
          "[faults][notifier]") {
    const auto when = GENERATE(Operation::drop, Operation::deallocate);
    Bed bed({{when, 1, Fault::say_twice}});
    bed.begin();
    bed.call.release();
    bed.terminated();
    CHECK(bed.faults->struck(Fault::say_twice) == 1);
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

// ---- notices come out of order

TEST_CASE("Fault say out of order, before release: what belongs before the end, and comes after it, changes nothing",
          "[faults][notifier]") {
    Bed bed(on_drop(Fault::say_out_of_order));
    bed.confirm_at_once();
    bed.begin();
    CHECK_FALSE(bed.call.drop());
    CHECK(bed.call.phase() == Phase::terminated);
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::user);
}

TEST_CASE("Fault say out of order, during release: a refusal that comes after the end does not drop again",
          "[faults][notifier]") {
    Bed bed(on_drop(Fault::say_out_of_order));
    bed.confirm_at_once();
    bed.begin();
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault say out of order, after release: inside the deallocation it begins no ending", "[faults][notifier]") {
    const auto when = GENERATE(Operation::drop, Operation::deallocate);
    Bed bed({{when, 1, Fault::say_out_of_order}});
    bed.begin();
    bed.call.release();
    bed.terminated();
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

// ---- the session is lost

TEST_CASE("Fault say lost, before release: the session is lost, and the provider has its identifier back",
          "[faults][lost]") {
    Bed bed(on_watch(Fault::say_lost));
    bed.begin();
    CHECK(bed.call.phase() == Phase::released);
    CHECK_FALSE(bed.call.drop());
    bed.call.release();
    bed.check_gone({"drop 1", "deallocate 1"}, Origin::service);
    CHECK_FALSE(bed.monitor.termination()->statistics);
}

TEST_CASE("Fault say lost, during release: lost inside the release's drop, and nobody deallocates", "[faults][lost]") {
    Bed bed(on_drop(Fault::call_back));
    bed.begin();
    bed.when_called_back([&] { bed.recorder.lose(); });
    bed.call.release();
    bed.check_gone({"watch 1", "drop 1"}, Origin::service, true); // which survives a call in flight
}

TEST_CASE("Fault say lost, after release: lost while the end is not confirmed, and nobody deallocates",
          "[faults][lost]") {
    Bed bed;
    bed.begin();
    bed.call.release();
    bed.recorder.lose();
    bed.check_gone({"watch 1", "drop 1"}, Origin::application, true);
}

// ---- a notice is said when the identifier was given back

TEST_CASE("Fault say after release, before release: an end that was reported before is said again after the release",
          "[faults][notifier]") {
    Bed bed(on_deallocate(Fault::say_after_release));
    bed.begin();
    bed.terminated();
    CHECK(bed.faults->struck(Fault::say_after_release) == 0);
    bed.call.release();
    CHECK(bed.faults->struck(Fault::say_after_release) == 1);
    bed.say_everything(bed.faults->reference(1));
    bed.check_gone({"watch 1", "snapshot 1", "deallocate 1"}, Origin::remote);
    CHECK(*bed.monitor.termination()->cause == "reported");
}

TEST_CASE("Fault say after release, during release: an end inside the release is said again when it is given back",
          "[faults][notifier]") {
    Bed bed({{Operation::drop, 1, Fault::finish_at_once}, {Operation::deallocate, 1, Fault::say_after_release}});
    bed.begin();
    bed.call.release();
    CHECK(bed.faults->struck(Fault::say_after_release) == 1);
    bed.say_everything(bed.faults->reference(1));
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault say after release, after release: the first end after the release counts, and the next does not",
          "[faults][notifier]") {
    Bed bed(on_deallocate(Fault::say_after_release));
    bed.begin();
    bed.call.release();
    bed.terminated();
    CHECK(bed.faults->struck(Fault::say_after_release) == 1);
    bed.say_everything(bed.faults->reference(1));
    bed.check_gone({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
    CHECK(*bed.monitor.termination()->cause == "reported");
}

// ---- a notice is said after the death of the notifier

TEST_CASE("Fault say after death, before release: the session was lost with the notifier, and stays that",
          "[faults][notifier][lost]") {
    Bed bed(on_watch(Fault::say_after_death));
    bed.begin();
    CHECK(bed.call.phase() == Phase::released);
    CHECK_FALSE(bed.call.termination()->cause);
    bed.call.release();
    bed.check_gone({"drop 1", "deallocate 1"}, Origin::service);
}

TEST_CASE(
    "Fault say after death, during release: the notifier dies inside the release's drop, and what is said is late",
    "[faults][notifier][lost]") {
    Bed bed(on_drop(Fault::call_back));
    bed.begin();
    bed.when_called_back([&] {
        const auto reference = bed.faults->reference(1);
        bed.recorder.notifier() = {};
        bed.say_everything(reference);
    });
    bed.call.release();
    CHECK_FALSE(bed.monitor.termination()->cause);
    CHECK(bed.recorder.calls() == Calls{"watch 1", "drop 1"});
    CHECK(bed.monitor.phase() == Phase::released);
    CHECK(bed.monitor.termination()->origin == Origin::service);
    CHECK(bed.recorder.outstanding() == Identifiers{1}); // as the service left it that let the notifier die
}

TEST_CASE(
    "Fault say after death, after release: the notifier dies before the end is confirmed, and what is said is late",
    "[faults][notifier][lost]") {
    Bed bed;
    bed.begin();
    bed.call.release();
    const auto reference = bed.faults->reference(1);
    bed.recorder.notifier() = {};
    bed.say_everything(reference);
    CHECK_FALSE(bed.monitor.termination()->cause);
    CHECK(bed.recorder.calls() == Calls{"watch 1", "drop 1"});
    CHECK(bed.monitor.phase() == Phase::released);
    CHECK(bed.monitor.termination()->origin == Origin::application);
    CHECK(bed.recorder.outstanding() == Identifiers{1});
}

// ---- a notice is for an identifier that was given back, and belongs to another session now

namespace {

// One session came and went under the number that the next one has.
struct UsedBed : Bed {
    Monitor<Wrapped> former;

    using Bed::Bed;

    void begin_again() {
        begin();
        former = monitor;
        recorder.notifier().terminated("former");
        call.release();
        begin();
    }
    void check_former() const {
        CHECK(*former.termination()->cause == "former");
        CHECK(former.termination()->origin == Origin::remote);
        CHECK(faults->struck(Fault::say_stale) == 1);
    }
};

const Calls former_calls{"watch 1", "snapshot 1", "deallocate 1"};
Calls after_former(Calls calls) {
    calls.insert(calls.begin(), former_calls.begin(), former_calls.end());
    return calls;
}

} // namespace

TEST_CASE(
    "Fault say stale, before release: the session that has the number now does not hear what is said to the former",
    "[faults][notifier]") {
    UsedBed bed(on_drop(Fault::say_stale));
    bed.begin_again();
    CHECK_FALSE(bed.call.drop());
    bed.check_former();
    CHECK(bed.call.phase() == Phase::terminating);
    bed.terminated();
    bed.call.release();
    bed.check_gone(after_former({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}), Origin::user);
}

TEST_CASE("Fault say stale, during release: what is said to the former session does not confirm the release's drop",
          "[faults][notifier]") {
    UsedBed bed(on_drop(Fault::say_stale));
    bed.begin_again();
    bed.call.release();
    bed.check_former();
    bed.check_outstanding(after_former({"watch 1", "drop 1"}), Phase::terminating);
    bed.terminated();
    bed.check_gone(after_former({"watch 1", "drop 1", "snapshot 1", "deallocate 1"}), Origin::application);
}

TEST_CASE("Fault say stale, after release: what is said to the former session does not give the number back",
          "[faults][notifier]") {
    UsedBed bed(on_abort(Fault::say_stale));
    bed.begin_again();
    bed.call.release();
    CHECK_FALSE(bed.controller.abort());
    bed.check_former();
    bed.check_outstanding(after_former({"watch 1", "drop 1", "abort 1"}), Phase::terminating);
    bed.terminated();
    bed.check_gone(after_former({"watch 1", "drop 1", "abort 1", "snapshot 1", "deallocate 1"}), Origin::application);
}

// ---- what changes nothing was said nevertheless

TEST_CASE("Failing: whoever traces hears every notice that is too much, and that it came too late", "[faults][trace]") {
    using Tracing = Failing<ScriptedTracing>;
    const auto superseded = [](Operation operation, Fault fault, bool twice) {
        Script recorder;
        recorder.on_drop = [&](int id) {
            recorder.notifier(id).terminated("confirmed");
            return std::error_code();
        };
        Faults<ScriptedTracing> faults({{operation, twice ? 2u : 1u, fault}});
        for (int n = 0; n < (twice ? 2 : 1); ++n) {
            Session<Tracing> call(recorder.begin(1), Tracing(recorder, faults));
            if (call) CHECK_FALSE(call.drop());
        }
        CHECK(faults.struck(fault) == (fault == Fault::none ? 0 : 1));
        CHECK(recorder.alive() == 0);
        int count = 0;
        for (const auto& line : recorder.calls()) count += line.find("superseded") != std::string::npos;
        return count;
    };
    CHECK(superseded(Operation::drop, Fault::none, false) == 0);
    CHECK(superseded(Operation::drop, Fault::say_twice, false) == 1);
    CHECK(superseded(Operation::deallocate, Fault::say_twice, false) == 1);
    CHECK(superseded(Operation::drop, Fault::say_out_of_order, false) == 2);
    CHECK(superseded(Operation::deallocate, Fault::say_out_of_order, false) == 2);
    CHECK(superseded(Operation::deallocate, Fault::say_after_release, false) == 1);
    CHECK(superseded(Operation::watch, Fault::say_lost, false) == 0);
    CHECK(superseded(Operation::watch, Fault::say_after_death, false) == 4);
    CHECK(superseded(Operation::drop, Fault::say_stale, true) == 4);
}

// ---- without notices: what can befall an inline session

namespace {

struct LocalBed {
    using WrappedLocal = Failing<Local>;

    Script recorder;
    Faults<Local> faults;
    Session<WrappedLocal> call;

    explicit LocalBed(FaultPlan plan)
        : faults(std::move(plan)), call(recorder.begin(1), WrappedLocal(recorder, faults)) {}

    void check_gone(const Calls& calls, Origin origin) const {
        CHECK(recorder.calls() == calls);
        REQUIRE(call.termination());
        CHECK(call.termination()->origin == origin);
        CHECK(call.phase() == Phase::released);
        CHECK(recorder.alive() == 0);
        CHECK(recorder.violations().empty());
    }
};

} // namespace

TEST_CASE("Fault refuse, before release, inline: the session is live as it was", "[faults][inline]") {
    LocalBed bed(on_drop(Fault::refuse));
    CHECK(bed.call.drop() == bed.faults.refusal);
    CHECK(bed.call.phase() == Phase::active);
    CHECK_FALSE(bed.call.disconnect("again"));
    bed.call.release();
    bed.check_gone({"drop for again 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault refuse, during release, inline: abort is tried in its stead", "[faults][inline]") {
    LocalBed bed(on_drop(Fault::refuse));
    bed.call.release();
    bed.check_gone({"abort 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

TEST_CASE("Fault refuse, after release, inline: there is nobody to be refused", "[faults][inline]") {
    LocalBed bed({{Operation::drop, 2, Fault::refuse}, {Operation::abort, FaultPlan::every, Fault::refuse}});
    bed.call.release();
    CHECK(bed.call.drop() == errc::released);
    CHECK(bed.call.abort() == errc::released);
    CHECK(bed.faults.struck(Fault::refuse) == 0);
    bed.check_gone({"drop 1", "snapshot 1", "deallocate 1"}, Origin::application);
}

namespace {

void call_back_inline(Fault fault, Operation when, bool dropped_before) {
    LocalBed bed({{when, 1, fault}});
    std::vector<Operation> called;
    bool elsewhere = false;
    bed.faults.on_call_back = [&, here = std::this_thread::get_id()](Operation operation, int id) {
        called.push_back(operation);
        elsewhere = std::this_thread::get_id() != here;
        CHECK(id == 1);
        CHECK(bed.recorder.is_alive(1));
    };
    if (dropped_before) CHECK_FALSE(bed.call.drop());
    CHECK(called.size() == (dropped_before && when == Operation::drop ? 1 : 0));
    bed.call.release();
    CHECK(called == std::vector{when});
    CHECK(elsewhere == (fault == Fault::call_back_elsewhere));
    bed.check_gone({"drop 1", "snapshot 1", "deallocate 1"}, dropped_before ? Origin::user : Origin::application);
}

} // namespace

TEST_CASE("Fault call back, before release, inline: inside the drop", "[faults][inline]") {
    call_back_inline(Fault::call_back, Operation::drop, true);
}
TEST_CASE("Fault call back, during release, inline: inside the release's drop and its snapshot", "[faults][inline]") {
    call_back_inline(Fault::call_back, Operation::drop, false);
    call_back_inline(Fault::call_back, Operation::snapshot, false);
}
TEST_CASE("Fault call back, after release, inline: inside the deallocation", "[faults][inline]") {
    call_back_inline(Fault::call_back, Operation::deallocate, true);
}
TEST_CASE("Fault call back elsewhere, before release, inline: on another thread while the drop waits",
          "[faults][inline][threads]") {
    call_back_inline(Fault::call_back_elsewhere, Operation::drop, true);
}
TEST_CASE("Fault call back elsewhere, during release, inline: on another thread while the release waits",
          "[faults][inline][threads]") {
    call_back_inline(Fault::call_back_elsewhere, Operation::drop, false);
    call_back_inline(Fault::call_back_elsewhere, Operation::snapshot, false);
}
TEST_CASE("Fault call back elsewhere, after release, inline: on another thread while the deallocation waits",
          "[faults][inline][threads]") {
    call_back_inline(Fault::call_back_elsewhere, Operation::deallocate, true);
}

// ---- the decorator is a provider that is able to do what the one it wraps is, and asks of it no more than the concept

template <class P>
constexpr bool is_able_to_do_the_same =
    wrapup::SessionProvider<Failing<P>> && wrapup::ReportsCause<Failing<P>> == wrapup::ReportsCause<P> &&
    wrapup::AcceptsReason<Failing<P>> == wrapup::AcceptsReason<P> &&
    wrapup::Notifies<Failing<P>> == wrapup::Notifies<P> && wrapup::Snapshots<Failing<P>> == wrapup::Snapshots<P> &&
    wrapup::Aborts<Failing<P>> == wrapup::Aborts<P> && wrapup::Timed<Failing<P>> == wrapup::Timed<P> &&
    wrapup::Waits<Failing<P>> == wrapup::Waits<P> && wrapup::Traces<Failing<P>> == wrapup::Traces<P> &&
    wrapup::Opens<Failing<P>> == wrapup::Opens<P> && wrapup::Opens<Failing<P>, int> == wrapup::Opens<P, int>;
static_assert(is_able_to_do_the_same<MinimalProvider> && is_able_to_do_the_same<MinimalReportsCause>);
static_assert(is_able_to_do_the_same<MinimalAcceptsReason> && is_able_to_do_the_same<MinimalOpens>);
static_assert(is_able_to_do_the_same<MinimalNotifies> && is_able_to_do_the_same<MinimalOpensAndNotifies>);
static_assert(is_able_to_do_the_same<MinimalSnapshots> && is_able_to_do_the_same<MinimalAborts>);
static_assert(is_able_to_do_the_same<MinimalTimed> && is_able_to_do_the_same<MinimalWaits>);
static_assert(is_able_to_do_the_same<MinimalTraces>);
static_assert(is_able_to_do_the_same<RecordingProvider> && is_able_to_do_the_same<RecordingInlineProvider>);
static_assert(is_able_to_do_the_same<wrapup::simulator::Provider>);
static_assert(is_able_to_do_the_same<Failing<wrapup::simulator::Provider>>, "and may be wrapped again");

namespace {

template <class P, class... Wire>
void end_through_the_decorator(Wire&... wire) {
    Ledger ledger;
    Faults<P> faults;
    {
        Session<Failing<P>> session(ledger.begin(1), Failing<P>(P(ledger, wire...), faults));
        if constexpr (wrapup::AcceptsReason<P>) CHECK_FALSE(session.disconnect(MinimalReason(7)));
        if constexpr (wrapup::Aborts<P>) CHECK_FALSE(session.abort());
        CHECK_FALSE(session.drop());
        (wire.notifier.terminated(), ...);
        CHECK(session.phase() == Phase::terminated);
        CHECK(session.query([](Failing<P>& p, const MinimalIdentifier& id) {
            return p.inner().ledger.alive * 10 + id.number();
        }) == 11);
        if constexpr (wrapup::Snapshots<P>) CHECK(session.termination()->statistics->number() == 100);
        if constexpr (wrapup::Timed<P> && !wrapup::Waits<P>) CHECK(session.termination()->ended == MinimalTime{2});
    }
    CHECK(ledger.alive == 0);
    CHECK(faults.calls(Operation::deallocate) == 1);
    ((wire.notifier = {}), ...);
}

} // namespace

TEST_CASE("Failing: it works with each archetype", "[faults][concepts]") {
    end_through_the_decorator<MinimalProvider>();
    end_through_the_decorator<MinimalReportsCause>();
    end_through_the_decorator<MinimalAcceptsReason>();
    end_through_the_decorator<MinimalSnapshots>();
    end_through_the_decorator<MinimalAborts>();
    end_through_the_decorator<MinimalTimed>();
    end_through_the_decorator<MinimalTraces>();
    MinimalNotifies::Wire wire;
    end_through_the_decorator<MinimalNotifies>(wire);
    end_through_the_decorator<MinimalWaits>(wire);
}

// ---- plans

TEST_CASE("FaultPlan: a script names the n-th call, or every one, and only faults that can befall it",
          "[faults][plan]") {
    const auto possible = FaultSet::of(Operation::drop, true);
    const FaultPlan plan{{Operation::drop, 2, Fault::hang},
                         {Operation::drop, 3, Fault::say_late}, // which is no fault of a drop
                         {Operation::drop, FaultPlan::every, Fault::refuse}};
    CHECK(plan(Operation::drop, 1, possible) == Fault::refuse);
    CHECK(plan(Operation::drop, 2, possible) == Fault::hang);
    CHECK(plan(Operation::drop, 3, possible) == Fault::none);
    CHECK(plan(Operation::drop, 4, possible) == Fault::refuse);
    CHECK(plan(Operation::abort, 1, possible) == Fault::none);
    CHECK(plan(Operation::drop, 1, FaultSet::of(Operation::snapshot, true)) == Fault::none);
    CHECK(FaultPlan()(Operation::drop, 1, possible) == Fault::none);
}

TEST_CASE("FaultPlan: chance depends on the seed alone, and reaches every fault", "[faults][plan]") {
    const auto possible = FaultSet::of(Operation::drop, true);
    const auto plan = FaultPlan::random(7, 2), same = FaultPlan::random(7, 2), other = FaultPlan::random(8, 2);
    FaultSet seen;
    int none = 0, differs = 0;
    for (unsigned n = 1; n <= 1000; ++n) {
        const Fault fault = plan(Operation::drop, n, possible);
        REQUIRE(fault == same(Operation::drop, n, possible));
        differs += fault != other(Operation::drop, n, possible);
        none += fault == Fault::none;
        if (fault != Fault::none) seen = seen | FaultSet{fault};
    }
    CHECK(seen == possible);
    CHECK(none > 400);
    CHECK(none < 600);
    CHECK(differs > 400);
    const auto only = FaultPlan::random(7, 1).only({Fault::refuse});
    CHECK(only(Operation::drop, 1, possible) == Fault::refuse);
    CHECK(only(Operation::snapshot, 1, FaultSet::of(Operation::snapshot, true)) == Fault::none);
}

TEST_CASE("FaultPlan: whoever picks has every fault of a call to choose from, and none", "[faults][plan]") {
    const auto possible = FaultSet::of(Operation::watch, true);
    unsigned asked = 0, answer = 0;
    const auto plan = FaultPlan::picked([&](unsigned n) {
        asked = n;
        return answer;
    });
    FaultSet seen;
    for (answer = 0; answer <= possible.size(); ++answer) {
        const Fault fault = plan(Operation::watch, 1, possible);
        CHECK(asked == possible.size() + 1);
        CHECK((fault == Fault::none) == (answer == 0));
        if (fault != Fault::none) seen = seen | FaultSet{fault};
    }
    CHECK(seen == possible);
}

// ---- all that can befall one session, and many

namespace {

// Goes through a tree of choices: in each run as far as the last time, then the next branch of the last choice that has one.
class Choices {
public:
    unsigned pick(unsigned n) {
        if (depth_ == taken_.size()) taken_.push_back({0, n});
        return taken_[depth_++].choice;
    }
    bool next() {
        depth_ = 0;
        while (!taken_.empty() && ++taken_.back().choice == taken_.back().of) taken_.pop_back();
        return !taken_.empty();
    }
    std::string text() const {
        std::string all;
        for (const auto& one : taken_) all += std::to_string(one.choice) + " ";
        return all;
    }

private:
    struct One {
        unsigned choice, of;
    };
    std::vector<One> taken_;
    std::size_t depth_ = 0;
};

} // namespace

TEST_CASE(
    "Failing: whatever befalls a session that is adopted, dropped, aborted and released, it ends and is given back",
    "[faults][exhaustive]") {
    Choices choices;
    int runs = 0;
    do {
        ++runs;
        CAPTURE(choices.text());
        Script recorder;
        Monitor<Wrapped> monitor;
        int ran = 0;
        {
            Faults<Scripted> faults(FaultPlan::picked([&](unsigned n) {
                                        return choices.pick(n);
                                    }).only(FaultSet::all() - FaultSet{Fault::call_back_elsewhere}));
            faults.on_call_back = [&](Operation operation, int id) {
                if (operation == Operation::abort) recorder.notifier(id).terminated("within");
                if (monitor.phase() != Phase::released) faults.deliver();
            };
            Call call(recorder.begin(1), Wrapped(recorder, faults));
            monitor = Monitor(call);
            const wrapup::TerminationCallback callback{call, [&] { ++ran; }};
            call.drop();
            call.abort();
            call.release();
            faults.deliver();
            if (recorder.alive() != 0) recorder.notifier().terminated("at last");
            REQUIRE(ran == 1);
        }
        REQUIRE(monitor.phase() == Phase::released);
        REQUIRE(monitor.termination());
        REQUIRE(recorder.alive() == 0);
        REQUIRE(recorder.violations().empty());
    } while (choices.next());
    CHECK(runs > 1000);
}

TEST_CASE(
    "Failing: a hundred thousand calls of the simulator, befallen by chance, and nothing is left or given back twice",
    "[faults][random][simulator][many]") {
    namespace simulator = wrapup::simulator;
    using Provider = Failing<simulator::Provider>;
    const auto seed = static_cast<unsigned>(Catch::rngSeed());
    CAPTURE(seed);
    std::minstd_rand random(seed + 1);
    unsigned struck = 0, calls = 0;
    for (unsigned round = 0; calls < 100'000; ++round) {
        simulator::Exchange exchange; // aborts the program where it is misused
        Faults<simulator::Provider> faults(FaultPlan::random(seed + round, 2));
        faults.on_finish = [&](simulator::Provider&, simulator::Call call) { exchange.hang_up(call, 1); };
        std::vector<Session<Provider>> sessions;
        faults.on_call_back = [&](Operation, simulator::Call call) {
            if (random() % 2) exchange.hang_up(call, 2);
            else faults.deliver();
        };
        int failed = 0;
        for (int n = 0; n < 100; ++n) {
            simulator::Behaviour behaviour;
            behaviour.confirmation = static_cast<simulator::Confirmation>(random() % 4);
            behaviour.refusals = random() % 3 == 0;
            Provider provider(simulator::Provider(exchange), faults);
            std::error_code error;
            auto session = random() % 2 ? Session<Provider>::open(error, std::move(provider), behaviour)
                                        : Session<Provider>(exchange.ring(behaviour), std::move(provider));
            const Monitor monitor(session);
            if (random() % 2) session.drop();
            if (random() % 4 == 0) session.abort();
            if (random() % 4 == 0) sessions.push_back(std::move(session));
            if (random() % 8 == 0) faults.deliver();
            if (random() % 8 == 0) sessions.clear();
            if (random() % 4 == 0) exchange.advance(std::chrono::seconds(1));
            // Whoever is over has said so once and for all.
            if (monitor.termination() && monitor.phase() < Phase::terminated) ++failed;
        }
        sessions.clear();
        faults.deliver();
        for (const auto& call : exchange.outstanding()) exchange.hang_up(call, 3);
        // What is left is what never reached the exchange: it is not watched.
        failed += exchange.alive() != faults.pending();
        for (unsigned i = 0; i < fault_count; ++i) struck += faults.struck(static_cast<Fault>(i));
        for (unsigned i = 0; i < operation_count; ++i) calls += faults.calls(static_cast<Operation>(i));
        REQUIRE(failed == 0);
    }
    CHECK(struck > calls / 4);
}

TEST_CASE("Failing: what is put off is delivered while another thread ends the session and releases it",
          "[faults][threads]") {
    for (int n = 0; n < 500; ++n) {
        Script recorder;
        Faults<Scripted> faults(on_drop(Fault::finish_later));
        Call call(recorder.begin(1), Wrapped(recorder, faults));
        const Monitor monitor(call);
        CHECK_FALSE(call.drop());
        std::thread delivers([&] { faults.deliver(); });
        std::thread reports([&] { faults.reference(1)->terminated("reported"); });
        call.release();
        delivers.join();
        reports.join();
        REQUIRE(monitor.phase() == Phase::released);
        REQUIRE(recorder.alive() == 0);
        REQUIRE(recorder.violations().empty());
    }
}
