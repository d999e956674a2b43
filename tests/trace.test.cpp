// SPDX-License-Identifier: BSL-1.0
#include <wrapup/notifier.hpp>
#include <wrapup/session.hpp>
#include <wrapup/termination_callback.hpp>

#include "support/catch.hpp"
#include "support/scripted.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace support;
using wrapup::Origin;
using wrapup::Session;
using wrapup::Transition;

namespace {

// Keeps the transitions, of whichever provider.
template <class P>
struct Kept : P {
    using P::P;
    void trace(const Transition& transition) noexcept { transitions().push_back(transition); }
    static std::vector<Transition>& transitions() {
        static std::vector<Transition> kept;
        return kept;
    }
};

std::string text(const Transition& t) {
    return std::string(to_string(t.from)) + " " + to_string(t.to) + " " + to_string(t.origin) +
           (t.superseded ? " superseded" : "") + (t.refusal ? " refused" : "");
}

template <class P>
std::vector<std::string> taken() {
    std::vector<std::string> texts;
    for (const auto& transition : std::exchange(Kept<P>::transitions(), {})) texts.push_back(text(transition));
    return texts;
}

} // namespace

TEST_CASE("Traces: every transition of an inline session, and what came too late or was refused", "[trace][inline]") {
    Script script;
    Session<Kept<Local>> call(script.begin(1), script);
    script.on_drop = [](int) { return refusal; };
    CHECK(call.drop() == refusal);
    script.on_drop = nullptr;
    CHECK_FALSE(call.disconnect("done"));
    CHECK_FALSE(call.drop());
    call.release();
    CHECK(taken<Local>() == Calls{"active active user refused", "active terminated application",
                                  "terminated terminated user superseded", "terminated released application"});
    Session<Kept<Local>> taken_out(script.begin(2), script);
    (void)taken_out.detach();
    CHECK(taken<Local>() == Calls{"active released application"});
}

TEST_CASE("Traces: every transition of a notifying session, and what came too late or was refused", "[trace]") {
    Script script;
    Session<Kept<Scripted>> call(script.begin(1), script);
    script.on_drop = [](int) { return refusal; };
    CHECK(call.drop() == refusal);
    CHECK(taken<Scripted>() == Calls{"active terminating user", "terminating active user refused"});
    script.on_drop = nullptr;
    CHECK_FALSE(call.disconnect("done"));
    script.notifier().refused(refusal);
    CHECK(taken<Scripted>() == Calls{"active terminating application", "terminating active application refused"});
    script.notifier().terminating(Origin::remote, "slowly");
    CHECK_FALSE(call.drop());
    script.notifier().refused(refusal);
    script.notifier().terminated(Origin::service, "late");
    CHECK(taken<Scripted>() == Calls{"active terminating remote", "terminating terminating user superseded",
                                     "terminating terminating remote superseded refused",
                                     "terminating terminated remote"});
    script.notifier().terminated(Origin::service, "later");
    call.release();
    script.notifier().lost();
    CHECK(taken<Scripted>() == Calls{"terminated terminated service superseded", "terminated released application",
                                     "released released service superseded"});

    Session<Kept<Scripted>> lost(script.begin(2), script);
    script.notifier(2).lost();
    CHECK(taken<Scripted>() == Calls{"active terminating service", "terminating released service"});
    Session<Kept<Scripted>> voided(script.begin(3), script);
    script.notifier(3).terminated();
    script.notifier(3).lost();
    CHECK(taken<Scripted>() ==
          Calls{"active terminating remote", "terminating terminated remote", "terminated released service"});
}

TEST_CASE(
    "Traces: an abort, of an active session and of one that is terminating, and what is left when one is taken back",
    "[trace][abort]") {
    Script script;
    Session<Kept<Scripted>> call(script.begin(1), script);
    CHECK_FALSE(call.abort());
    CHECK(taken<Scripted>() == Calls{"active terminating user"});
    CHECK_FALSE(call.abort());
    CHECK(taken<Scripted>() == Calls{"terminating terminating user superseded"});
    script.notifier().refused(refusal);
    CHECK(taken<Scripted>() == Calls{"terminating active user refused"});

    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.abort());
    CHECK(taken<Scripted>() == Calls{"active terminating user"}); // the end was claimed already
    script.notifier().refused(refusal);
    CHECK(taken<Scripted>() == Calls{"terminating terminating user refused"}); // one of both still stands
    script.notifier().terminated();
    call.release();
    CHECK(taken<Scripted>() == Calls{"terminating terminated user", "terminated released application"});

    Session<Kept<Scripted>> once(script.begin(2), script);
    script.on_drop = [&](int) {
        script.notifier(2).refused(refusal);
        script.notifier(2).refused(refusal);
        return std::error_code();
    };
    CHECK_FALSE(once.drop());
    CHECK(taken<Scripted>() == Calls{"active terminating user", "terminating terminating user refused",
                                     "terminating terminating user superseded refused", "terminating active user"});
    script.notifier(2).terminated();
    once.release();
    CHECK(taken<Scripted>() ==
          Calls{"active terminating remote", "terminating terminated remote", "terminated released application"});
}

