// SPDX-License-Identifier: BSL-1.0
// The conformance suite from both sides: providers that keep the laws pass it, and those that break one are rejected by the
// check about that law, and by no other.
#include <wrapup/providers/simulator.hpp>
#include <wrapup/testing/catch2.hpp>
#include <wrapup/testing/failing.hpp>
#include <wrapup/testing/provider_conformance.hpp>
#include <wrapup/testing/recording_provider.hpp>

#include "support/catch.hpp"
#include "support/honest.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace wrapup::testing;
using support::Honest;
using support::HonestBench;
using support::HonestLocalProvider;
using support::HonestProvider;
using wrapup::Origin;

namespace {

using Names = std::vector<std::string>;

Names with(const std::vector<Finding>& findings, Outcome outcome) {
    Names names;
    for (const auto& finding : findings)
        if (finding.outcome == outcome) names.emplace_back(finding.law);
    return names;
}

std::string text(const std::vector<Finding>& findings) {
    std::string all;
    for (const auto& finding : findings) all += to_string(finding) + "\n";
    return all;
}

} // namespace

// ---- those that keep the laws

namespace {

struct SimulatorBench {
    using Provider = wrapup::simulator::Provider;
    using Call = wrapup::simulator::Call;
    using Behaviour = wrapup::simulator::Behaviour;

    std::optional<wrapup::simulator::Exchange> exchange{std::in_place};
    Behaviour usual{};

    template <class Begin>
    auto begin(Begin begin) {
        return begin(Provider(*exchange), usual);
    }
    template <class Begin>
    auto begin_refusing(Begin begin) {
        Behaviour behaviour = usual;
        behaviour.refusals = 1;
        return begin(Provider(*exchange), behaviour);
    }
    template <class Begin>
    auto begin_hanging(Begin begin) {
        Behaviour behaviour;
        behaviour.confirmation = wrapup::simulator::Confirmation::never;
        return begin(Provider(*exchange), behaviour);
    }
    template <class Begin>
    auto begin_failing(Begin begin) {
        Behaviour behaviour;
        behaviour.open_error = make_error_code(std::errc::host_unreachable);
        return begin(Provider(*exchange), behaviour);
    }
    void end(Call call) { exchange->hang_up(call, 16); }
    std::size_t alive() { return exchange->alive(); }
    bool ask(Provider& provider, Call call) { return provider.is_valid(call); }
    Call adoptable() { return exchange->ring(); }
    Provider provider() { return Provider(*exchange); }
    void lose(Call call) { exchange->lose(call); }
    void close() { exchange.reset(); }
    void pump() { exchange->advance(std::chrono::milliseconds(1)); }
};

// The recording provider, with actions that carry out what it accepts.
struct RecordingBench {
    using Provider = RecordingProvider;

    Recorder recorder;
    std::mutex mutex;
    int next = 1;

    RecordingBench() {
        recorder.on_drop = [this](int id) {
            reference(id)->terminated("dropped");
            return std::error_code();
        };
        recorder.on_abort = recorder.on_drop;
        recorder.on_wait = [this] { recorder.advance(std::chrono::milliseconds(1)); };
    }
    Recorder::Reference reference(int id) { return Recorder::Reference(recorder.notifier(id)); }

    template <class Begin>
    auto begin(Begin begin) {
        return begin(Provider(recorder), next++);
    }
    template <class Begin>
    auto begin_failing(Begin begin) {
        recorder.open_error = make_error_code(std::errc::host_unreachable);
        return begin(Provider(recorder), next++);
    }
    void end(int id) { reference(id)->terminated(Origin::remote, "ended"); }
    std::size_t alive() { return recorder.alive(); }
    bool ask(Provider& provider, int id) { return provider.is_alive(id); }
    void lose(int id) { recorder.lose(id); }
};

// A decorator that does nothing is the provider that it wraps.
struct FailingBench {
    using Provider = Failing<wrapup::simulator::Provider>;
    using Call = wrapup::simulator::Call;

