// SPDX-License-Identifier: BSL-1.0
// A thousand calls that end at random, by either side or both: what we say of each is what SIPp has written down.
#include <wrapup/providers/sofia_sip.hpp>
#include <wrapup/termination_callback.hpp>

#include "sofia_sip/desk.hpp"
#include "sofia_sip/leaks.hpp"
#include "sofia_sip/sipp.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace support;
using sofia::CallState;
using sofia::EndedBy;
using wrapup::Origin;
using Clock = std::chrono::steady_clock;

namespace {

using Log = std::map<std::string, std::set<std::string>>;

// Lines of "<call-id> <what was done>". A BYE that comes between SIPp's resolve to send its own and the sending is answered, and
// the call is over for it: that stands among its errors.
Log parse(const std::string& text, const std::string& errors) {
    Log log;
    std::istringstream lines(text);
    for (std::string call_id, done; lines >> call_id >> done;) log[call_id].insert(done);
    constexpr std::string_view answered = "unexpected BYE for call: ";
    constexpr std::size_t length = 36; // of a Call-ID of sofia's
    for (std::size_t at = 0; (at = errors.find(answered, at)) != errors.npos; at += answered.size())
        log[errors.substr(at + answered.size(), length)].insert("received");
    return log;
}

struct Tally {
    int calls = 0, ours = 0, both = 0, theirs = 0, refused = 0, cancelled = 0, failed = 0;
    int told_twice = 0, mismatches = 0;

    void count(const wrapup::Termination<sofia::Provider>& termination, const std::set<std::string>& done) {
        const sofia::Cause& cause = *termination.cause;
        const bool by_us = termination.origin == Origin::user || termination.origin == Origin::application;
        std::set<std::string> expected;
        const auto expect = [&expected](int& counter, std::set<std::string> wanted) {
            ++counter;
            expected = std::move(wanted);
        };
        ++calls;
        if (by_us && termination.contested && cause.by == EndedBy::bye) expect(both, {"sent", "crossed"});
        else if (termination.origin == Origin::remote && cause.by == EndedBy::bye) expect(theirs, {"sent"});
        else if (termination.origin == Origin::remote && cause.status == 486) expect(refused, {"refused"});
        else if (by_us && cause.status == 487) expect(cancelled, {"cancelled"});
        else if (by_us && cause.status == 200) expect(ours, {"received"});
        else ++failed;
        const bool known = !expected.empty();
        if (known && done == expected) return;
        if (known) ++mismatches;
        std::printf("%s by %s, and SIPp has:", to_string(termination.origin), to_string(cause).c_str());
        for (const auto& one : done) std::printf(" %s", one.c_str());
        std::printf("\n");
    }
};

struct Line {
    Line(SipSession c, bool r) : call(std::move(c)), rings(r), over(call, [this](auto&) { ++told; }) {}

    SipSession call;
    const bool rings; // and is not answered
    std::atomic<int> told{0};
    std::optional<Clock::time_point> due; // when we end it
    wrapup::TerminationCallback<sofia::Provider, std::function<void(const wrapup::Termination<sofia::Provider>&)>> over;
};

} // namespace

TEST_CASE("sofia: a thousand calls that end at random", "[sofia][many]") {
    constexpr int number = 1000;
    constexpr std::size_t at_once = 50;
    std::mt19937 random(6);
    const auto until = [&](int milliseconds) {
        return std::chrono::microseconds(std::uniform_int_distribution(0, milliseconds * 1000)(random));
    };

    Sipp peer("ends_at_random", {}, number);
    Tally tally;
    std::map<std::string, wrapup::Termination<sofia::Provider>> ended;
    std::size_t left = 0;
    std::chrono::duration<double> took{};
    {
        sofia::Options options;
        options.t1 = 4s; // of 50 calls at once, SIPp takes what comes twice for a mistake
        options.grace = 1s;
        SipDesk desk(options);
        std::list<Line> lines;
        int begun = 0;
        const auto begin = Clock::now();
        while (begun < number || !lines.empty()) {
            for (; begun < number && lines.size() < at_once; ++begun) {
                const bool rings = std::uniform_int_distribution(1, 10)(random) == 1;
                lines.emplace_back(SipSession::open(desk.service(), peer.uri(rings ? "ring" : "sipp")), rings);
            }
            for (auto& line : lines) {
                if (!line.due && SipDesk::state(line.call) == (line.rings ? CallState::proceeding : CallState::ready))
                    line.due = Clock::now() + until(line.rings ? 20 : 120);
                if (line.due && Clock::now() >= *line.due) {
                    line.due = Clock::time_point::max();
                    line.call.drop();
                }
            }
            for (auto line = lines.begin(); line != lines.end();) {
                if (line->told == 0) {
                    ++line;
                    continue;
                }
                const auto& termination = *line->call.termination();
                ended.emplace(termination.statistics->info->call_id, termination);
                line->call.release();
                if (line->told != 1) ++tally.told_twice;
                line = lines.erase(line);
            }
            std::this_thread::sleep_for(200us);
        }
        took = Clock::now() - begin;
        CHECK(eventually([&] { return desk.alive() == 0; }));
        CHECK(eventually([&] { return SipDesk::handles() == 0; }));
        left = desk.alive() + static_cast<std::size_t>(SipDesk::handles());
    }
    CHECK(peer.has_come_to_its_end());
    const Log log = parse(peer.read("log.log"), peer.read("errors.log"));
    for (const auto& [call_id, termination] : ended) {
        const auto done = log.find(call_id);
        tally.count(termination, done == log.end() ? std::set<std::string>() : done->second);
    }
    std::string leaks = "not looked for";
#ifdef WRAPUP_LOOKS_FOR_LEAKS
    const int leaking = __lsan_do_recoverable_leak_check();
    CHECK(leaking == 0);
    leaks = leaking == 0 ? "0" : "some";
#endif
    std::printf(
        "| calls | a second | ended by us | by both | ended by the peer | refused | cancelled | failed | told twice | "
        "mismatches with SIPp's log | handles left | leaks |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n"
        "| %d | %.0f | %d | %d | %d | %d | %d | %d | %d | %d | %zu | %s |\n",
        tally.calls, number / took.count(), tally.ours, tally.both, tally.theirs, tally.refused, tally.cancelled,
        tally.failed, tally.told_twice, tally.mismatches, left, leaks.c_str());
    CHECK(tally.calls == number);
    CHECK(log.size() == std::size_t{number});
    CHECK(tally.failed == 0);
    CHECK(tally.told_twice == 0);
    CHECK(tally.mismatches == 0);
    CHECK((tally.ours > 0 && tally.theirs > 0 && tally.refused > 0 && tally.cancelled > 0));
}
