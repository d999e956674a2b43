// SPDX-License-Identifier: BSL-1.0

// The verbs of a session that notifies, each in a function of its own, for callgrind to count what it executes. The provider does
// nothing, and memory is taken off a shelf: neither is the library's.
#include <wrapup/monitor.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/termination_callback.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <utility>

namespace {

alignas(std::max_align_t) unsigned char shelf[4][64];
unsigned taken = 0;

} // namespace

void* operator new(std::size_t, const std::nothrow_t&) noexcept { return shelf[taken++ & 3]; }
void operator delete(void*) noexcept {}
void operator delete(void*, std::size_t) noexcept {}

namespace {

// What a service keeps to tell a session of its end.
wrapup::Notifier<void> line;

struct Line {
    using Identifier = int;

    void drop(int) noexcept {}
    void deallocate(int) noexcept {}
    void watch(int, wrapup::Notifier<void> notifier) noexcept { line = std::move(notifier); }
    [[nodiscard]] int duration(int id) const noexcept { return id; }
};

struct Nothing {
    void operator()() const noexcept {}
};

using Call = std::optional<wrapup::Session<Line>>;
using Monitor = std::optional<wrapup::Monitor<Line>>;
using Callback = std::optional<wrapup::TerminationCallback<Line, Nothing>>;

} // namespace

#define VERB [[gnu::noinline]] void
extern "C" {
VERB verb_open(Call& call) { call.emplace(1); }
VERB verb_state(const Call& call, bool& active) { active = call->phase() == wrapup::Phase::active; }
VERB verb_drop(Call& call) { call->drop(); }
VERB verb_late_drop(Call& call) { call->drop(); }
VERB verb_remote_ending() { line.terminated(); }
VERB verb_local_ending() { line.terminated(); }
VERB verb_query(const Monitor& monitor, int& answer) { answer = monitor->query<&Line::duration>(); }
VERB verb_release(Call& call) { call->release(); }
VERB verb_destroy(Call& call) { call.reset(); }
VERB verb_notifier_gone() { line = {}; }
VERB verb_monitor(const Call& call, Monitor& monitor) { monitor.emplace(*call); }
VERB verb_monitor_gone(Monitor& monitor) { monitor.reset(); }
VERB verb_callback(const Call& call, Callback& callback) { callback.emplace(*call, Nothing()); }
VERB verb_ending_with_callback() { line.terminated(); }
VERB verb_callback_gone(Callback& callback) { callback.reset(); }
// All of it: the service is done with a session that it has reported over, and the owner asks, and lets go.
VERB verb_whole_life() {
    wrapup::Session<Line> call(1);
    line.terminated();
    line = {};
    static_cast<void>(call.query<&Line::duration>());
}
}

int main() {
    constexpr int times = 1000;
    bool active = false;
    int answer = 0;
    Monitor monitor;
    Call call;
    Callback callback;
    for (int i = 0; i < times; ++i) {
        verb_open(call);
        verb_state(call, active);
        verb_monitor(call, monitor);
        verb_drop(call);
        verb_local_ending();
        verb_late_drop(call);
        verb_query(monitor, answer);
        verb_monitor_gone(monitor);
        verb_release(call);
        call.reset();

        call.emplace(1);
        verb_remote_ending();
        verb_notifier_gone();
        verb_destroy(call);

        call.emplace(1);
        verb_callback(call, callback);
        verb_ending_with_callback();
        verb_callback_gone(callback);
        call.reset();

        verb_whole_life();
    }
    line = {};
    return active && answer == 1 ? 0 : 1;
}