TEST_CASE("Traces: what the library does in the stead of an owner that is gone", "[trace][release]") {
    Script script;
    std::optional<Session<Kept<Scripted>>> call(std::in_place, script.begin(1), script);
    script.on_drop = [&](int) {
        call.reset(); // while its drop is in progress, which is then refused
        script.on_drop = [](int) { return refusal; };
        return refusal;
    };
    script.on_abort = [](int) { return refusal; };
    CHECK(call->drop() == refusal);
    CHECK(script.calls() == Calls{"watch 1", "drop 1", "drop 1", "abort 1"});
    CHECK(taken<Scripted>() == Calls{"active terminating user", "terminating active user refused",
                                     "active terminating application", "terminating active application refused"});
    script.notifier().terminated();
    CHECK(taken<Scripted>() ==
          Calls{"active terminating remote", "terminating terminated remote", "terminated released application"});
}

TEST_CASE("Traces: each names the call that asked for it, and line 0 where none did", "[trace]") {
    Script script;
    const auto lines = [] {
        std::vector<unsigned> numbers;
        for (const auto& t : std::exchange(Kept<Scripted>::transitions(), {})) numbers.push_back(t.where.line());
        return numbers;
    };
    using Lines = std::vector<unsigned>;
    Session<Kept<Scripted>> call(script.begin(1), script);
    const unsigned drop = __LINE__ + 1;
    CHECK_FALSE(call.drop());
    const unsigned end = __LINE__ + 1;
    script.notifier().terminated();
    const unsigned release = __LINE__ + 1;
    call.release();
    CHECK(lines() == Lines{drop, end, release});
    { Session<Kept<Scripted>> destroyed(script.begin(2), script); }
    const unsigned confirmed = __LINE__ + 1;
    script.notifier(2).terminated();
    CHECK(lines() == Lines{0, confirmed, confirmed});

    Session<Kept<Local>> local(script.begin(3), script);
    const unsigned disconnect = __LINE__ + 1;
    CHECK_FALSE(local.disconnect("done"));
    CHECK(Kept<Local>::transitions().back().where.line() == disconnect);
    CHECK(std::string(Kept<Local>::transitions().back().where.file_name()).find("trace.test.cpp") != std::string::npos);
    local.release();
    (void)taken<Local>();
}

TEST_CASE("Traces: where none is opened after all, what was told has an end", "[trace][open]") {
    struct Busy {
        using Identifier = int;
        struct Line {
            wrapup::Notifier<void> kept;
            std::vector<std::string> transitions;
        };
        Line* line;
        int open(std::error_code& error, wrapup::Notifier<void> notifier, bool tells, bool keeps) {
            if (tells) notifier.terminating(Origin::remote);
            if (keeps) line->kept = std::move(notifier);
            error = refusal;
            return 0;
        }
        void watch(int, wrapup::Notifier<void>) noexcept {}
        void drop(int) noexcept {}
        void deallocate(int) noexcept { line->transitions.push_back("deallocated"); }
        void trace(const Transition& transition) noexcept { line->transitions.push_back(text(transition)); }
    };
    Busy::Line line;
    const auto opened = [&](bool tells, bool keeps) {
        std::error_code error;
        const auto call = Session<Busy>::open(error, Busy{&line}, tells, keeps);
        CHECK(error == refusal);
        return std::exchange(line.transitions, {});
    };
    CHECK(opened(true, false) == Calls{"active terminating remote", "terminating released remote"});
    // A notifier that dies in `open` has said `lost`; one that does later says it too late.
    CHECK(opened(false, false) == Calls{"active terminating service", "terminating released service"});
    CHECK(opened(true, true) == Calls{"active terminating remote", "terminating released remote"});
    line.kept = {};
    CHECK(line.transitions.empty());
    CHECK(opened(false, true) == Calls{});
    line.kept = {};
    CHECK(line.transitions.empty());
}

TEST_CASE("Traces: a provider that traces and does nothing else that it need not", "[trace]") {
    struct Told {
        using Identifier = int;
        struct Line {
            wrapup::Notifier<void> notifier;
            std::vector<std::string> transitions;
        };
        Line* line;
        void watch(int, wrapup::Notifier<void> notifier) noexcept { line->notifier = std::move(notifier); }
        void drop(int) noexcept {}
        void deallocate(int) noexcept {}
        void trace(const Transition& transition) noexcept { line->transitions.push_back(text(transition)); }
    };
    Told::Line line;
    Session<Told> call(1, Told{&line});
    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.drop());
    line.notifier.terminated();
    line.notifier.terminated();
    call.release();
    CHECK(line.transitions == Calls{"active terminating user", "terminating terminating user superseded",
                                    "terminating terminated user", "terminated terminated user superseded",
                                    "terminated released application"});
    for (const bool observed : {false, true}) {
        line.transitions.clear();
        const Session<Told> other(2, Told{&line});
        bool called = false;
        const auto note = [&] { called = true; };
        std::optional<wrapup::TerminationCallback<Told, decltype(note)>> callback;
        if (observed) callback.emplace(other, note);
        line.notifier.terminated();
        CHECK(line.transitions == Calls{"active terminating remote", "terminating terminated remote"});
        CHECK(called == observed);
    }
}
