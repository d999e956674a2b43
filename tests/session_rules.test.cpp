// SPDX-License-Identifier: BSL-1.0
// The fourteen rules of a session, each held by tests that are named after it.
#include <wrapup/providers/simulator.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "support/scripted.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

using namespace support;
using namespace std::chrono_literals;
using wrapup::Controller;
using wrapup::errc;
using wrapup::Monitor;
using wrapup::Origin;
using wrapup::Phase;
using wrapup::Session;
using wrapup::Termination;
using wrapup::TerminationCallback;
using Call = Session<Scripted>;

namespace {

Call begin(Script& script, int id = 1) { return Call(script.begin(id), script); }

// Makes the provider's `drop` confirm before it returns.
void confirm_at_once(Script& script, const char* cause = "dropped") {
    script.on_drop = [&script, cause](int id) {
        script.notifier(id).terminated(std::string(cause));
        return std::error_code();
    };
}

// A reason and a cause that are heard being moved.
struct Heard {
    std::function<void()>* heard;

    explicit Heard(std::function<void()>* h) noexcept : heard(h) {}
    Heard(Heard&& other) noexcept : heard(other.heard) {
        if (*heard) (*heard)();
    }
};

// A provider of those.
struct Attentive {
    using Identifier = int;
    using Reason = Heard;
    using Cause = Heard;

    struct Line {
        wrapup::Notifier<Heard> notifier;
        std::function<void()> heard;
        std::function<std::error_code()> on_abort;
        int drops = 0, aborts = 0;

        // While a value is moved into the termination, that is.
        void once_terminating(const Session<Attentive>& call, std::function<void()> act) {
            heard = [this, &call, then = std::move(act)] {
                if (call.phase() != Phase::terminating) return;
                const auto now = then;
                heard = nullptr;
                now();
            };
        }
    };
    Line* line;

    void watch(int, wrapup::Notifier<Heard> notifier) noexcept { line->notifier = std::move(notifier); }
    void drop(int) noexcept { ++line->drops; }
    void drop(int, const Heard&) noexcept { ++line->drops; }
    std::error_code abort(int) noexcept {
        ++line->aborts;
        return line->on_abort ? line->on_abort() : std::error_code();
    }
    void deallocate(int) noexcept {}
};

} // namespace

// ---- 1

TEST_CASE("Rule 1: the first to claim the ending wins, and a later loser changes nothing", "[rules][drop]") {
    Script script;
    auto call = begin(script);
    SECTION("the remote party comes first") {
        script.notifier().terminated(Origin::remote, "hung up");
        CHECK_FALSE(call.drop());
        CHECK(script.calls() == Calls{"watch 1", "snapshot 1"});
        CHECK(call.termination()->origin == Origin::remote);
        CHECK_FALSE(call.termination()->contested);
    }
    SECTION("the user comes first") {
        CHECK_FALSE(call.drop());
        script.notifier().terminated(Origin::remote, "hung up");
        CHECK(call.termination()->origin == Origin::user);
        CHECK(call.termination()->contested);
        CHECK(*call.termination()->cause == "hung up");
    }
    SECTION("nobody after publication") {
        script.notifier().terminated("over");
        script.notifier().terminated(Origin::service, "late");
        script.notifier().terminating(Origin::user, "late");
        CHECK(call.termination()->origin == Origin::remote);
        CHECK_FALSE(call.termination()->contested);
        CHECK(*call.termination()->cause == "over");
    }
}

TEST_CASE("Rule 1: an origin wins over a local request that the provider has not accepted yet, and not over one it has",
          "[rules][drop]") {
    Script script;
    auto call = begin(script);
    script.on_drop = [&](int) {
        script.notifier().terminating(Origin::remote, "they hung up");
        return refusal;
    };
    CHECK_FALSE(call.drop()); // moot: the end has been reported
    CHECK(call.phase() == Phase::terminating);
    script.notifier().terminated();
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(call.termination()->contested);
    CHECK(*call.termination()->cause == "they hung up");
}

TEST_CASE("Rule 1: a claimed ending is refined until it is published, reason and cause in a slot each",
          "[rules][disconnect]") {
    Script script;
    auto call = begin(script);
    CHECK_FALSE(call.disconnect("maintenance"));
    script.notifier().terminating(std::string("first"));
    script.notifier().terminating(std::string("second"));
    CHECK(call.termination() == nullptr);
    script.notifier().terminated();
    REQUIRE(call.termination());
    CHECK(call.termination()->origin == Origin::application);
    CHECK(*call.termination()->reason == "maintenance");
    CHECK(*call.termination()->cause == "second");
    CHECK_FALSE(call.termination()->contested);
}

TEST_CASE("Rule 1: a losing notice fills only an empty slot", "[rules][notifier]") {
    Script script;
    auto call = begin(script);
    script.notifier().terminating(Origin::remote, "the winner's");
    script.notifier().terminated(Origin::service, "the loser's");
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(*call.termination()->cause == "the winner's");
    CHECK(call.termination()->contested);
}

TEST_CASE("Rule 1: a refusal withdraws the claim", "[rules][drop]") {
    Script script;
    auto call = begin(script);
    script.on_drop = [](int) { return refusal; };
    CHECK(call.drop() == refusal);
    CHECK(call.phase() == Phase::active);
    CHECK(call.disconnect("a reason that was refused") == refusal);
    CHECK(call.phase() == Phase::active);
    script.on_drop = nullptr;
    CHECK_FALSE(call.drop());
    script.notifier().terminated();
    CHECK(call.termination()->origin == Origin::user);
    CHECK_FALSE(call.termination()->reason);
    CHECK_FALSE(call.termination()->contested);
}

TEST_CASE("Rule 1: an accepted drop that turns out to be refused may be made again", "[rules][notifier]") {
    Script script;
    auto call = begin(script);
    SECTION("after the drop has returned") {
        CHECK_FALSE(call.drop());
        CHECK(call.phase() == Phase::terminating);
        script.notifier().refused(refusal);
    }
    SECTION("before the drop has returned") {
        script.on_drop = [&](int) {
            script.notifier().refused(refusal);
            return std::error_code();
        };
        CHECK_FALSE(call.drop());
        script.on_drop = nullptr;
    }
    CHECK(call.phase() == Phase::active);
    CHECK_FALSE(call.drop());
    CHECK(call.phase() == Phase::terminating);
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "drop 1"});
    script.notifier().terminated();
    CHECK(call.termination()->origin == Origin::user);
}

