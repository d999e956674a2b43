// SPDX-License-Identifier: BSL-1.0
// One thread is held in each gap between two critical sections in turn, those of the provider and those of the double, while
// another does something to the same call: every schedule with one preemption at an unlock. The double's books judge.
#include "tapi2/desk.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

using namespace support;
using namespace std::chrono_literals;
using namespace tapi2_double;
using tapi2::Provider;

namespace {

thread_local bool is_ours = false;           // a thread of the test, not of the line
thread_local unsigned unlocks_left = 0;      // until this thread is held; 0: it is not to be
std::atomic<unsigned> lines_unlocks_left{0}; // the same, of the line's thread
std::atomic<bool> held{false}, done{false};

// No longer than that: what the other thread does may wait for this one.
void hold() {
    held = true;
    const auto end = std::chrono::steady_clock::now() + 20ms;
    while (!done && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(100us);
}

} // namespace

extern "C" int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    static const auto unlock = reinterpret_cast<int (*)(pthread_mutex_t*)>(
        dlsym(RTLD_NEXT, "pthread_mutex_unlock")); // NOLINT: what dlsym gives
    const int result = unlock(mutex);
    if (is_ours ? unlocks_left > 0 && --unlocks_left == 0 : lines_unlocks_left > 0 && --lines_unlocks_left == 0) hold();
    return result;
}

namespace {

// What both threads see.
struct Scene {
    explicit Scene(std::chrono::milliseconds grace) : desk(Notification::event, {.grace = grace}) {
        desk.control().allow_late_uses(true);
    }

    Desk desk;
    std::optional<TapiSession> call;
    [[nodiscard]] Dword number() { return desk.number(); }
};

struct Step {
    const char* name;
    std::function<void(Scene&)> act;
};
struct Beginning {
    const char* name;
    std::function<void(Scene&)> prepare;
};

void dialled(Scene& s) { s.call = s.desk.dial(); }
void connected(Scene& s) {
    dialled(s);
    s.desk.control().answers(s.number());
    s.desk.settle();
}
void offered(Scene& s) { s.call = s.desk.take(); }
void dialling(Scene& s) { // it has no handle yet
    Script script;
    script.reply_when = script.effect_when = When::on_release;
    s.desk.control().next(any_device, Function::make_call, script);
    s.call = TapiSession::open(s.desk.line(), "100");
}
void dropping(Scene& s) { // the reply is owed
    connected(s);
    Script script;
    script.reply_when = script.effect_when = When::on_release;
    s.desk.control().next(any_device, Function::drop, script);
    static_cast<void>(s.call->drop());
}
void dropped(Scene& s) { // idle is owed
    connected(s);
    Script script;
    script.effect = Effect::none;
    s.desk.control().next(any_device, Function::drop, script);
    static_cast<void>(s.call->drop());
    s.desk.settle();
}

const Beginning beginnings[] = {{"dialling", dialling},
                                {"connected", connected},
                                {"offered", offered},
                                {"dropping", dropping},
                                {"dropped", dropped}};

const Step verbs[] = {
    {"drop", [](Scene& s) { static_cast<void>(s.call->drop()); }},
    {"abort", [](Scene& s) { static_cast<void>(s.call->abort()); }},
    {"release", [](Scene& s) { s.call->release(); }},
    {"ask",
     [](Scene& s) {
         std::error_code none;
         static_cast<void>(s.call->try_query(none, &Provider::call_info));
     }},
    {"answer",
     [](Scene& s) {
         std::error_code none;
         static_cast<void>(s.call->try_query(none, &Provider::answer));
     }},
};

// What TAPI says; by the thread of the line, if that is another one.
const Step messages[] = {
    {"replies", [](Scene& s) { s.desk.control().release_pending(); }},
    {"the other party hangs up", [](Scene& s) { s.desk.control().hangs_up(s.number()); }},
    {"idle", [](Scene& s) { s.desk.control().goes_idle(s.number()); }},
    {"LINE_CLOSE", [](Scene& s) { s.desk.control().force_close(0); }},
    {"lineDrop is refused",
     [](Scene& s) {
         Script script;
         script.returns = static_cast<Long>(tapi2::Error::operation_failed);
         s.desk.control().next(any_device, Function::drop, script);
         s.desk.control().hangs_up(s.number());
     }},
};

const Step line_goes{"the line goes", [](Scene& s) { s.desk.close(); }};

struct Count {
    unsigned pairs = 0, schedules = 0;
};

// What is left undone comes to its end, and everything is given back.
void finish(Scene& s) {
    Control& control = s.desk.control();
    if (s.desk.is_open()) {
        const auto tell = [&] {
            return control.text(Text::calls) + control.text(Text::messages) + control.text(Text::endings);
        };
        const bool ends = s.desk.eventually([&] {
            control.release_pending();
            for (Dword call = 1; call <= control.last_call(); ++call)
                if (control.state_of(call) != linecallstate_idle) control.goes_idle(call);
            return !s.call || s.call->phase() >= wrapup::Phase::terminated;
        });
        INFO(tell());
        REQUIRE(ends);
        const auto* const termination = s.call ? s.call->termination() : nullptr;
        if (termination && s.desk.books().drops_accepted == 0) // somebody else has ended it
            CHECK((termination->origin != wrapup::Origin::user || termination->contested));
        s.call.reset();
        while (s.desk.next()) {
        }
        const bool is_given_back = s.desk.eventually([&] { return s.desk.line().outstanding().empty(); });
        INFO(tell());
        REQUIRE(is_given_back);
    }
    s.call.reset();
    s.desk.close();
    const Books books = s.desk.books();
    CHECK(books.violations == 0);
    // TAPI may void a handle that a thread is about to use; we may not.
    if (books.handles_voided == 0) CHECK(books.dead_handle_uses == 0);
    CHECK(books.double_deallocations == 0);
    CHECK(books.handles_given == books.handles_deallocated + books.handles_voided);
}

// Plays the two in every gap of the first: `first_in_gap(gap, scene)` does both, and says whether there was such a gap.
template <class FirstInGap>
void every_gap(Count& count, const std::string& name, const Beginning& beginning, FirstInGap first_in_gap,
               std::chrono::milliseconds grace = 50ms) {
    ++count.pairs;
    for (unsigned gap = 1;; ++gap) {
        INFO(name << ", gap " << gap);
        Scene scene(grace);
        beginning.prepare(scene);
        held = done = false;
        const bool was_there = first_in_gap(gap, scene);
        finish(scene);
        if (!was_there) return;
        ++count.schedules;
        REQUIRE(gap < 1000);
    }
}

bool user_is_held(unsigned gap, Scene& scene, const Step& first, const Step& second) {
    std::atomic<bool> over{false};
    std::thread other([&] {
        is_ours = true;
        while (!held && !over) std::this_thread::yield();
        if (held) {
            second.act(scene);
            static_cast<void>(scene.desk.control().wait_handled(20));
        }
        done = true;
    });
    unlocks_left = gap;
    first.act(scene);
    unlocks_left = 0;
    over = true;
    other.join();
    return held;
}

bool line_is_held(unsigned gap, Scene& scene, const Step& first, const Step& second) {
    lines_unlocks_left = gap;
    first.act(scene);
    while (!held && !scene.desk.control().wait_handled(1)) {
    }
    lines_unlocks_left = 0;
    if (held) second.act(scene);
    done = true;
    return held;
}

} // namespace

