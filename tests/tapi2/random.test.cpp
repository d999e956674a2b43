// SPDX-License-Identifier: BSL-1.0
// Random schedules of replies, states, closes and of what users do, with the double's books as the judge: every handle is
// deallocated exactly once, or voided by a close, and none is used after that.
#include <wrapup/monitor.hpp>
#include <wrapup/termination_callback.hpp>

#include "tapi2/desk.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using namespace tapi2_double;
using tapi2::Error;
using tapi2::Provider;
using tapi2::UserUserInfo;

namespace {

// The same numbers with every library.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    unsigned below(unsigned n) { return static_cast<unsigned>(engine_() % n); }
    bool one_in(unsigned n) { return below(n) == 0; }
    template <class T, std::size_t n>
    T pick(const T (&values)[n]) {
        return values[below(n)];
    }

private:
    std::mt19937_64 engine_;
};

Script any_script(Dice& dice) {
    constexpr When whens[] = {When::at_once, When::at_once, When::on_release, When::before_return};
    constexpr Effect effects[] = {Effect::ordinary, Effect::ordinary, Effect::ordinary, Effect::disconnected_then_idle,
                                  Effect::inactive, Effect::none,     Effect::idle};
    constexpr Error errors[] = {Error::operation_failed, Error::resource_unavailable, Error::invalid_call_state,
                                Error::no_memory};
    Script script;
    script.reply_when = dice.pick(whens);
    script.effect_when = dice.pick(whens);
    script.effect = dice.pick(effects);
    script.effect_first = dice.one_in(2);
    script.zero_extended = dice.one_in(2);
    script.release_after = dice.below(4);
    if (dice.one_in(6)) script.reply = static_cast<Long>(dice.pick(errors));
    if (dice.one_in(8)) script.returns = dice.one_in(4) ? 0 : static_cast<Long>(dice.pick(errors));
    return script;
}

constexpr Dword states[] = {linecallstate_offering,     linecallstate_dialing,
                            linecallstate_ringback,     linecallstate_connected,
                            linecallstate_proceeding,   linecallstate_onhold,
                            linecallstate_disconnected, linecallstate_disconnected,
                            linecallstate_busy,         linecallstate_specialinfo,
                            linecallstate_idle,         linecallstate_idle,
                            linecallstate_unknown,      linecallstate_onholdpendtransfer};

// A session, who looks at it, and how often its callback has been called.
struct HeldSession {
    using Callback = wrapup::TerminationCallback<Provider, std::function<void()>>;

    TapiSession session;
    wrapup::Monitor<Provider> monitor;
    std::atomic<int> called{0};
    std::unique_ptr<Callback> callback;

    explicit HeldSession(TapiSession s) : session(std::move(s)), monitor(session) {}
    void watch(unsigned how) {
        callback = std::make_unique<Callback>(monitor, [this, how] {
            ++called;
            if (how == 0) session.release();
            if (how == 1) static_cast<void>(session.drop());
            if (how == 2) session = {};
        });
    }
};

// One schedule. Everything is decided by the seed; with a hidden window, on one thread, it goes the same way each time.
class Schedule {
public:
    Schedule(std::uint64_t seed, Notification notification)
        : dice_(seed), desk_(notification, options()), single_(notification == Notification::hidden_window) {
        desk_.control().allow_late_uses(!single_);
        Device device;
        device.strict_deallocation = dice_.one_in(4);
        device.replies_lost = dice_.one_in(4);
        desk_.control().set_device(0, device);
        desk_.control().keep_stale_messages(dice_.one_in(3));
    }

    void run() {
        const unsigned steps = 10 + dice_.below(40);
        for (unsigned i = 0; i < steps; ++i) step();
        finish();
    }

private:
    static tapi2::Options options() {
        tapi2::Options options;
        options.grace = 5ms;
        return options;
    }