TEST_CASE("Rule 1: a refusal of what was never asked, or is reported meanwhile, is moot", "[rules][notifier]") {
    Script script;
    auto call = begin(script);
    script.notifier().refused(refusal);
    CHECK(call.phase() == Phase::active);
    CHECK_FALSE(call.drop());
    script.notifier().terminating(std::string("it has begun"));
    script.notifier().refused(refusal);
    CHECK(call.phase() == Phase::terminating);
    script.notifier().terminated();
    script.notifier().refused(refusal);
    CHECK(call.phase() == Phase::terminated);
}

TEST_CASE("Rule 1: duties posted while a claim stood are done by whoever withdraws it", "[rules][release]") {
    Script script;
    auto call = begin(script);
    Monitor monitor{call};
    SECTION("release during a drop that is refused: dropped again in the application's name") {
        script.on_drop = [&, n = 0](int) mutable {
            if (++n > 1) return std::error_code();
            call.release();
            return refusal;
        };
        CHECK(call.drop() == refusal);
        CHECK(script.calls() == Calls{"watch 1", "drop 1", "drop 1"});
        script.notifier().terminated();
        CHECK(monitor.termination()->origin == Origin::application);
        CHECK(monitor.termination()->abandoned);
    }
    SECTION("release after a drop that is refused later: in the notice") {
        CHECK_FALSE(call.drop());
        call.release();
        CHECK(script.calls() == Calls{"watch 1", "drop 1"});
        script.notifier().refused(refusal);
        CHECK(script.calls() == Calls{"watch 1", "drop 1", "drop 1"});
        script.notifier().refused(refusal);
        CHECK(script.calls() == Calls{"watch 1", "drop 1", "drop 1", "abort 1"});
        script.notifier().terminated();
    }
    SECTION("abort during a drop that is refused: the abort stands") {
        script.on_drop = [&](int) {
            CHECK_FALSE(call.abort());
            return refusal;
        };
        CHECK(call.drop() == refusal);
        CHECK(call.phase() == Phase::terminating);
        CHECK(script.calls() == Calls{"watch 1", "drop 1", "abort 1"});
        script.notifier().terminated();
        CHECK(call.termination()->origin == Origin::user);
        call.release();
    }
    CHECK(script.alive() == 0);
}

TEST_CASE("Rule 1: a drop and an abort that are refused one way or another leave the session active",
          "[rules][drop][abort]") {
    Script script;
    auto call = begin(script);
    SECTION("the drop by a notice, while the abort in it is refused at once") {
        script.on_abort = [](int) { return refusal; };
        script.on_drop = [&](int) {
            script.notifier().refused(refusal);
            CHECK(call.abort() == refusal);
            return std::error_code();
        };
        CHECK_FALSE(call.drop());
    }
    SECTION("both by notices, while both are in progress") {
        script.on_drop = [&](int) {
            script.on_abort = [&](int) {
                script.notifier().refused(refusal);
                script.notifier().refused(refusal);
                return std::error_code();
            };
            CHECK_FALSE(call.abort());
            return std::error_code();
        };
        CHECK_FALSE(call.drop());
    }
    SECTION("the drop at once, inside an abort that is refused") {
        script.on_drop = [](int) { return refusal; };
        script.on_abort = [&](int) {
            CHECK_FALSE(call.drop()); // under way
            return refusal;
        };
        CHECK(call.abort() == refusal);
        CHECK(call.drop() == refusal);
    }
    SECTION("the abort by a notice, while the drop that it is in is refused at once") {
        script.on_abort = [&](int) {
            script.notifier().refused(refusal);
            return std::error_code();
        };
        script.on_drop = [&](int) {
            CHECK_FALSE(call.abort());
            return refusal;
        };
        CHECK(call.drop() == refusal);
    }
    SECTION("both by notices, after both were accepted") {
        CHECK_FALSE(call.drop());
        CHECK_FALSE(call.abort());
        script.notifier().refused(refusal);
        CHECK(call.phase() == Phase::terminating); // the other one stands
        script.notifier().refused(refusal);
        script.notifier().refused(refusal);
    }
    CHECK(call.phase() == Phase::active);
    script.on_drop = nullptr;
    CHECK_FALSE(call.drop());
    CHECK(call.phase() == Phase::terminating);
    script.notifier().terminated();
    call.release();
    CHECK(script.alive() == 0);
}

TEST_CASE("Rule 1: a request in progress is refused once, however often that is said", "[rules][notifier][twice]") {
    Script script;
    auto call = begin(script);
    script.on_drop = [&](int) {
        for (int i = 0; i < 5; ++i) script.notifier().refused(refusal);
        CHECK_FALSE(call.abort()); // which is another request
        return std::error_code();
    };
    CHECK_FALSE(call.drop());
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "abort 1"});
    CHECK(call.phase() == Phase::terminating);
    script.notifier().terminated();
    CHECK(call.termination()->origin == Origin::user);
}

TEST_CASE("Rule 1: the drop after an abort that was refused is a request of its own", "[rules][release][abort]") {
    Script script;
    auto call = begin(script);
    const Monitor monitor{call};
    script.on_drop = [](int) { return refusal; };
    script.on_abort = [&, n = 0](int) mutable {
        if (++n > 1) return std::error_code();
        call.release();
        return refusal;
    };
    CHECK(call.abort() == refusal);
    CHECK(script.calls() == Calls{"watch 1", "abort 1", "drop 1", "abort 1"});
    script.notifier().terminated();
    CHECK(monitor.termination()->origin == Origin::application);
    CHECK(script.alive() == 0);
}

TEST_CASE("Rule 1: a request whose end is reported while its reason is written is not made, and its reason not told",
          "[rules][disconnect]") {
    Attentive::Line line;
    Session<Attentive> call(1, Attentive{&line});
    line.once_terminating(call, [&] {
        line.notifier.terminated();
        CHECK(call.phase() == Phase::terminating);
        CHECK_FALSE(call.abort());
    });
    CHECK_FALSE(call.disconnect(Heard{&line.heard}));
    CHECK(line.drops == 0);
    CHECK(line.aborts == 0);
    REQUIRE(call.termination());
    CHECK(call.termination()->origin == Origin::application);
    CHECK_FALSE(call.termination()->reason);
}

