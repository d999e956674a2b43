// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/choices.hpp>
#include <wrapup/testing/explorer/fiber.hpp>
#include <wrapup/testing/explorer/location.hpp>
#include <wrapup/testing/explorer/vector_clock.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wrapup::testing::explorer {

/// What may happen in an execution beside the order of steps.
struct Weather {
    bool stale_reads = false;         // a load may read any value that C++ allows
    unsigned spurious_failures = 0;   // so many weak compare-and-exchanges fail without cause
    unsigned spurious_wake_ups = 0;   // so many waits on a condition variable end without cause
    unsigned failing_allocations = 0; // so many allocations fail
    std::uint64_t most_steps = 20000; // more are taken for a loop that does not end
};

/// Runs the logical threads of a scenario one step at a time on one system thread, in the order that `Choices` says, and
/// watches over them: the happens-before relation, what is alive, who waits.
///
/// A step of a thread is one visible operation and what the thread does up to its next one. Plain memory is not visible: the
/// order of its accesses makes no difference unless they race, and that is found in any order.
class Engine {
public:
    using Entry = void (*)(void*);

    Engine(Choices choices, const Weather& weather) : choices_(std::move(choices)), weather_(weather) {}
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    // What the last execution has left on the stacks where it was broken off is reachable from them, and so not a leak.
    ~Engine() {
        if (violated_) abandoned().push_back({std::exchange(crew_, {}), std::move(memory_)});
    }

    /// The engine of the execution that this system thread is in; null outside.
    [[nodiscard]] static Engine* current() noexcept { return current_engine; }

