// SPDX-License-Identifier: BSL-1.0
#include <wrapup/fmt.hpp>
#include <wrapup/providers/simulator.hpp>

#include "support/catch.hpp"
#include "support/scripted.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

struct Wordy {
    int code;
    friend std::string to_string(const Wordy& wordy) { return "code " + std::to_string(wordy.code); }
};
struct Silent {};

template <class CauseType>
struct Saying {
    using Identifier = int;
    using Cause = CauseType;
    wrapup::Notifier<Cause>* notifier;
    void watch(int, wrapup::Notifier<Cause> n) noexcept { *notifier = std::move(n); }
    void drop(int) noexcept {}
    void deallocate(int) noexcept {}
};

// The same cases for whichever library is there.
template <class Format>
void check_texts(Format text) {
    CHECK(text(wrapup::Phase::terminating) == "terminating");
    CHECK(text(wrapup::Origin::remote) == "remote");
    CHECK(text(wrapup::errc::released) == "the session has been released");

    wrapup::simulator::Exchange exchange;
    auto call = wrapup::Session<wrapup::simulator::Provider>::open(exchange);
    CHECK(text(call) == "active");
    auto lost = wrapup::Session<wrapup::simulator::Provider>::open(exchange);
    exchange.lose(lost.id());
    CHECK(text(*lost.termination()) == "ended by service after 0.000s");
    exchange.advance(2500ms);
    exchange.hang_up(call.id(), 16);
    CHECK(text(*call.termination()) == "ended by remote after 2.500s, cause 16");
    CHECK(text(call) == "terminated, ended by remote after 2.500s, cause 16");
    call.release();
    CHECK(text(call) == "released, ended by remote after 2.500s, cause 16");

    Script script;
    wrapup::Session<Scripted> contested(script.begin(1), script);
    const wrapup::Monitor monitor{contested};
    contested.disconnect("maintenance");
    script.notifier().terminated(wrapup::Origin::remote, "hung up");
    CHECK(text(*monitor.termination()) == "ended by application, reason maintenance, cause hung up, 100, contested");
    wrapup::Session<Scripted> abandoned(script.begin(2), script);
    abandoned.release();
    script.notifier(2).terminated();
    CHECK(text(*abandoned.termination()) == "ended by application, 200, abandoned");

    wrapup::Notifier<Wordy> wordy;
    wrapup::Session<Saying<Wordy>> by_to_string(1, {&wordy});
    wordy.terminated(Wordy{7});
    CHECK(text(*by_to_string.termination()) == "ended by remote, cause code 7");
    wrapup::Notifier<Silent> silent;
    wrapup::Session<Saying<Silent>> left_out(1, {&silent});
    silent.terminated(Silent{});
    CHECK(text(*left_out.termination()) == "ended by remote");
}

} // namespace

#if defined(FMT_VERSION)
TEST_CASE("fmt: phases, origins, errors, terminations and sessions have a text", "[fmt]") {
    check_texts([](const auto& value) { return fmt::format("{}", value); });
    CHECK(fmt::format("{:>8}|", wrapup::Phase::active) == "  active|");
}
#endif

#if defined(__cpp_lib_format)
TEST_CASE("std::format: phases, origins, errors, terminations and sessions have a text", "[fmt]") {
    check_texts([](const auto& value) { return std::format("{}", value); });
    CHECK(std::format("{:>8}|", wrapup::Phase::active) == "  active|");
}
#endif