TEST_CASE("Rule 1: a refusal is moot where the end is reported meanwhile, and waits for its cause to be written",
          "[rules][abort]") {
    Attentive::Line line;
    Session<Attentive> call(1, Attentive{&line});
    line.on_abort = [&] {
        line.notifier.terminated();
        CHECK(call.phase() == Phase::terminating);
        return refusal;
    };
    line.once_terminating(call, [&] { CHECK_FALSE(call.abort()); });
    line.notifier.terminating(Heard{&line.heard});
    CHECK(line.aborts == 1);
    REQUIRE(call.termination());
    CHECK(call.termination()->cause);
}

TEST_CASE("Rule 1: what goes while the cause is written is there until it is", "[rules][notifier]") {
    Attentive::Line line;
    std::optional<Session<Attentive>> call(std::in_place, 1, Attentive{&line});
    line.once_terminating(*call, [&] {
        line.notifier = {};
        call.reset();
    });
    line.notifier.terminating(Heard{&line.heard});
    CHECK_FALSE(call);
    CHECK(line.drops == 0);
}

TEST_CASE("Rule 1: the reason of a request that was refused is not in the termination", "[rules][disconnect]") {
    Script script;
    auto call = begin(script);
    script.on_drop = [&](int) {
        CHECK_FALSE(call.abort());
        return refusal;
    };
    CHECK(call.disconnect("refused") == refusal);
    script.notifier().terminated();
    CHECK_FALSE(call.termination()->reason);
}

TEST_CASE("Rule 1: the reason of a request that was taken back is not that of the next one", "[rules][disconnect]") {
    Script script;
    auto call = begin(script);
    CHECK_FALSE(call.disconnect("taken back"));
    script.on_abort = [&](int id) {
        script.notifier(id).refused(refusal);
        return refusal;
    };
    CHECK(call.abort() == refusal);
    CHECK(call.phase() == Phase::active);
    CHECK_FALSE(call.drop());
    script.notifier().terminated();
    CHECK(call.termination()->origin == Origin::user);
    CHECK_FALSE(call.termination()->reason);
}

TEST_CASE("Rule 1: an origin wins over the abort in the owner's stead while that is not accepted", "[rules][release]") {
    Script script;
    auto call = begin(script);
    const Monitor monitor{call};
    script.on_drop = [](int) { return refusal; };
    script.on_abort = [&](int id) {
        script.notifier(id).terminated(Origin::remote, "at the same time");
        return std::error_code();
    };
    call.release();
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "abort 1", "snapshot 1", "deallocate 1"});
    CHECK(monitor.termination()->origin == Origin::remote);
    CHECK(monitor.termination()->contested);
    CHECK(monitor.termination()->abandoned);
}

// ---- 2

TEST_CASE("Rule 2: the order is always claim, drive, snapshot, publish, notify, release", "[rules][order]") {
    Script script;
    auto call = Session<ScriptedTracing>(script.begin(1), script);
    confirm_at_once(script);
    script.on_drop = [&, confirm = script.on_drop](int id) {
        CHECK(call.phase() == Phase::terminating); // claimed before it is driven
        return confirm(id);
    };
    script.on_snapshot = [&](int) {
        CHECK(call.phase() == Phase::terminating); // and between claim and publication it reads as terminating
        CHECK(call.termination() == nullptr);
    };
    TerminationCallback notified{call, [&](const auto& termination) {
                                     script.note("notified");
                                     CHECK(call.phase() == Phase::terminated);
                                     CHECK(*termination.statistics == 100);
                                     CHECK(call.query(&Scripted::is_alive));
                                     call.release();
                                     CHECK(script.alive() == 1);
                                 }};
    CHECK_FALSE(call.drop());
    CHECK(script.calls() == Calls{"watch 1", "trace active terminating user", "drop 1", "snapshot 1",
                                  "trace terminating terminated user", "notified", "deallocate 1",
                                  "trace terminated released application"});
}

// ---- 3

TEST_CASE("Rule 3: every provider call on the identifier is a lease", "[rules][lease]") {
    Script script;
    auto call = std::make_optional(begin(script));
    SECTION("a session that ends and is destroyed inside its drop is deallocated after the drop") {
        script.on_drop = [&](int id) {
            script.notifier(id).terminated();
            call.reset();
            CHECK(script.alive() == 1);
            script.note("drop returns");
            return std::error_code();
        };
        CHECK_FALSE(call->drop());
        CHECK(script.calls() == Calls{"watch 1", "drop 1", "snapshot 1", "drop returns", "deallocate 1"});
    }
    SECTION("inside a query") {
        confirm_at_once(script);
        const int answer = call->query([&](int id) {
            CHECK_FALSE(call->drop());
            call.reset();
            CHECK(script.alive() == 1);
            return id;
        });
        CHECK(answer == 1);
    }
    SECTION("inside a query that throws") {
        confirm_at_once(script);
        CHECK_THROWS_AS(call->query([&](int) {
            CHECK_FALSE(call->drop());
            call.reset();
            CHECK(script.alive() == 1);
            throw std::runtime_error("a query that fails");
        }),
                        std::runtime_error);
    }
    CHECK(script.alive() == 0);
}

TEST_CASE("Rule 3: a query that is answered clears the error", "[rules][lease]") {
    Script script;
    const auto call = begin(script);
    std::error_code error = refusal;
    CHECK(call.try_query(error, &Scripted::is_alive));
    CHECK_FALSE(error);
}

TEST_CASE("Rule 3: the deallocation waits for the last lease, and the release does not", "[rules][lease]") {
    Script script;
    confirm_at_once(script);
    auto call = begin(script);
    Monitor monitor{call};
    std::error_code error;
    auto first = monitor.lease(error);
    auto second = monitor.lease(error);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(second.id() == 1);
    call.release();
    CHECK(monitor.phase() == Phase::terminated);
    first = {};
    CHECK(script.alive() == 1);
    second = {};
    CHECK(script.alive() == 0);
    CHECK(monitor.phase() == Phase::released);
    CHECK_FALSE(monitor.lease(error));
    CHECK(error == errc::released);
}