    [[nodiscard]] Choices& choices() noexcept { return choices_; }
    [[nodiscard]] const Weather& weather() const noexcept { return weather_; }
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }
    [[nodiscard]] bool redundant() const noexcept { return redundant_; }
    [[nodiscard]] bool violated() const noexcept { return violated_; }
    [[nodiscard]] const std::string& violation() const noexcept { return violation_; }
    [[nodiscard]] std::string trace() const {
        std::string text;
        for (const auto& line : trace_) text += line + "\n";
        return text;
    }

    // ---- an execution

    /// Runs the scenario once. @returns whether it came to its end without a violation
    bool execute(Entry scenario, void* argument, bool tracing) {
        begin(tracing);
        Engine* const outer = std::exchange(current_engine, this);
        launch(0, "scenario", scenario, argument);
        host_.switch_to(member(0).fiber);
        current_engine = outer;
        if (!violated_ && !allocated_.empty())
            note_violation("leak: " + std::to_string(allocated_.size()) + " allocation(s) are left");
        return !violated_;
    }

    /// Runs threads until all have finished. Called by the scenario's own thread.
    template <class Body>
    void run(const char* const* names, Body* const* bodies, std::size_t count) {
        if (running_ != 0) violate("threads are run by a thread other than the scenario's own");
        if (count >= max_threads) violate("more threads are run than there can be");
        Member& main = member(0);
        for (unsigned i = 1; i <= count; ++i) {
            Member& thread = member(i);
            const Epoch own = thread.clock[i];
            thread.clock = main.clock;
            thread.clock[i] = own + 1;
            launch(
                i, names[i - 1], [](void* body) { (*static_cast<Body*>(body))(); }, bodies[i - 1]);
            // Up to its first visible operation: nothing of that matters to others.
            starting_ = true;
            running_ = i;
            main.fiber.switch_to(thread.fiber);
            starting_ = false;
        }
        ++main.clock[0];
        if (live_ == only(0)) return;
        operate({.name = "join", .needs = Operation::Needs::others_to_finish});
        for (unsigned i = 1; i <= count; ++i) main.clock.join(member(i).clock);
    }

    // ---- what threads do

    /// A choice of who goes on. It returns when the calling thread may make the operation.
    void operate(const Operation& operation) {
        Member& self = member(running_);
        self.pending = operation;
        if (starting_) {
            starting_ = false;
            running_ = 0;
            self.fiber.switch_to(member(0).fiber);
        } else {
            go_on();
        }
        if (++steps_ > last_step_) violate("runaway: more than " + std::to_string(weather_.most_steps) + " steps");
        for (Location* location : {operation.location, operation.other}) {
            if (!location) continue;
            if (!location->alive) violate(std::string("use after destruction of ") + name_of(*location));
            location->accessed[running_] = self.clock[running_];
            touched(*location, operation.changes);
        }
    }
    /// What was done changed nothing after all.
    void changed_nothing() noexcept { touches_[touch_count_ - 1].changes = false; }
    /// What is done beside the operation.
    void touched(Location& location, bool changes) noexcept {
        if (touch_count_ < touches_.size()) touches_[touch_count_++] = {&location, changes};
        else touches_.back() = {nullptr, true}; // too many to tell: with everything
    }
    /// The operation is done; what follows is later than what it has released.
    void done() noexcept { ++clock()[running_]; }

    [[nodiscard]] unsigned running() const noexcept { return running_; }
    [[nodiscard]] VectorClock& clock() noexcept { return member(running_).clock; }
    [[nodiscard]] const void* running_name() noexcept { return &member(running_); }

    unsigned pick(unsigned count) {
        if (count == 0 || count > 255) violate("pick: there are " + std::to_string(count) + " values to choose from");
        if (count == 1 || redundant_) return 0;
        const unsigned value = choices_.value(count);
        if (choices_.astray()) violate("the schedule is not one of this scenario with these options");
        return value;
    }
    /// Whether something goes wrong that may go wrong only so often. `left` is counted down.
    bool mishap(unsigned& left) {
        if (left == 0 || pick(2) == 0) return false;
        --left;
        return true;
    }
    [[nodiscard]] unsigned& spurious_failures_left() noexcept { return left_.spurious_failures; }
    [[nodiscard]] unsigned& spurious_wake_ups_left() noexcept { return left_.spurious_wake_ups; }

    // ---- waiting and waking

    void sleep(Location& location) noexcept {
        location.sleepers = static_cast<Threads>(location.sleepers | only(running_));
        member(running_).notified = false;
    }
    /// Whether the thread that slept was notified. Otherwise it does not sleep any more.
    bool notified(Location& location) noexcept {
        location.sleepers = static_cast<Threads>(location.sleepers & ~only(running_));
        return member(running_).notified;
    }
    void notify(Location& location, bool all) {
        while (location.sleepers != 0) {
            auto n = all ? 0u : pick(static_cast<unsigned>(std::popcount(location.sleepers)));
            Threads left = location.sleepers;
            while (n-- > 0) left = static_cast<Threads>(left & (left - 1));
            const auto thread = static_cast<unsigned>(std::countr_zero(left));
            location.sleepers = static_cast<Threads>(location.sleepers & ~only(thread));
            member(thread).notified = true;
            if (!all) return;
        }
    }

    // ---- time

    [[nodiscard]] Location& clock_location() noexcept { return clock_location_; }
    [[nodiscard]] std::int64_t time() const noexcept { return time_; }
    void advance_to(std::int64_t time) noexcept { time_ = time > time_ ? time : time_; }

    // ---- memory

    void construct(Location& location, const char* kind) noexcept {
        location.kind = kind;
        location.number = ++locations_;
        location.alive = true;
        location.accessed[running_] = clock()[running_];
    }
    void destroy(Location& location) {
        if (location.number == 0) return;
        if (!location.alive) violate("double destruction of " + name_of(location));
        const unsigned racing = clock().first_unseen(location.accessed);
        if (racing < max_threads)
            violate("race: " + name_of(location) + " is destroyed, and used by " + member(racing).name);
        if (location.owner != Location::nobody) violate(name_of(location) + " is destroyed while it is held");
        for (unsigned i = 0; i < crew_.size(); ++i)
            if (i != running_ && (live_ & only(i)) != 0 &&
                (member(i).pending.location == &location || member(i).pending.other == &location))
                violate(name_of(location) + " is destroyed, and about to be used by " + member(i).name);
        location.alive = false;
    }

    void construct(Shadow& shadow) noexcept {
        shadow.alive = true;
        shadow.written[running_] = clock()[running_];
    }
    void read(Shadow& shadow) {
        check_order(shadow.alive, shadow.written, "read", "written");
        shadow.read[running_] = clock()[running_];
    }
    void write(Shadow& shadow) {
        check_order(shadow.alive, shadow.written, "written", "written");
        check_order(shadow.alive, shadow.read, "written", "read");
        shadow.written = {};
        shadow.written[running_] = clock()[running_];
        shadow.read = {};
    }
    void destroy(Shadow& shadow) {
        write(shadow);
        shadow.alive = false;
    }
    Shadow& shadow_of(const void* address) {
        Shadow& shadow = shadows_[address];
        shadow.alive = true;
        return shadow;
    }

    void* allocate(std::size_t size) {
        if (mishap(left_.failing_allocations)) {
            tell("allocation fails");
            return nullptr;
        }
        memory_.push_back(std::make_unique<Block[]>((size + sizeof(Block) - 1) / sizeof(Block)));
        allocated_.push_back(memory_.back().get());
        return memory_.back().get();
    }
    /// The memory is kept until the end of the execution, so that its use is seen.
    void deallocate(void* memory) {
        for (auto& allocated : allocated_) {
            if (allocated != memory) continue;
            allocated = allocated_.back();
            allocated_.pop_back();
            return;
        }
        violate("double free, or a free of what was not allocated");
    }

    // ---- what is said

    [[nodiscard]] bool tracing() const noexcept { return tracing_; }
    void tell(std::string what) {
        if (tracing_) trace_.push_back(std::string(member(running_).name) + ": " + std::move(what));
    }
    static std::string name_of(const Location& location) {
        return std::string(location.kind) + " #" + std::to_string(location.number);
    }
    [[noreturn]] void violate(std::string what) {
        note_violation(std::string(member(running_).name) + ": " + std::move(what));
        member(running_).fiber.switch_to(host_);
        std::abort(); // nobody comes back
    }