    void step() {
        Control& control = desk_.control();
        switch (dice_.below(16)) {
        case 0:
        case 1: dial(); break;
        case 2:
            static_cast<void>(control.offer(0, dice_.one_in(4) ? linecallprivilege_monitor : linecallprivilege_owner));
            break;
        case 3: control.next(0, Function::drop, any_script(dice_)); break;
        case 4: control.next(0, Function::make_call, any_script(dice_)); break;
        case 5:
            if (dice_.one_in(3)) {
                Script script;
                script.returns = static_cast<Long>(dice_.one_in(2) ? Error::resource_unavailable : Error::no_memory);
                control.next(0, Function::deallocate, script);
            }
            break;
        case 6:
        case 7:
            if (const Dword call = any_call()) control.set_state(call, dice_.pick(states), dice_.below(9));
            break;
        case 8: control.release_pending(); break;
        case 9:
            if (const Dword call = any_call(); call && dice_.one_in(3)) {
                if (dice_.one_in(2)) control.take_ownership(call, dice_.one_in(2));
                else static_cast<void>(control.hand_off(call));
            }
            break;
        case 10:
            if (dice_.one_in(40)) control.force_close(0);
            else
                control.send_state(dice_.below(6) + 100, dice_.pick(states), 1,
                                   dice_.one_in(2) ? linecallprivilege_owner : 0);
            break;
        case 11: collect(); break;
        case 12:
            if (single_) desk_.functions().pump(0ms);
            break;
        default: use(); break;
        }
    }

    Dword any_call() {
        const Dword last = desk_.control().last_call();
        return last ? 1 + dice_.below(last) : 0;
    }

    void dial() {
        std::error_code error;
        auto call = TapiSession::open(error, desk_.line(), "100");
        if (!error) keep(std::move(call));
    }
    void collect() {
        while (auto call = desk_.next()) keep(std::move(*call));
    }
    void keep(TapiSession call) {
        auto held = std::make_unique<HeldSession>(std::move(call));
        // Only its own thread may move a session, or destroy it.
        held->watch(dice_.below(single_ ? 5 : 2) + (single_ ? 0 : 3));
        held_.push_back(std::move(held));
    }

    void use() {
        if (held_.empty()) return;
        const auto at = held_.begin() + static_cast<std::ptrdiff_t>(dice_.below(static_cast<unsigned>(held_.size())));
        HeldSession& held = **at;
        TapiSession& call = held.session;
        std::error_code error;
        switch (dice_.below(8)) {
        case 0: static_cast<void>(call.drop()); break;
        case 1: static_cast<void>(call.disconnect(UserUserInfo("bye"))); break;
        case 2: static_cast<void>(call.abort()); break;
        case 3: call.release(); break;
        case 4: static_cast<void>(call.try_query(error, &Provider::call_info)); break;
        case 5: static_cast<void>(call.try_query(error, &Provider::answer)); break;
        case 6: static_cast<void>(wrapup::wait_for(call, 0ms)); break;
        default:
            given_up_.push_back(std::move(*at)); // its observer stays
            held_.erase(at);
            given_up_.back()->session = {};
            break;
        }
    }

    void finish() {
        desk_.close();
        for (auto* all : {&held_, &given_up_})
            for (auto& held : *all) {
                CHECK(held->monitor.termination() != nullptr);
                CHECK(held->called == 1);
                CHECK(held->session.phase() == wrapup::Phase::released);
            }
        const Books books = desk_.books();
        CHECK(books.handles_given == books.handles_deallocated + books.handles_voided);
        CHECK(books.double_deallocations == 0);
        CHECK(books.dead_handle_uses == 0);
        CHECK(books.drops_overlapping == 0);
        CHECK(books.messages_held == 0);
    }

    Dice dice_;
    Desk desk_;
    bool single_;
    std::vector<std::unique_ptr<HeldSession>> held_, given_up_;
};

} // namespace

TEST_CASE("tapi2: thousands of random schedules on one thread, and every handle is accounted for",
          "[tapi2][random][many]") {
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        INFO("seed " << seed);
        Schedule(seed, Notification::hidden_window).run();
    }
}

TEST_CASE("tapi2: so is it where messages come on a thread of the line's own", "[tapi2][random][many][threads]") {
    for (std::uint64_t seed = 1; seed <= 600; ++seed) {
        INFO("seed " << seed);
        Schedule(seed, seed % 2 ? Notification::event : Notification::completion_port).run();
    }
}