// ---- 4

TEST_CASE("Rule 4: drop, disconnect, abort and release are idempotent", "[rules][drop][abort][release]") {
    Script script;
    auto call = begin(script);
    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.disconnect("too late"));
    CHECK_FALSE(call.abort());
    CHECK_FALSE(call.abort());
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "abort 1"});
    script.notifier().terminated();
    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.abort());
    CHECK(call.termination()->origin == Origin::user);
    CHECK_FALSE(call.termination()->reason);
    call.release();
    call.release();
    CHECK(call.drop() == errc::released);
    CHECK(call.disconnect("nobody") == errc::released);
    CHECK(call.abort() == errc::released);
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "abort 1", "snapshot 1", "deallocate 1"});
}

TEST_CASE("Rule 4: abort leaves the origin of a terminating session alone, and ends an active one for the user",
          "[rules][abort]") {
    Script script;
    auto call = begin(script);
    SECTION("terminating") {
        script.notifier().terminating(Origin::remote, "slowly");
        CHECK_FALSE(call.abort());
        script.notifier().terminated();
        CHECK(call.termination()->origin == Origin::remote);
        CHECK_FALSE(call.termination()->contested);
    }
    SECTION("active") {
        CHECK_FALSE(call.abort());
        CHECK(call.phase() == Phase::terminating);
        script.notifier().terminated();
        CHECK(call.termination()->origin == Origin::user);
    }
    SECTION("active, and refused") {
        script.on_abort = [](int) { return refusal; };
        CHECK(call.abort() == refusal);
        CHECK(call.phase() == Phase::active);
        CHECK(call.abort() == refusal);
        script.notifier().terminated();
        CHECK(call.termination()->origin == Origin::remote);
    }
    SECTION("terminating, and refused: the drop still stands") {
        CHECK_FALSE(call.drop());
        script.on_abort = [](int) { return refusal; };
        CHECK(call.abort() == refusal);
        CHECK(call.phase() == Phase::terminating);
        script.notifier().terminated();
        CHECK(call.termination()->origin == Origin::user);
    }
}

TEST_CASE("Rule 4: no verb blocks: nobody waits for somebody else's drop", "[rules][threads]") {
    Script script;
    auto call = begin(script);
    Monitor monitor{call};
    std::atomic<bool> entered{false}, leave{false};
    script.on_drop = [&](int) {
        entered = true;
        while (!leave) std::this_thread::yield();
        return std::error_code();
    };
    std::error_code refused = refusal;
    std::thread hanging([&] { refused = call.drop(); });
    while (!entered) std::this_thread::yield();
    // The provider's drop does not return: everything else does.
    CHECK(call.phase() == Phase::terminating);
    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.disconnect("meanwhile"));
    CHECK_FALSE(call.abort());
    CHECK(call.query(&Scripted::is_alive));
    script.notifier().terminated(std::string("reported"));
    CHECK(*monitor.termination()->cause == "reported");
    call.release();
    CHECK(script.alive() == 1); // not under the call in flight
    leave = true;
    hanging.join();
    CHECK_FALSE(refused);
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "abort 1", "snapshot 1", "deallocate 1"});
}

// ---- 5

TEST_CASE("Rule 5: releasing a live session drops it first, and deallocates it when the end is confirmed",
          "[rules][release]") {
    Script script;
    auto call = std::make_optional(begin(script));
    Monitor monitor{*call};
    SECTION("release") { call->release(); }
    SECTION("the destructor") { call.reset(); }
    SECTION("assignment") { *call = Call(); }
    CHECK(script.calls() == Calls{"watch 1", "drop 1"});
    CHECK(monitor.phase() == Phase::terminating);
    CHECK(script.alive() == 1);
    script.notifier().terminated("confirmed");
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "snapshot 1", "deallocate 1"});
    CHECK(monitor.termination()->origin == Origin::application);
    CHECK(monitor.termination()->abandoned);
    CHECK(*monitor.termination()->cause == "confirmed");
}

TEST_CASE("Rule 5: whoever asked for the end before the release has not abandoned the session", "[rules][release]") {
    Script script;
    auto call = begin(script);
    Monitor monitor{call};
    CHECK_FALSE(call.drop());
    call.release();
    script.notifier().terminated();
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "snapshot 1", "deallocate 1"});
    CHECK(monitor.termination()->origin == Origin::user);
    CHECK_FALSE(monitor.termination()->abandoned);
}

TEST_CASE(
    "Rule 5: if the provider refuses the drop of a release, abort is tried, and then the session stays outstanding",
    "[rules][release][abort]") {
    Script script;
    auto call = begin(script);
    Monitor monitor{call};
    script.on_drop = [](int) { return refusal; };
    SECTION("the abort is accepted") {
        call.release();
        CHECK(script.calls() == Calls{"watch 1", "drop 1", "abort 1"});
        CHECK(monitor.phase() == Phase::terminating);
        script.notifier().terminated();
        CHECK(monitor.termination()->origin == Origin::application);
    }
    SECTION("the abort is refused too") {
        script.on_abort = [](int) { return refusal; };
        Controller controller{call};
        call.release();
        CHECK(script.calls() == Calls{"watch 1", "drop 1", "abort 1"});
        CHECK(monitor.phase() == Phase::active);
        CHECK(script.alive() == 1);
        CHECK(controller.drop() == errc::released);
        script.notifier().terminated("at last");
        CHECK(monitor.termination()->origin == Origin::remote);
    }
    SECTION("and can still be aborted by a controller") {
        script.on_abort = [](int) { return refusal; };
        Controller controller{call};
        call.release();
        script.on_abort = nullptr;
        CHECK_FALSE(controller.abort());
        CHECK(monitor.phase() == Phase::terminating);
        script.notifier().terminated();
        CHECK(monitor.termination()->origin == Origin::user);
    }
    CHECK(monitor.termination()->abandoned);
    CHECK(script.alive() == 0);
    CHECK(monitor.phase() == Phase::released);
}