private:
    struct alignas(64) Block {
        unsigned char bytes[64];
    };

    struct Member {
        explicit Member(Engine& e) : engine(e), fiber(&life, this) {}

        static void life(void* argument) {
            auto& self = *static_cast<Member*>(argument);
            for (;;) {
                self.entry(self.argument);
                self.engine.finish();
            }
        }

        Engine& engine;
        const char* name = "";
        Entry entry = nullptr;
        void* argument = nullptr;
        Operation pending;
        bool notified = false;
        VectorClock clock;
        Fiber fiber;
    };
    using Crew = std::vector<std::unique_ptr<Member>>;

    struct Touch {
        Location* location; // null for any
        bool changes;
    };

    struct Abandoned {
        Crew crew;
        std::vector<std::unique_ptr<Block[]>> memory;
    };
    static std::vector<Abandoned>& abandoned() {
        static auto& kept = *new std::vector<Abandoned>;
        return kept;
    }

    Member& member(unsigned thread) {
        while (crew_.size() <= thread) crew_.push_back(std::make_unique<Member>(*this));
        return *crew_[thread];
    }

    void begin(bool tracing) {
        tracing_ = tracing;
        redundant_ = false;
        left_ = weather_;
        last_step_ = steps_ + weather_.most_steps;
        locations_ = 0;
        running_ = 0;
        live_ = asleep_ = 0;
        touch_count_ = 0;
        time_ = 0;
        clock_location_ = {};
        clock_location_.kind = "clock";
        clock_location_.alive = true;
        for (unsigned i = 0; i < crew_.size(); ++i) {
            crew_[i]->clock = {};
            crew_[i]->clock[i] = 1;
        }
        shadows_.clear();
        allocated_.clear();
        memory_.clear();
        trace_.clear();
    }

    void launch(unsigned thread, const char* name, Entry entry, void* argument) {
        Member& self = member(thread);
        if (self.clock[thread] == 0) self.clock[thread] = 1;
        self.name = name;
        self.entry = entry;
        self.argument = argument;
        self.pending = {};
        live_ = static_cast<Threads>(live_ | only(thread));
    }

    // A thread has come to its end; its fiber stays for the next one.
    void finish() {
        Member& self = member(running_);
        live_ = static_cast<Threads>(live_ & ~only(running_));
        if (running_ == 0) return self.fiber.switch_to(host_);
        if (starting_) {
            starting_ = false;
            running_ = 0;
            return self.fiber.switch_to(member(0).fiber);
        }
        go_on();
    }

    // Switches to whoever is chosen; comes back when it is the caller's turn again.
    void go_on() {
        Member& self = member(running_);
        const unsigned next = choose();
        if (next == running_) return;
        running_ = next;
        self.fiber.switch_to(member(next).fiber);
    }

    unsigned choose() {
        wake_conflicting();
        Threads enabled = 0;
        for (unsigned i = 0; i < crew_.size(); ++i)
            if (is_enabled(i)) enabled = static_cast<Threads>(enabled | only(i));
        if (enabled == 0) violate(deadlock());
        if (!redundant_ && (enabled & ~asleep_) == 0) redundant_ = true;
        if (redundant_ || std::has_single_bit(enabled))
            return (enabled & only(running_)) != 0 ? running_ : static_cast<unsigned>(std::countr_zero(enabled));
        const unsigned next = choices_.thread(enabled, running_, asleep_);
        if (choices_.astray()) violate("the schedule is not one of this scenario with these options");
        return next;
    }

    void wake_conflicting() noexcept {
        for (unsigned i = 0; asleep_ >> i != 0; ++i)
            if ((asleep_ & only(i)) != 0 && conflicts(member(i).pending))
                asleep_ = static_cast<Threads>(asleep_ & ~only(i));
        touch_count_ = 0;
    }
    bool conflicts(const Operation& operation) const noexcept {
        for (std::size_t i = 0; i < touch_count_; ++i) {
            const Touch& touch = touches_[i];
            if (!touch.location) return true;
            if ((touch.location == operation.location || touch.location == operation.other) &&
                (touch.changes || operation.changes))
                return true;
        }
        return false;
    }

    bool is_enabled(unsigned thread) {
        if ((live_ & only(thread)) == 0) return false;
        const Member& self = member(thread);
        switch (self.pending.needs) {
        case Operation::Needs::nothing: return true;
        case Operation::Needs::mutex: return self.pending.location->owner == Location::nobody;
        case Operation::Needs::notification: return self.notified;
        case Operation::Needs::notification_or_time: return true;
        case Operation::Needs::others_to_finish: return live_ == only(0);
        }
        return true;
    }

    std::string deadlock() {
        std::string text = "deadlock:";
        for (unsigned i = 0; i < crew_.size(); ++i) {
            if ((live_ & only(i)) == 0) continue;
            const Member& self = member(i);
            text += std::string(" ") + self.name + " is in " + self.pending.name;
            if (self.pending.location) text += " of " + name_of(*self.pending.location);
            text += ";";
        }
        text.pop_back();
        return text;
    }

    void check_order(bool alive, const VectorClock& before, const char* now, const char* then) {
        if (!alive) violate(std::string("plain memory is ") + now + " after its destruction");
        const unsigned racing = clock().first_unseen(before);
        if (racing < max_threads)
            violate(std::string("race: plain memory is ") + now + ", and " + then + " by " + member(racing).name);
    }

    void note_violation(std::string what) {
        violated_ = true;
        violation_ = std::move(what);
    }

    static inline thread_local constinit Engine* current_engine = nullptr;

    Choices choices_;
    Weather weather_;
    Weather left_;
    Fiber host_;
    Crew crew_;
    unsigned running_ = 0;
    Threads live_ = 0;
    Threads asleep_ = 0;
    std::array<Touch, 8> touches_{};
    std::size_t touch_count_ = 0;
    bool starting_ = false;
    bool redundant_ = false;
    bool tracing_ = false;
    bool violated_ = false;
    std::string violation_;
    std::vector<std::string> trace_;
    std::uint64_t steps_ = 0;
    std::uint64_t last_step_ = 0;
    std::uint32_t locations_ = 0;
    Location clock_location_;
    std::int64_t time_ = 0;
    std::unordered_map<const void*, Shadow> shadows_;
    std::vector<std::unique_ptr<Block[]>> memory_;
    std::vector<void*> allocated_;
};

} // namespace wrapup::testing::explorer