TEST_CASE("tapi2: a user's thread is held in every gap between two locks") {
    is_ours = true;
    Count count;
    for (const Beginning& beginning : beginnings)
        for (const Step& first : verbs) {
            const auto with = [&](const Step& second) {
                every_gap(count, std::string(beginning.name) + ": " + first.name + " | " + second.name, beginning,
                          [&](unsigned gap, Scene& scene) { return user_is_held(gap, scene, first, second); });
            };
            for (const Step& second : messages) with(second);
            for (const Step& second : verbs) with(second);
            with(line_goes);
        }
    std::printf("users held: %u pairs, %u schedules\n", count.pairs, count.schedules);
    CHECK(count.schedules > count.pairs);
}

TEST_CASE("tapi2: the line's thread is held in every gap between two locks") {
    is_ours = true;
    Count count;
    for (const Beginning& beginning : beginnings)
        for (const Step& first : messages) {
            const auto with = [&](const Step& second) {
                every_gap(count, std::string(beginning.name) + ": " + first.name + " | " + second.name, beginning,
                          [&](unsigned gap, Scene& scene) { return line_is_held(gap, scene, first, second); });
            };
            for (const Step& second : verbs) with(second);
            with(line_goes);
        }
    std::printf("the line held: %u pairs, %u schedules\n", count.pairs, count.schedules);
    CHECK(count.schedules > count.pairs);
}

TEST_CASE("tapi2: calls that begin, and a line that ends, in every gap") {
    is_ours = true;
    Count count;
    const Beginning nothing{"nothing", [](Scene&) {}};
    const Step opens{"open", [](Scene& s) {
                         std::error_code refused;
                         auto call = TapiSession::open(refused, s.desk.line(), "100");
                         if (!refused) s.call = std::move(call);
                     }};
    const Step closed{"LINE_CLOSE", [](Scene& s) { s.desk.control().force_close(0); }};
    const Step comes{"a call comes", [](Scene& s) { s.desk.control().offer(0); }};
    every_gap(count, "open | LINE_CLOSE", nothing,
              [&](unsigned gap, Scene& scene) { return user_is_held(gap, scene, opens, closed); });
    every_gap(count, "open | a call comes", nothing,
              [&](unsigned gap, Scene& scene) { return user_is_held(gap, scene, opens, comes); });
    // It is dropped at once, and not when the line has waited long enough.
    const auto begin = std::chrono::steady_clock::now();
    every_gap(
        count, "a call comes | the line goes", nothing,
        [&](unsigned gap, Scene& scene) { return line_is_held(gap, scene, comes, line_goes); }, 1h);
    CHECK(std::chrono::steady_clock::now() - begin < 2min);
    std::printf("calls that begin: %u pairs, %u schedules\n", count.pairs, count.schedules);
    CHECK(count.schedules > count.pairs);
}