TEST_CASE("Rule 5: an inline session is dropped, else aborted, then deallocated regardless",
          "[rules][release][inline]") {
    Script script;
    std::optional<Session<Local>> call(std::in_place, script.begin(1), script);
    SECTION("dropped") {
        call.reset();
        CHECK(script.calls() == Calls{"drop 1", "snapshot 1", "deallocate 1"});
    }
    SECTION("aborted") {
        script.on_drop = [](int) { return refusal; };
        call->release();
        CHECK(script.calls() == Calls{"drop 1", "abort 1", "snapshot 1", "deallocate 1"});
        CHECK(call->termination()->origin == Origin::application);
        CHECK(call->termination()->abandoned);
    }
    SECTION("regardless") {
        script.on_drop = [](int) { return refusal; };
        script.on_abort = [](int) { return refusal; };
        call.reset();
        CHECK(script.calls() == Calls{"drop 1", "abort 1", "snapshot 1", "deallocate 1"});
    }
    CHECK(script.alive() == 0);
}

TEST_CASE(
    "Rule 5: an abort that is refused when the session was released meanwhile: dropped, and if that is refused, aborted",
    "[rules][release][abort]") {
    Script script;
    auto call = begin(script);
    script.on_abort = [&, n = 0](int) mutable {
        if (++n > 1) return std::error_code();
        call.release();
        return refusal;
    };
    script.on_drop = [](int) { return refusal; };
    CHECK(call.abort() == refusal);
    CHECK(script.calls() == Calls{"watch 1", "abort 1", "drop 1", "abort 1"});
    script.notifier().terminated();
    CHECK(call.termination()->abandoned);
    CHECK(script.alive() == 0);
}

// ---- 6

TEST_CASE("Rule 6: release ends the owner's part, and registered callbacks still run once", "[rules][callback]") {
    Script script;
    auto call = begin(script);
    int ran = 0;
    {
        TerminationCallback callback{call, [&](const Termination<Scripted>& termination) {
                                         ++ran;
                                         CHECK(termination.abandoned);
                                         CHECK(script.alive() == 1);
                                     }};
        call = Call();
        CHECK(ran == 0);
        script.notifier().terminated();
        CHECK(ran == 1);
        CHECK(script.alive() == 0);
    }
    CHECK(ran == 1);
}

TEST_CASE("Rule 6: a callback registered after the end runs at once, and one that is gone before does not run",
          "[rules][callback]") {
    Script script;
    auto call = begin(script);
    int ran = 0;
    {
        TerminationCallback gone{call, [&] { ran += 100; }};
    }
    script.notifier().terminated();
    TerminationCallback late{call, [&] { ++ran; }};
    CHECK(ran == 1);
    call.release();
    TerminationCallback after_release{Monitor{call}, [&] { ++ran; }};
    CHECK(ran == 2);
    TerminationCallback nobody{Call(), [&] { ran += 100; }};
    CHECK(ran == 2);
}

TEST_CASE("Rule 6: callbacks run in the order in which they registered, and may destroy themselves and each other",
          "[rules][callback]") {
    Script script;
    auto call = begin(script);
    std::vector<int> ran;
    const auto push = [&](int n) { return std::function<void()>([&ran, n] { ran.push_back(n); }); };
    using Callback = TerminationCallback<Scripted, std::function<void()>>;
    std::optional<Callback> first, second, third;
    first.emplace(call, [&] {
        ran.push_back(1);
        second.reset();
        first.reset();
    });
    second.emplace(call, push(2));
    third.emplace(call, push(3));
    script.notifier().terminated();
    CHECK(ran == std::vector{1, 3});
}

TEST_CASE("Rule 6: callbacks that are left run in the order in which they registered, whichever has gone",
          "[rules][callback]") {
    using Callback = TerminationCallback<Scripted, std::function<void()>>;
    constexpr int registered = 4;
    for (int gone = 0; gone < registered; ++gone) {
        Script script;
        auto call = begin(script);
        std::vector<int> ran, left;
        std::optional<Callback> callbacks[registered];
        for (int n = 0; n < registered; ++n) {
            callbacks[n].emplace(call, [&ran, n] { ran.push_back(n); });
            if (n != gone) left.push_back(n);
        }
        callbacks[gone].reset();
        script.notifier().terminated();
        CHECK(ran == left);
    }
}

TEST_CASE("Rule 6: destroying a callback waits for its call on another thread", "[rules][callback][threads]") {
    Script script;
    auto call = begin(script);
    std::atomic<int> step{0};
    std::optional callback = std::make_optional<TerminationCallback<Scripted, std::function<void()>>>(call, [&] {
        step = 1;
        while (step == 1) std::this_thread::yield();
        std::this_thread::sleep_for(20ms);
        step = 3;
    });
    std::thread other([&] { script.notifier().terminated(); });
    while (step == 0) std::this_thread::yield();
    step = 2;
    callback.reset();
    CHECK(step == 3);
    other.join();
}

// ---- 7

TEST_CASE("Rule 7: ending, releasing and destroying a session from inside its own callback is legal",
          "[rules][callback]") {
    Script script;
    auto call = std::make_optional(begin(script));
    Monitor monitor{*call};
    int ran = 0;
    TerminationCallback callback{*call, [&] {
                                     ++ran;
                                     CHECK_FALSE(call->drop());
                                     call->release();
                                     call.reset();
                                 }};
    SECTION("when the other side ends") { script.notifier().terminated(); }
    SECTION("when the drop confirms") {
        confirm_at_once(script);
        CHECK_FALSE(call->drop());
    }
    SECTION("when it is lost") { script.notifier().lost(); }
    SECTION("when it is aborted") {
        script.on_abort = [&](int) {
            script.notifier().terminated();
            return std::error_code();
        };
        CHECK_FALSE(call->abort());
    }
    CHECK(ran == 1);
    CHECK(monitor.phase() == Phase::released);
}

