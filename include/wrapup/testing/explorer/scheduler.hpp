// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/choices.hpp>
#include <wrapup/testing/explorer/fiber.hpp>
#include <wrapup/testing/explorer/location.hpp>
#include <wrapup/testing/explorer/member.hpp>
#include <wrapup/testing/explorer/vector_clock.hpp>
#include <wrapup/testing/explorer/weather.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace wrapup::testing::explorer {

/// Runs the logical threads of a scenario one step at a time on one system thread, in the order that `Choices` says.
///
/// A step of a thread is one visible operation and what the thread does up to its next one. Plain memory is not visible: the
/// order of its accesses makes no difference unless they race, and that is found in any order.
class Scheduler {
public:
    using Entry = Member::Entry;

    Scheduler(Choices choices, const Weather& weather) : choices_(std::move(choices)), weather_(weather) {}
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;
    ~Scheduler() {
        if (violated_) crew_.break_off();
    }

    [[nodiscard]] Choices& choices() noexcept { return choices_; }
    [[nodiscard]] const Weather& weather() const noexcept { return weather_; }
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }
    [[nodiscard]] bool redundant() const noexcept { return redundant_; }
    [[nodiscard]] bool violated() const noexcept { return violated_; }
    [[nodiscard]] const std::string& violation() const noexcept { return violation_; }

    /// Runs threads until all have finished, beside those that there are.
    template <class Body>
    void run(const char* const* names, Body* const* bodies, std::size_t count) {
        if (live_ == only(0)) next_ = 1;
        if (count > max_threads - next_) violate("more threads are run than there can be");
        const unsigned caller = running_, first = next_;
        Member& self = crew_[caller];
        next_ += static_cast<unsigned>(count);
        self.awaited = 0;
        for (unsigned i = first; i < first + count; ++i) {
            Member& thread = crew_[i];
            const Epoch own = thread.clock[i];
            thread.clock = self.clock;
            thread.clock[i] = own + 1;
            launch(
                i, names[i - first], [](void* body) { (*static_cast<Body*>(body))(); }, bodies[i - first]);
            self.awaited = with(self.awaited, i);
            // Up to its first visible operation: nothing of that matters to others.
            thread.starter = static_cast<int>(caller);
            turn_to(i);
            self.fiber.switch_to(thread.fiber);
        }
        ++self.clock[caller];
        if ((live_ & self.awaited) != 0) operate({.name = "join", .needs = Operation::Needs::threads_to_finish});
        for (unsigned i = first; i < first + count; ++i) self.clock.join(crew_[i].clock);
    }

    // ---- what threads do

    [[nodiscard]] unsigned running() const noexcept { return running_; }
    [[nodiscard]] VectorClock& clock() noexcept { return self_->clock; }
    [[nodiscard]] const void* running_name() noexcept { return self_; }

    /// What was done is a load after all, of a value that it may return later too, or not.
    void was_a_load(bool reads_old) noexcept {
        current_.changes = false;
        current_.reads_old = reads_old;
    }
    /// The oldest value that the running thread has to try to read: those that are older were tried before others went on.
    [[nodiscard]] std::size_t oldest_untried(const Location& location) noexcept {
        return std::min(self_->tried, location.history.size() - 1);
    }
    /// The operation is done; what follows is later than what it has released.
    void done() noexcept { ++clock()[running_]; }

    unsigned pick(unsigned count) { return pick(count, count); }
    /// Out of `all`, of which those behind the first `count` were tried. It is in the schedule wherever there are several in
    /// all, since who follows a schedule has tried none.
    unsigned pick(unsigned count, unsigned all) {
        if (all == 0 || all > 255) violate("pick: there are " + std::to_string(all) + " values to choose from");
        if (all == 1 || redundant_) return 0;
        const unsigned value = choices_.value(count);
        if (choices_.astray()) violate(choices_.why_astray());
        return value;
    }
    /// Whether something goes wrong that may go wrong only so often. `left` is counted down.
    bool mishap(unsigned& left) {
        if (left == 0 || pick(2) == 0) return false;
        --left;
        return true;
    }
    /// What may still go wrong in this execution.
    [[nodiscard]] Weather& left() noexcept { return left_; }

    // ---- waiting and waking

    void sleep(Location& location) noexcept {
        location.sleepers = with(location.sleepers, running_);
        self_->notified = false;
    }
    /// Whether the thread that slept was notified. Otherwise it does not sleep any more.
    bool notified(Location& location) noexcept {
        if (self_->notified) return true;
        location.sleepers = without(location.sleepers, running_);
        return false;
    }
    /// Wakes one of those who sleep, or all. They look at the location again, or do not: then it may be destroyed meanwhile.
    void notify(Location& location, bool all, bool they_look_again) {
        while (location.sleepers != 0) {
            const auto sleepers = static_cast<unsigned>(std::popcount(location.sleepers));
            const unsigned thread = nth(location.sleepers, all ? 0 : pick(sleepers));
            location.sleepers = without(location.sleepers, thread);
            crew_[thread].notified = true;
            if (!they_look_again) {
                crew_[thread].pending.location = crew_[thread].pending.other = nullptr;
                asleep_ = without(asleep_, thread); // it conflicts with what it was about to do: to be late
            }
            if (!all) return;
        }
    }

    // ---- what is said

    [[nodiscard]] bool tracing() const noexcept { return tracing_; }
    [[nodiscard]] std::string trace() const {
        std::string text;
        for (const auto& line : trace_) text += line + "\n";
        return text;
    }
    void tell(std::string what) {
        if (tracing_) trace_.push_back(std::string(self_->name) + ": " + std::move(what));
    }
    [[noreturn]] void violate(std::string what) {
        note_violation(std::string(self_->name) + ": " + what);
        std::string().swap(what); // what is left on this stack is not destroyed
        self_->fiber.switch_to(host_);
        std::abort(); // nobody comes back
    }