    wrapup::simulator::Exchange exchange;
    Faults<wrapup::simulator::Provider> faults;

    Provider provider() { return {wrapup::simulator::Provider(exchange), faults}; }
    template <class Begin>
    auto begin(Begin begin) {
        return begin(provider());
    }
    template <class Begin>
    auto begin_failing(Begin begin) {
        wrapup::simulator::Behaviour behaviour;
        behaviour.open_error = make_error_code(std::errc::host_unreachable);
        return begin(provider(), behaviour);
    }
    void end(Call call) { exchange.hang_up(call, 16); }
    std::size_t alive() { return exchange.alive(); }
    bool ask(Provider& p, Call call) { return p.inner().is_valid(call); }
    Call adoptable() { return exchange.ring(); }
    void lose(Call call) { exchange.lose(call); }
    void pump() { exchange.advance(std::chrono::milliseconds(1)); }
};

// No more than there must be.
struct LeastBench {
    using Provider = HonestLocalProvider;
    Honest service;
    template <class Begin>
    auto begin(Begin begin) {
        return begin(Provider(service));
    }
    std::size_t alive() { return service.alive(); }
};

} // namespace

TEST_CASE("Conformance: the simulator's provider keeps the laws", "[conformance][simulator]") {
    require_conformance<SimulatorBench>();
    CHECK(with(check_provider<SimulatorBench>(), Outcome::not_applicable).empty());
}

TEST_CASE("Conformance: so it does where its sessions end later", "[conformance][simulator]") {
    require_conformance<SimulatorBench>([] {
        auto bench = std::make_unique<SimulatorBench>();
        bench->usual.confirmation = wrapup::simulator::Confirmation::later;
        bench->usual.delay = std::chrono::milliseconds(5);
        return bench;
    });
}

TEST_CASE("Conformance: the recording provider keeps the laws, with actions that carry out what it accepts",
          "[conformance][recording]") {
    require_conformance<RecordingBench>();
}

TEST_CASE("Conformance: a decorator of which nothing is asked keeps the laws that its provider keeps",
          "[conformance][faults]") {
    require_conformance<FailingBench>();
}

TEST_CASE("Conformance: every law is tried with a service that keeps them all", "[conformance]") {
    const auto findings = check_provider<HonestBench<HonestProvider>>();
    INFO(text(findings));
    CHECK(findings.size() == std::size(provider_laws<HonestBench<HonestProvider>>));
    CHECK(with(findings, Outcome::holds).size() == findings.size());
}

TEST_CASE("Conformance: what cannot be tried is said to be that, with the reason, and nothing else",
          "[conformance][inline]") {
    const auto findings = check_provider<LeastBench>();
    INFO(text(findings));
    CHECK(with(findings, Outcome::broken).empty());
    CHECK(with(findings, Outcome::holds) == Names{"begin.live", "drop.again", "identifier.outlives_end",
                                                  "identifier.reused", "deallocate.frees_one", "deallocate.any_thread",
                                                  "clock.monotone"});
    for (const auto& finding : findings) CHECK(finding.detail.empty() == (finding.outcome == Outcome::holds));
}

TEST_CASE("Conformance: an inline provider keeps the laws that concern it", "[conformance][inline]") {
    const auto findings = check_provider<HonestBench<HonestLocalProvider>>();
    INFO(text(findings));
    CHECK(with(findings, Outcome::broken).empty());
    CHECK(with(findings, Outcome::holds) == Names{"begin.live", "drop.refused", "drop.again", "open.error",
                                                  "identifier.outlives_end", "identifier.reused",
                                                  "deallocate.frees_one", "deallocate.any_thread", "clock.monotone"});
}

TEST_CASE("Conformance: a law that is excused is not tried, and the excuse is told", "[conformance]") {
    const auto findings = check_provider<HonestBench<HonestProvider>>([] {
        auto bench = std::make_unique<HonestBench<HonestProvider>>();
        bench->excused = "drop.ends";
        return bench;
    });
    CHECK(with(findings, Outcome::not_applicable) == Names{"drop.ends"});
    CHECK(findings[1].detail == "nobody knows");
    CHECK(with(findings, Outcome::broken).empty());
}