TEST_CASE("Rule 7: ending, releasing and destroying a session from inside any provider call is legal", "[rules]") {
    Script script;
    auto call = std::make_optional(begin(script));
    const auto destroy = [&](int) { call.reset(); };
    SECTION("drop") {
        script.on_drop = [&](int id) {
            destroy(id);
            return std::error_code();
        };
        CHECK_FALSE(call->drop());
        script.notifier().terminated();
    }
    SECTION("a drop that is refused") {
        script.on_drop = [&](int id) {
            if (call) destroy(id);
            return refusal;
        };
        CHECK(call->drop() == refusal);
        script.notifier().terminated();
    }
    SECTION("abort") {
        script.on_abort = [&](int id) {
            destroy(id);
            return std::error_code();
        };
        CHECK_FALSE(call->abort());
        script.notifier().terminated();
    }
    SECTION("snapshot") {
        script.on_snapshot = destroy;
        script.notifier().terminated();
    }
    SECTION("deallocate, where the notifier goes too") {
        script.on_deallocate = [&](int id) { script.notifier(id) = {}; };
        script.notifier().terminated();
        call.reset();
    }
    SECTION("snapshot, where the notifier goes too") {
        script.on_snapshot = [&](int id) {
            script.notifier(id) = {};
            call.reset();
        };
        script.notifier().terminated();
    }
    SECTION("deallocate, inside the notice, where the notifier goes too") {
        script.on_deallocate = [&](int id) { script.notifier(id) = {}; };
        call.reset();
        script.notifier().terminated();
    }
    CHECK(script.alive() == 0);
}

TEST_CASE("Rule 7: whoever traces may destroy the session, also from what comes too late", "[rules][trace]") {
    struct DestroysWhenTraced : Scripted {
        using Scripted::Scripted;
        void trace(const wrapup::Transition& t) noexcept {
            if (t.superseded && recorder().on_deallocate) recorder().on_deallocate(-1);
        }
    };
    Script script;
    std::optional<Session<DestroysWhenTraced>> call(std::in_place, script.begin(1), script);
    script.on_deallocate = [&](int id) {
        if (id == -1) call.reset();
    };
    SECTION("a second drop") {
        CHECK_FALSE(call->drop());
        CHECK_FALSE(call->drop());
    }
    SECTION("a second abort") {
        CHECK_FALSE(call->abort());
        CHECK_FALSE(call->abort());
    }
    SECTION("a late notice") {
        script.notifier().terminated();
        script.notifier().terminating();
    }
    SECTION("a late refusal") {
        script.notifier().terminated();
        script.notifier().refused(refusal);
    }
    CHECK_FALSE(call);
    script.notifier().terminated();
    CHECK(script.alive() == 0);
}

TEST_CASE("Rule 7: an inline session that is looked at from inside a call is what was told of it", "[rules][inline]") {
    struct Looks {
        using Identifier = int;
        std::function<void(Phase)>* told;
        void drop(int) noexcept {}
        void deallocate(int) noexcept { (*told)(Phase::released); }
        void trace(const wrapup::Transition& transition) noexcept { (*told)(transition.to); }
    };
    std::vector<Phase> seen;
    std::function<void(Phase)> told;
    Session<Looks> call(1, Looks{&told});
    told = [&](Phase phase) {
        CHECK(call.phase() == phase);
        seen.push_back(phase);
        if (phase == Phase::released) call.release(); // once more, which does nothing
    };
    SECTION("dropped, and released") {
        CHECK_FALSE(call.drop());
        call.release();
    }
    SECTION("released while live") { call.release(); }
    CHECK(seen == std::vector{Phase::terminated, Phase::released, Phase::released});
}

// ---- 8

TEST_CASE("Rule 8: late, duplicate, reordered and stale notices are harmless at any time", "[rules][notifier]") {
    Script script;
    auto call = begin(script);
    auto& notifier = script.notifier();
    const auto say_all = [&] {
        notifier.terminating(Origin::remote, "again");
        notifier.terminated(Origin::service, "again");
        notifier.refused(refusal);
        notifier.lost("again");
        notifier.terminated();
        notifier.terminating();
    };
    notifier.terminated(std::string("once"));
    notifier.terminating(std::string("reordered"));
    CHECK(*call.termination()->cause == "once");
    call.release();
    CHECK(script.alive() == 0);
    say_all();
    CHECK(*call.termination()->cause == "once");
    CHECK(call.termination()->origin == Origin::remote);
    call = Call();
    say_all();
    CHECK(script.calls() == Calls{"watch 1", "snapshot 1", "deallocate 1"});
}

TEST_CASE("Rule 8: a notifier is bound to its session, and a reused identifier never reaches the old one",
          "[rules][notifier]") {
    Script script;
    auto first = begin(script);
    script.notifier().terminated(std::string("first"));
    auto stale = std::move(script.notifier());
    first.release();
    auto second = begin(script);
    stale.terminated(std::string("stale"));
    stale.lost();
    CHECK(second.phase() == Phase::active);
    script.notifier().terminated(std::string("second"));
    CHECK(*first.termination()->cause == "first");
    CHECK(*second.termination()->cause == "second");
}

TEST_CASE("Rule 8: what is said before open has returned is said of the session", "[rules][open][notifier]") {
    Script script;
    script.on_open = [&](int id) {
        script.notifier(id).terminating(std::string("rejected"));
        script.notifier(id).terminated();
        CHECK(script.calls() == Calls{"open 1"}); // no snapshot of an identifier that has no name yet
    };
    auto call = Call::open(script, 1);
    CHECK(call.phase() == Phase::terminated);
    CHECK(*call.termination()->cause == "rejected");
    CHECK(script.calls() == Calls{"open 1", "snapshot 1"});
}

TEST_CASE("Rule 8: what an empty notifier is told goes nowhere", "[rules][notifier]") {
    const Script::Notifier empty;
    CHECK_FALSE(empty);
    empty.terminating();
    empty.terminated(Origin::remote, "nobody");
    empty.refused(refusal);
    CHECK_FALSE(empty.lost());
}

TEST_CASE("Rule 8: watch is level-triggered", "[rules][notifier]") {
    Script script;
    script.on_watch = [&](int id) { script.notifier(id).terminated("long ago"); };
    auto call = begin(script);
    CHECK(call.phase() == Phase::terminated);
    CHECK(call.termination()->origin == Origin::remote);
}

// ---- 9