protected:
    /// Runs the scenario once. What the last execution has left on the stacks, if it was broken off, is forgotten.
    void execute(Entry scenario, void* argument, bool tracing) {
        if (std::exchange(violated_, false)) crew_.restart();
        tracing_ = tracing;
        trace_.clear();
        redundant_ = false;
        left_ = weather_;
        last_step_ = steps_ + weather_.most_steps;
        turn_to(0);
        live_ = asleep_ = 0;
        current_ = {};
        for (unsigned i = 0; i < crew_.size(); ++i) crew_[i].clock = {};
        launch(0, "scenario", scenario, argument);
        crew_[0].clock[0] = 1;
        host_.switch_to(crew_[0].fiber);
    }

    void note_violation(std::string what) {
        violated_ = true;
        violation_ = std::move(what);
    }

    /// A choice of who goes on. It returns when the calling thread may make the operation.
    void operate(const Operation& operation) {
        Member& self = *self_;
        self.pending = operation;
        self.tried = 0;
        if (self.starter != Member::nobody) back_to_the_starter();
        else go_on();
        current_ = self.pending; // as it has become meanwhile
        if (++steps_ > last_step_) violate("runaway: more than " + std::to_string(weather_.most_steps) + " steps");
    }

    [[nodiscard]] const Operation& current_operation() const noexcept { return current_; }
    [[nodiscard]] Member& member(unsigned thread) { return crew_[thread]; }
    /// Some thread other than the running one that is about to use it; null where there is none.
    [[nodiscard]] const Member* about_to_use(const Location& location) {
        for (unsigned i = 0; i < crew_.size(); ++i) {
            const Operation& pending = crew_[i].pending;
            if (i != running_ && has(live_, i) && (pending.location == &location || pending.other == &location))
                return &crew_[i];
        }
        return nullptr;
    }