TEST_CASE("Conformance: a finding is one line", "[conformance]") {
    CHECK(to_string(Finding{"drop.ends", "it ends", Outcome::broken, "it did not"}) ==
          "broken: drop.ends (it ends): it did not");
    CHECK(to_string(Finding{"drop.ends", "it ends", Outcome::holds, ""}) == "holds: drop.ends (it ends)");
}

// ---- those that break one

namespace {

struct BeginsDead : Honest {
    void watch(int number, Notifier notifier) override {
        Honest::watch(number, std::move(notifier));
        end_remotely(number);
    }
};
struct NeverConfirms : Honest {
    std::error_code drop(int) override { return {}; }
    std::error_code drop_for(int number) override { return Honest::drop(number); }
};
struct SilentAboutTheOtherSide : Honest {
    void end_remotely(int number) override { mark_ended(number, {Origin::remote, 16}); }
};
struct TakesOurDropForTheOtherSides : Honest {
    std::error_code drop(int number) override {
        end_remotely(number);
        return {};
    }
};
struct EndsThoughItRefuses : Honest {
    std::error_code drop(int number) override {
        const auto refused = Honest::drop(number);
        if (refused) Honest::drop(number);
        return refused;
    }
};
struct FreesOnASecondDrop : Honest {
    std::set<int> dropped;
    std::error_code drop(int number) override {
        const auto refused = Honest::drop(number);
        if (!refused && !dropped.insert(number).second) free(number);
        return refused;
    }
    void deallocate(int number) override {
        dropped.erase(number);
        Honest::deallocate(number);
    }
};
struct IgnoresADropForAReason : Honest {
    std::error_code drop_for(int) override { return {}; }
};
struct AbortsNothing : Honest {
    std::error_code abort(int) override { return {}; }
};
struct ReportsTwice : Honest {
    void say(int number, const Ending& ending) override {
        Honest::say(number, ending);
        Honest::say(number, ending);
    }
};
struct ReportsOnTwoThreads : Honest {
    void say(int number, const Ending& ending) override {
        Honest::say(number, ending);
        std::thread([&] { Honest::say(number, ending); }).join();
    }
};
struct ReportsWhatTheOtherSideDoesTwice : Honest {
    void end_remotely(int number) override {
        Honest::end_remotely(number);
        say(number, {});
    }
};
struct TakesTheOtherSidesEndForOurs : Honest {
    void end_remotely(int number) override { end(number, {Origin::user, 16}); }
};
struct GivesNoCause : Honest {
    void end_remotely(int number) override { end(number, {Origin::remote, std::nullopt}); }
};
struct WatchesEdges : Honest {
    void watch(int number, Notifier notifier) override {
        notifiers_.bind(notifiers_.reserve(), number, std::move(notifier));
    }
};
struct LeaksWhatFails : Honest {
    int open(std::error_code& error, Notifier notifier, Manner manner) override {
        const int number = Honest::open(error, std::move(notifier), manner);
        if (error) ring();
        return number;
    }
};
struct FreesAtTheEnd : Honest {
    void say(int number, const Ending& ending) override {
        Honest::say(number, ending);
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(number);
        if (found != sessions_.end() && found->second.watched) sessions_.erase(found);
    }
};
struct FreesOnDrop : Honest {
    std::error_code drop(int number) override {
        const auto refused = Honest::drop(number);
        if (!refused) free(number);
        return refused;
    }
};
struct MixesUpNumbers : Honest {
    std::set<int> late;
    void deallocate(int number) override {
        late.insert(number);
        Honest::deallocate(number);
    }
    void watch(int number, Notifier notifier) override {
        Honest::watch(number, std::move(notifier));
        if (late.count(number) != 0) end_remotely(number);
    }
};
struct FreesOneTooMany : Honest {
    void deallocate(int number) override {
        Honest::deallocate(number);
        const std::lock_guard lock(mutex_);
        if (!sessions_.empty()) sessions_.erase(sessions_.begin());
    }
};
struct FreesNothing : Honest {
    void deallocate(int number) override { leak(number); }
};
struct FreesOnItsOwnThreadOnly : Honest {
    std::thread::id own = std::this_thread::get_id();
    void deallocate(int number) override {
        if (std::this_thread::get_id() == own) Honest::deallocate(number);
        else leak(number);
    }
};
struct NeedsToBeWatched : Honest {
    void deallocate(int number) override {
        const bool watched = [&] {
            const std::lock_guard lock(mutex_);
            return sessions_[number].watched;
        }();
        if (watched) Honest::deallocate(number);
        else leak(number);
    }
};
struct HoldsLockWhileNotifying : Honest {
    std::mutex held;
    void say(int number, const Ending& ending) override {
        const std::lock_guard lock(held);
        Honest::say(number, ending);
    }
    int ask(int number) override {
        const std::lock_guard lock(held);
        return Honest::ask(number);
    }
    void deallocate(int number) override {
        const std::lock_guard lock(held);
        Honest::deallocate(number);
    }
};
struct FreesNothingInsideANotice : Honest {
    static inline thread_local int notices = 0;
    void say(int number, const Ending& ending) override {
        ++notices;
        Honest::say(number, ending);
        --notices;
    }
    void deallocate(int number) override {
        if (notices == 0) Honest::deallocate(number);
        else leak(number);
    }
};
// While somebody asks about a live session, nobody is heard who wants to end it.
struct DeafWhileItAnswers : Honest {
    std::atomic<int> answering{0};
    int ask(int number) override {
        if (is_live(number)) {
            ++answering;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            --answering;
        }
        return Honest::ask(number);
    }
    std::error_code drop(int number) override { return answering == 0 ? Honest::drop(number) : std::error_code(); }
    std::error_code abort(int number) override { return answering == 0 ? Honest::abort(number) : std::error_code(); }
};
struct LosesInSilence : Honest {
    Notifier kept;
    void lose(int number) override {
        kept = notifiers_.remove(number);
        free(number);
    }
};
struct LosesAsIfItHadEnded : Honest {
    Notifier kept;
    void lose(int number) override {
        kept = notifiers_.remove(number);
        free(number);
        kept.terminated(Origin::service);
    }
};
struct ThrowsWhenItLoses : Honest {
    void lose(int) override { throw std::system_error(make_error_code(std::errc::timed_out)); }
};
struct CountsWhatIsLost : Honest {
    std::error_code drop(int number) override {
        {
            const std::lock_guard lock(mutex_);
            sessions_[number].watched = true;
        }
        return Honest::drop(number);
    }
};
struct GoesInSilence : Honest {
    std::map<int, Notifier> kept;
    void close() override {
        for (const int number : notifiers_.outstanding())
            if (is_live(number)) kept[number] = notifiers_.remove(number);
        Honest::close();
    }
};
struct GoesWithoutWaiting : Honest {
    void close() override { lose_all(); }
};
struct ClockGoesBack : Honest {
    std::atomic<int> looks{0};
    Clock::time_point now() override { return Honest::now() - std::chrono::hours(looks++); }
};
struct WaitsPastTheDeadline : Honest {
    void wait(Clock::time_point, const std::function<bool()>& done) override {
        Honest::wait(Clock::time_point::max(), done);
    }
};
struct ReturnsBeforeTheDeadline : Honest {
    void wait(Clock::time_point, const std::function<bool()>&) override {}
};
struct WaitsOnThoughItIsDone : Honest {
    void wait(Clock::time_point deadline, const std::function<bool()>&) override {
        std::this_thread::sleep_until(deadline);
    }
};

// On a bench with this service, made anew for each law.
template <class Provider>
void check_rejected(std::unique_ptr<Honest> (*make)(), const Names& by) {
    const auto findings = check_provider<HonestBench<Provider>>([make] {
        auto bench = std::make_unique<HonestBench<Provider>>();
        bench->service = make();
        return bench;
    });
    INFO(text(findings));
    CHECK(with(findings, Outcome::broken) == by);
}

} // namespace