TEST_CASE("Rule 9: loss ends a live session, with no snapshot and no deallocation", "[rules][lost]") {
    Script script;
    auto call = begin(script);
    Monitor monitor{call};
    SECTION("active") {
        CHECK_FALSE(script.notifier().lost("line closed"));
        CHECK(call.termination()->origin == Origin::service);
        CHECK_FALSE(call.termination()->contested);
    }
    SECTION("terminating") {
        CHECK_FALSE(call.drop());
        CHECK_FALSE(script.notifier().lost("line closed"));
        CHECK(call.termination()->origin == Origin::user);
        CHECK(call.termination()->contested);
    }
    SECTION("by the death of the notifier") {
        script.notifier() = {};
        CHECK(call.termination()->origin == Origin::service);
        CHECK_FALSE(call.termination()->cause);
    }
    CHECK_FALSE(call.termination()->statistics);
    CHECK(call.phase() == Phase::released);
    CHECK_FALSE(call);
    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.abort());
    CHECK_THROWS_AS(call.id(), std::system_error);
    std::error_code error;
    call.try_query(error, &Scripted::is_alive);
    CHECK(error == errc::lost);
    CHECK_FALSE(monitor.lease(error));
    CHECK(error == errc::lost);
    call.release();
    CHECK(script.alive() == 1); // as the service left it
}

TEST_CASE("Rule 9: loss voids the identifier of an ended session without touching its termination", "[rules][lost]") {
    Script script;
    auto call = begin(script);
    script.notifier().terminated(std::string("over"));
    CHECK_FALSE(script.notifier().lost("gone"));
    CHECK(call.phase() == Phase::released);
    CHECK(*call.termination()->cause == "over");
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(*call.termination()->statistics == 100);
    call.release();
    CHECK(script.calls() == Calls{"watch 1", "snapshot 1"});
}

TEST_CASE("Rule 9: lost says whether a deallocation was already under way", "[rules][lost]") {
    Script script;
    auto call = begin(script);
    std::optional<bool> under_way;
    script.on_deallocate = [&](int id) { under_way = script.notifier(id).lost(); };
    script.notifier().terminated();
    call.release();
    CHECK(under_way == true);
    CHECK(script.notifier().lost());
    CHECK(script.alive() == 0);
}

TEST_CASE("Rule 9: loss while a lease is held leaves the lease to fail, and deallocates nothing",
          "[rules][lost][lease]") {
    Script script;
    auto call = begin(script);
    std::error_code error;
    auto lease = Monitor{call}.lease(error);
    script.notifier().lost();
    call.release();
    lease = {};
    CHECK(script.calls() == Calls{"watch 1"});
}

// ---- 10

TEST_CASE("Rule 10: moving and assigning, full and empty, onto full and empty, and onto itself", "[rules][move]") {
    Script script;
    confirm_at_once(script);
    const auto check = [&](auto make) {
        using Handle = decltype(make(1));
        Handle empty;
        {
            Handle a = make(1);
            Handle b = std::move(a);
            CHECK_FALSE(a);
            CHECK(a.phase() == Phase::released);
            CHECK(a.termination() == nullptr);
            CHECK(b.id() == 1);
            a = std::move(b); // full onto empty
            CHECK(a.id() == 1);
            Handle& self = a;
            a = std::move(self); // onto itself
            CHECK(a.id() == 1);
            Handle c = make(2);
            c = std::move(a); // full onto full
            CHECK(script.outstanding() == std::vector{1});
            CHECK(c.id() == 1);
            c = std::move(empty); // empty onto full
            CHECK(script.alive() == 0);
            CHECK_FALSE(c);
            c = Handle(); // empty onto empty
            Handle& empty_self = c;
            c = std::move(empty_self);
            CHECK_FALSE(c);
        }
        CHECK(script.alive() == 0);
    };
    check([&](int id) { return Call(script.begin(id), script); });
    struct DefaultLocal : Local {
        DefaultLocal() noexcept : Local(shared()) {}
        static Script& shared() {
            static Script none;
            return none;
        }
        using Local::Local;
    };
    check([&](int id) { return Session<DefaultLocal>(script.begin(id), DefaultLocal(script)); });
}

TEST_CASE("Rule 10: a session keeps its termination when it is moved", "[rules][move]") {
    Script script;
    confirm_at_once(script);
    auto a = begin(script);
    CHECK_FALSE(a.drop());
    auto b = std::move(a);
    CHECK(*b.termination()->cause == "dropped");
    b.release();
    auto c = std::move(b);
    CHECK(*c.termination()->cause == "dropped");
    Session<Local> d(script.begin(2), script);
    CHECK_FALSE(d.disconnect("done"));
    d.release();
    const auto e = std::move(d);
    CHECK(*e.termination()->reason == "done");
    CHECK(d.termination() == nullptr);
}

// ---- 11 is held by tests of the build: rule_11.no_heavy_header, rule_11.without_exceptions_and_type_information.

// ---- 12

namespace {

// Says how many of it there are.
struct Counted {
    int* alive;

    explicit Counted(int& n) noexcept : alive(&n) { ++*alive; }
    Counted(const Counted& other) noexcept : alive(other.alive) { ++*alive; }
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --*alive; }
};

// A provider whose statistics may not be just anywhere.
template <std::size_t alignment>
struct Aligned {
    using Identifier = int;
    using Cause = Counted;
    struct alignas(alignment) Statistics {
        char bytes[alignment];
    };

    wrapup::Notifier<Counted>* notifier;

    void watch(int, wrapup::Notifier<Counted> given) noexcept { *notifier = std::move(given); }
    void drop(int) noexcept {}
    void deallocate(int) noexcept {}
    Statistics snapshot(int) noexcept { return {}; }
};

// And one that brings its memory, of which nothing is left when it is given back.
struct Bringing : Aligned<64> {
    explicit Bringing(wrapup::Notifier<Counted>* n) noexcept : Aligned{n} {}
    void* allocate(std::size_t size, std::size_t align) noexcept {
        return ::operator new(size, std::align_val_t{align}, std::nothrow);
    }
    void free(void* memory, std::size_t size, std::size_t align) noexcept {
        std::memset(memory, 0xFF, size);
        ::operator delete(memory, std::align_val_t{align});
    }
};

template <class P>
void check_memory(std::size_t alignment) {
    int alive = 0;
    wrapup::Notifier<Counted> notifier;
    {
        const Session<P> call(1, P{&notifier});
        notifier.terminated(Counted(alive));
        CHECK(alive == 1);
        const auto where = reinterpret_cast<std::uintptr_t>(&*call.termination()->statistics);
        CHECK(where % alignment == 0);
    }
    CHECK(alive == 1);
    notifier = {};
    CHECK(alive == 0);
}

} // namespace

