// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/ask.hpp>
#include <wrapup/phase.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/testing/detail/bench.hpp>
#include <wrapup/testing/detail/probe.hpp>
#include <wrapup/testing/finding.hpp>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace wrapup::testing::detail {

struct Verdict {
    Outcome outcome;
    std::string detail;
};
inline Verdict holds() { return {Outcome::holds, {}}; }
inline Verdict broken(std::string what) { return {Outcome::broken, std::move(what)}; }
inline Verdict not_applicable(std::string why) { return {Outcome::not_applicable, std::move(why)}; }

// One check of one law, on a bench of its own.
template <class Bench>
class Inspection {
public:
    using P = typename Bench::Provider;
    using Identifier = typename P::Identifier;
    using Begun = typename Begin<Bench>::Begun;

    // A session, and what became of it.
    struct Subject {
        Log* log;
        std::error_code error;
        Begun session;
    };

    Inspection(std::unique_ptr<Bench> made, const std::vector<Finding>& earlier)
        : earlier_(earlier), bench_(std::move(made)) {}

    [[nodiscard]] Bench& bench() noexcept { return *bench_; }
    [[nodiscard]] std::size_t alive() { return bench_->alive(); }

    // ---- sessions

    // `how` begins one with what it is given.
    template <class How>
    [[nodiscard]] Subject begin(How how) {
        Log& log = logs_.emplace_back();
        std::error_code error;
        Begun session = how(Begin<Bench>(log, error));
        return {&log, error, std::move(session)};
    }
    [[nodiscard]] Subject begin() {
        return begin([this](Begin<Bench> begin) { return bench_->begin(begin); });
    }
    [[nodiscard]] Subject adopt(const Identifier& id) {
        return begin([&](Begin<Bench> begin) { return begin.adopt(id, bench_->provider()); });
    }

    [[nodiscard]] static bool is_live(const Subject& subject) {
        return !subject.error && subject.session.phase() == Phase::active;
    }
    // Where there is no live session to begin with, another law is broken.
    [[nodiscard]] static Verdict no_session(const Subject& subject) {
        return not_applicable("needs begin.live: " +
                              (subject.error ? subject.error.message() : "the session was not live"));
    }

    // The provider that is wrapped, and the identifier, for calls that the library would not make just now.
    template <class F>
    static auto with(Subject& subject, F f) {
        return subject.session.query([&](Probe<P>& probe, const Identifier& id) { return f(probe.inner(), id); });
    }
    // The provider itself; it lives as long as the session's handle does. Only where it notifies.
    [[nodiscard]] static P& provider_of(Subject& subject) {
        return *with(subject, [](P& provider, const Identifier&) { return &provider; });
    }

    static std::error_code drop(P& provider, const Identifier& id) {
        return wrapup::detail::refusal([&] { return provider.drop(id); });
    }
    static std::error_code abort(P& provider, const Identifier& id) {
        return wrapup::detail::refusal([&] { return provider.abort(id); });
    }

    // Every question there is to the provider. They change nothing.
    void ask_everything(P& provider, const Identifier& id) {
        if constexpr (Asks<Bench>) static_cast<void>(bench_->ask(provider, id));
        if constexpr (Snapshots<P>) static_cast<void>(provider.snapshot(id));
        if constexpr (Timed<P>) static_cast<void>(provider.now());
    }

    [[nodiscard]] static bool is_over(const Subject& subject) { return subject.session.termination() != nullptr; }

    // Ends it by whatever means works. @returns whether one did
    [[nodiscard]] bool end(Subject& subject) {
        if constexpr (Notifies<P> && Ends<Bench>) {
            if (!was_broken("remote.reported")) {
                bench_->end(subject.session.id());
                if (eventually([&] { return is_over(subject); })) return true;
            }
        }
        if (!was_broken("drop.ends") && !subject.session.drop() && eventually([&] { return is_over(subject); }))
            return true;
        if constexpr (Aborts<P>)
            if (!subject.session.abort() && eventually([&] { return is_over(subject); })) return true;
        return false;
    }
    [[nodiscard]] static Verdict not_ended() {
        return not_applicable("needs a session that ends: see drop.ends, remote.reported");
    }

    // ---- time

    [[nodiscard]] std::chrono::milliseconds limit() const {
        if constexpr (Limits<Bench>) return bench_->limit();
        else return std::chrono::seconds(10);
    }
    [[nodiscard]] std::string in_time() const { return "within " + std::to_string(limit().count()) + " ms"; }

    // Waits for what has to come.
    template <class Holds>
    [[nodiscard]] bool eventually(Holds holds) {
        const auto deadline = std::chrono::steady_clock::now() + limit();
        while (!holds()) {
            if (std::chrono::steady_clock::now() >= deadline) return holds();
            step();
        }
        return true;
    }
    // Waits for what must not come: as long as the bench says, or for a moment.
    void settle() {
        if constexpr (Settles<Bench>) bench_->settle();
        else
            for (int i = 0; i < 20; ++i) step();
    }

    // ---- what was found before

    [[nodiscard]] bool was_broken(const char* law) const { return was(law, Outcome::broken); }
    [[nodiscard]] bool was_held(const char* law) const { return was(law, Outcome::holds); }

private:
    void step() {
        if constexpr (Pumps<Bench>) bench_->pump();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    [[nodiscard]] bool was(const char* law, Outcome outcome) const {
        for (const Finding& finding : earlier_)
            if (std::strcmp(finding.law, law) == 0) return finding.outcome == outcome;
        return false;
    }

    const std::vector<Finding>& earlier_;
    std::deque<Log> logs_; // outlives the service, which may have something to say as it goes
    std::unique_ptr<Bench> bench_;
};

} // namespace wrapup::testing::detail