#define REJECTED(Service, ...)                                                                                         \
    TEST_CASE("Conformance: " #Service " is rejected", "[conformance][broken]") {                                      \
        check_rejected<HonestProvider>([]() -> std::unique_ptr<Honest> { return std::make_unique<Service>(); },        \
                                       {__VA_ARGS__});                                                                 \
    }
#define REJECTED_INLINE(Service, ...)                                                                                  \
    TEST_CASE("Conformance: " #Service " is rejected where it does not notify", "[conformance][broken][inline]") {     \
        check_rejected<HonestLocalProvider>([]() -> std::unique_ptr<Honest> { return std::make_unique<Service>(); },   \
                                            {__VA_ARGS__});                                                            \
    }

REJECTED(BeginsDead, "begin.live")
REJECTED(NeverConfirms, "drop.ends")
REJECTED(SilentAboutTheOtherSide, "remote.reported")
REJECTED(TakesOurDropForTheOtherSides, "drop.is_ours")
REJECTED(EndsThoughItRefuses, "drop.refused")
REJECTED(FreesOnASecondDrop, "drop.again")
REJECTED(IgnoresADropForAReason, "disconnect.ends")
REJECTED(AbortsNothing, "abort.ends")
REJECTED(ReportsTwice, "end.reported_once")
TEST_CASE("Conformance: an end that two threads have found may be reported by each", "[conformance]") {
    check_rejected<HonestProvider>([]() -> std::unique_ptr<Honest> { return std::make_unique<ReportsOnTwoThreads>(); },
                                   {});
}
REJECTED(ReportsWhatTheOtherSideDoesTwice, "end.reported_once")
REJECTED(TakesTheOtherSidesEndForOurs, "remote.origin")
REJECTED(GivesNoCause, "remote.cause")
REJECTED(WatchesEdges, "watch.level_triggered")
REJECTED(LeaksWhatFails, "open.error")
REJECTED(FreesAtTheEnd, "identifier.outlives_end")
REJECTED(FreesOnDrop, "identifier.outlives_end")
REJECTED(MixesUpNumbers, "identifier.reused")
REJECTED(FreesOneTooMany, "deallocate.frees_one")
REJECTED(FreesOnItsOwnThreadOnly, "deallocate.any_thread")
REJECTED(NeedsToBeWatched, "deallocate.unwatched")
REJECTED(HoldsLockWhileNotifying, "notice.no_lock")
REJECTED(FreesNothingInsideANotice, "deallocate.inside_notice")
REJECTED(DeafWhileItAnswers, "members.concurrent")
REJECTED(LosesInSilence, "lost.reported")
REJECTED(LosesAsIfItHadEnded, "lost.reported")
REJECTED(CountsWhatIsLost, "lost.survived")
REJECTED(ThrowsWhenItLoses, "lost.reported", "lost.survived")
REJECTED(GoesInSilence, "service.goes")
REJECTED(GoesWithoutWaiting, "service.lets_finish")
REJECTED(ClockGoesBack, "clock.monotone")
REJECTED(WaitsPastTheDeadline, "wait.deadline")
REJECTED(ReturnsBeforeTheDeadline, "wait.deadline")
REJECTED(WaitsOnThoughItIsDone, "wait.done")

REJECTED_INLINE(FreesOnASecondDrop, "drop.again")
REJECTED_INLINE(LeaksWhatFails, "open.error")
REJECTED_INLINE(FreesOnDrop, "identifier.outlives_end")
REJECTED_INLINE(FreesOneTooMany, "deallocate.frees_one")
REJECTED_INLINE(FreesOnItsOwnThreadOnly, "deallocate.any_thread")
REJECTED_INLINE(ClockGoesBack, "clock.monotone")