TEST_CASE("Rule 12: what the memory of a session holds is destroyed before it is given back, however it is aligned",
          "[rules][allocation]") {
    constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
    check_memory<Aligned<usual>>(usual);
    check_memory<Aligned<4 * usual>>(4 * usual);
    check_memory<Bringing>(64);
}

TEST_CASE("Rule 12: whatever fails on the way of open, nothing leaks", "[rules][open]") {
    Script script;
    std::error_code error;
    SECTION("the service refuses") {
        script.open_error = refusal;
        auto call = Call::open(error, script, 1);
        CHECK_FALSE(call);
        CHECK(error == refusal);
        CHECK(call.termination() == nullptr);
        CHECK_THROWS_AS(Call::open(script, 1), std::system_error);
    }
    SECTION("the service throws") {
        script.on_open = [&](int) { throw std::runtime_error("it does"); };
        CHECK_THROWS_AS(Call::open(script, 1), std::runtime_error);
        script.notifier().terminated("of nobody");
        script.notifier() = {};
    }
    SECTION("inline") {
        script.open_error = refusal;
        auto call = Session<Local>::open(error, script, 1);
        CHECK_FALSE(call);
        CHECK(error == refusal);
        script.open_error = {};
        call = Session<Local>::open(error, script, 1);
        CHECK(call);
        CHECK_FALSE(error);
    }
    CHECK(script.alive() == 0);
}

// ---- 13

TEST_CASE("Rule 13: an empty session answers released, and a released one keeps its termination", "[rules][empty]") {
    Script script;
    confirm_at_once(script);
    const auto check_empty = [](auto& call) {
        CHECK_FALSE(call);
        CHECK(call.phase() == Phase::released);
        CHECK(call.drop() == errc::released);
        CHECK(call.disconnect("nobody") == errc::released);
        CHECK(call.abort() == errc::released);
        call.release();
        const auto is_released = [](const std::system_error& error) { return error.code() == errc::released; };
        try {
            (void)call.id();
            FAIL("id() on an empty session has returned");
        } catch (const std::system_error& error) {
            CHECK(is_released(error));
        }
        try {
            (void)call.query([](int) { return 1; });
            FAIL("query() on an empty session has returned");
        } catch (const std::system_error& error) {
            CHECK(is_released(error));
        }
        std::error_code error;
        CHECK(call.try_query(error, [](int) { return 1; }) == 0);
        CHECK(error == errc::released);
        call.try_query(error, [](int) {});
        CHECK(error == errc::released);
    };
    Call never;
    check_empty(never);
    CHECK(never.termination() == nullptr);
    auto call = begin(script);
    CHECK(call.termination() == nullptr);
    CHECK_FALSE(call.drop());
    call.release();
    check_empty(call);
    const Termination<Scripted> kept = *call.termination();
    call = Call();
    CHECK(call.termination() == nullptr);
    CHECK(*kept.cause == "dropped");

    Session<Local> local(script.begin(2), script);
    CHECK_FALSE(local.drop());
    local.release();
    check_empty(local);
    CHECK(local.termination()->origin == Origin::user);
}

TEST_CASE("Rule 13: a moved-from session is empty, whatever is asked of it and however often", "[rules][empty][move]") {
    Script script;
    const auto check = [](auto& from) {
        auto to = std::move(from);
        for (int twice = 0; twice < 2; ++twice) {
            CHECK_FALSE(from);
            CHECK(from.phase() == Phase::released);
            CHECK(from.termination() == nullptr);
            CHECK(from.drop() == errc::released);
            CHECK(from.disconnect("nobody") == errc::released);
            CHECK(from.abort() == errc::released);
            from.release();
            CHECK_THROWS_AS(from.id(), std::system_error);
            CHECK_THROWS_AS(from.query([](int id) { return id; }), std::system_error);
            std::error_code error;
            CHECK(from.try_query(error, [](int id) { return id; }) == 0);
            CHECK(error == errc::released);
        }
        auto from_empty = std::move(from);
        CHECK_FALSE(from_empty);
        CHECK(to.phase() == Phase::active);
        from = std::move(to);
        CHECK(from.phase() == Phase::active);
    };
    auto call = begin(script);
    check(call);
    wrapup::wait_for(Call(std::move(call)), 0s);
    wrapup::wait(call); // bound to nobody
    const Monitor monitor{call};
    CHECK_FALSE(monitor.termination());
    CHECK(Controller{call}.drop() == errc::released);
    const TerminationCallback nobody{call, [] { FAIL("there is no end of it"); }};
    script.notifier().terminated();

    Session<Local> local(script.begin(2), script);
    check(local);
    const auto taken = std::move(local);
    CHECK_THROWS_AS(local.detach(), std::system_error);
    CHECK(script.outstanding() == std::vector{2});
}

TEST_CASE("Rule 13: a session that is released while live shows its termination when it is over", "[rules][release]") {
    Script script;
    auto call = begin(script);
    call.release();
    CHECK(call.termination() == nullptr);
    script.notifier().terminated();
    REQUIRE(call.termination());
    CHECK(call.termination()->abandoned);
}

// ---- 14

TEST_CASE("Rule 14: detach takes the identifier out of an inline session, in whatever phase", "[rules][detach]") {
    Script script;
    Session<Local> call(script.begin(1), script);
    SECTION("active") {
        CHECK(call.detach() == 1);
        CHECK(call.termination() == nullptr);
        CHECK(script.calls().empty());
    }
    SECTION("terminated") {
        CHECK_FALSE(call.drop());
        CHECK(call.detach() == 1);
        CHECK(call.termination()->origin == Origin::user);
        CHECK(script.calls() == Calls{"drop 1", "snapshot 1"});
    }
    CHECK_FALSE(call);
    CHECK_THROWS_AS(call.detach(), std::system_error);
    CHECK(script.alive() == 1);
}

template <class S>
concept Detaches = requires(S& session) { session.detach(); };
static_assert(Detaches<Session<Local>>);
static_assert(!Detaches<Session<Scripted>>, "an identifier that is watched cannot be taken from under its notifier");