private:
    static void live(void* argument) {
        auto& self = *static_cast<Member*>(argument);
        for (;;) {
            try {
                self.entry(self.argument);
            } catch (const std::exception& exception) {
                self.scheduler->violate(std::string("an exception is not caught: ") + exception.what());
            } catch (...) {
                self.scheduler->violate("an exception is not caught");
            }
            self.scheduler->finish();
        }
    }

    void turn_to(unsigned thread) {
        running_ = thread;
        self_ = &crew_[thread];
    }

    void launch(unsigned thread, const char* name, Entry entry, void* argument) {
        Member& self = crew_[thread];
        self.name = name;
        self.entry = entry;
        self.argument = argument;
        self.pending = {};
        self.starter = Member::nobody;
        live_ = with(live_, thread);
    }

    // A thread has come to its end; its fiber stays for the next one.
    void finish() {
        live_ = without(live_, running_);
        if (running_ == 0) self_->fiber.switch_to(host_);
        else if (self_->starter != Member::nobody) back_to_the_starter();
        else go_on();
    }

    void back_to_the_starter() {
        Member& self = *self_;
        turn_to(static_cast<unsigned>(std::exchange(self.starter, Member::nobody)));
        self.fiber.switch_to(self_->fiber);
    }

    // Switches to whoever is chosen; comes back when it is the caller's turn again.
    void go_on() {
        Member& self = *self_;
        const unsigned next = choose();
        if (next == running_) return;
        turn_to(next);
        self.fiber.switch_to(self_->fiber);
    }

    unsigned choose() {
        wake_conflicting();
        Threads enabled = 0;
        for (unsigned i = 0; live_ >> i != 0; ++i)
            if (has(live_, i) && is_enabled(crew_[i])) enabled = with(enabled, i);
        if (enabled == 0) violate(deadlock());
        if (!redundant_ && (enabled & ~asleep_) == 0) redundant_ = true;
        if (redundant_ || enabled == only(nth(enabled, 0))) return has(enabled, running_) ? running_ : nth(enabled, 0);
        const unsigned next = choices_.thread(enabled, running_, asleep_);
        if (choices_.astray()) violate(choices_.why_astray());
        if (weather_.stale_reads) note_what_was_tried();
        return next;
    }

    void wake_conflicting() noexcept {
        for (unsigned i = 0; asleep_ >> i != 0; ++i)
            if (has(asleep_, i) && current_.conflicts_with(crew_[i].pending)) asleep_ = without(asleep_, i);
    }

    // Who sleeps has read each of the values that are there, in other executions. To read one of these later, when others have
    // stored more and so woken it, comes to the same.
    void note_what_was_tried() {
        for (unsigned i = 0; asleep_ >> i != 0; ++i) {
            if (!has(asleep_, i)) continue;
            Member& sleeper = crew_[i];
            if (const Location* const location = sleeper.pending.location) sleeper.tried = location->history.size();
        }
    }

    // One that has not finished.
    bool is_enabled(const Member& self) const noexcept {
        switch (self.pending.needs) {
        case Operation::Needs::nothing: return true;
        case Operation::Needs::mutex: return self.pending.location->owner == Location::nobody;
        case Operation::Needs::notification: return self.notified;
        case Operation::Needs::notification_or_time: return true;
        case Operation::Needs::threads_to_finish: return (live_ & self.awaited) == 0;
        }
        return true;
    }

    std::string deadlock() {
        std::string text = "deadlock:";
        for (unsigned i = 0; i < crew_.size(); ++i) {
            if (!has(live_, i)) continue;
            const Member& self = crew_[i];
            text += std::string(" ") + self.name + " is in " + self.pending.name;
            if (self.pending.location) text += " of " + name_of(*self.pending.location);
            text += ";";
        }
        text.pop_back();
        return text;
    }

    Choices choices_;
    Weather weather_;
    Weather left_;
    Fiber host_;
    Crew crew_{*this, &live};
    unsigned running_ = 0;
    Member* self_ = nullptr; // who is running
    Threads live_ = 0;
    unsigned next_ = 1; // the first that was not run beside those that are
    Threads asleep_ = 0;
    Operation current_; // which the step that is made began with
    bool redundant_ = false;
    bool tracing_ = false;
    bool violated_ = false;
    std::string violation_;
    std::vector<std::string> trace_;
    std::uint64_t steps_ = 0;
    std::uint64_t last_step_ = 0;
};

} // namespace wrapup::testing::explorer
